// optics.h: how light travels through liver: excitation in, fluorescence out.
//
// Diffusion theory for a plane, homogeneous half space under broad illumination:
// fluence of the excitation light against depth, and the spot that a point of dye
// paints on the surface (Farrell, Patterson and Wilson 1992, extrapolated
// boundary). docs/phantom.md has the formulas, their sources and their error.
// All lengths in mm, coefficients in 1/mm. Pure functions, any thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_PHANTOM_OPTICS_H
#define RIM_PHANTOM_OPTICS_H

// One wavelength.
typedef struct rim_optics_band {
    double mu_a, mu_s; // absorption; reduced scattering mu_s'
    double mu_t;       // their sum
    double mu_eff;     // effective attenuation
    double diffusion;  // D
    double z_b;        // height of the extrapolated boundary
} rim_optics_band;

// Which spread of the emitted light a camera sees.
typedef enum rim_transport {
    RIM_TRANSPORT_NONE = 0,
    RIM_TRANSPORT_DIFFUSION, // all angles of exit
    // Diffusion with a share of the light in a narrow core: what leaves within
    // 15 degrees of the normal has been scattered less (Monte Carlo).
    RIM_TRANSPORT_CAMERA,
} rim_transport;

typedef struct rim_optics {
    rim_optics_band excitation, emission;   // 780 nm, 840 nm
    double fluence_diffuse, fluence_direct; // P and 1 + Bc of phi_x
    rim_transport transport;
} rim_optics;

// blood: volume part of whole blood at saturation 0.7, 0..0.5. scatter: factor on
// the nominal reduced scattering (0.577 and 0.534 per mm), 0.9..1.5 in liver.
void rim_optics_init(rim_optics *o, double blood, double scatter,
                     rim_transport transport);

// phi_x(z): fluence for unit irradiance.
double rim_optics_excitation(const rim_optics *o, double z_mm);
// G(rho, d): light leaving per mm2 at distance rho from above a unit source.
double rim_optics_spread(const rim_optics *o, double rho_mm, double depth_mm);
// E(d): its integral over the surface.
double rim_optics_escape(const rim_optics *o, double depth_mm);

#endif
