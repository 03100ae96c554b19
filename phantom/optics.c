// optics.c: how light travels through liver: excitation in, fluorescence out.
// SPDX-License-Identifier: MIT
#include "phantom/optics.h"
#include "phantom/exact.h"

#include <math.h>

// Internal reflection at the surface for a refractive index of 1.37.
#define BOUNDARY_A 2.77

static void init_band(rim_optics_band *b, double mu_a, double mu_s)
{
    b->mu_a = mu_a;
    b->mu_s = mu_s;
    b->mu_t = mu_a + mu_s;
    b->diffusion = 1.0 / (3.0 * b->mu_t);
    b->mu_eff = sqrt(mu_a / b->diffusion);
    b->z_b = 2.0 * BOUNDARY_A * b->diffusion;
}

void rim_optics_init(rim_optics *o, double blood, double scatter,
                     rim_transport transport)
{
    // Whole blood at 150 g/L and saturation 0.7 (Prahl's table), plus water; the
    // scattering is Alexandrakis 2005 as in Jacques 2013, Table 1.
    init_band(&o->excitation, 0.0019 + 0.4385 * blood, 0.577 * scatter);
    init_band(&o->emission, 0.0029 + 0.4945 * blood, 0.534 * scatter);
    o->transport = transport;
    const rim_optics_band *x = &o->excitation;
    const double bc = -x->mu_s / (x->diffusion * x->mu_t * x->mu_t - x->mu_a);
    o->fluence_diffuse = -bc * (1.0 + x->z_b * x->mu_t) / (1.0 + x->z_b * x->mu_eff);
    o->fluence_direct = 1.0 + bc;
}

double rim_optics_excitation(const rim_optics *o, double z_mm)
{
    return o->fluence_diffuse * rim_exact_exp(-o->excitation.mu_eff * z_mm) +
           o->fluence_direct * rim_exact_exp(-o->excitation.mu_t * z_mm);
}

double rim_optics_escape(const rim_optics *o, double depth_mm)
{
    const rim_optics_band *m = &o->emission;
    return 0.5 * (rim_exact_exp(-m->mu_eff * depth_mm) +
                  rim_exact_exp(-m->mu_eff * (depth_mm + 2.0 * m->z_b)));
}

// Flux through the surface of one of the two sources, real or image, at height h.
static double source_flux(const rim_optics_band *m, double rho2, double h)
{
    const double r = sqrt(rho2 + h * h);
    return h * (m->mu_eff + 1.0 / r) * rim_exact_exp(-m->mu_eff * r) / (r * r);
}

static double diffuse_spread(const rim_optics_band *m, double rho, double d)
{
    const double rho2 = rho * rho;
    return (source_flux(m, rho2, d) + source_flux(m, rho2, d + 2.0 * m->z_b)) /
           (4.0 * RIM_PI);
}

// The narrow core of the camera's view: a Gaussian that widens with depth and
// holds a share of the light that falls with it. The two are chosen so that the
// full width of the whole follows the Monte Carlo column of docs/phantom.md.
static double core_sigma(double d)
{
    return 0.02 + 0.175 * d * sqrt(d);
}

static double core_share(double d)
{
    return 0.28 * rim_exact_exp(-d * d / 11.0);
}

double rim_optics_spread(const rim_optics *o, double rho_mm, double depth_mm)
{
    const double wide = diffuse_spread(&o->emission, rho_mm, depth_mm);
    if (o->transport != RIM_TRANSPORT_CAMERA)
        return wide;
    const double s2 = core_sigma(depth_mm) * core_sigma(depth_mm);
    const double core =
        rim_exact_exp(-0.5 * rho_mm * rho_mm / s2) / (2.0 * RIM_PI * s2);
    const double share = core_share(depth_mm);
    return (1.0 - share) * wide + share * rim_optics_escape(o, depth_mm) * core;
}
