// finding.h: one bright place on the cut surface, grown, measured and weighed.
//
// From the brightest pixel at the place the region grows over grid pixels of tissue to
// where the excess has fallen to half. Along its border the width of the edge is the
// excess over its slope: what lies on the surface (bile, dye) is blurred by the lens
// alone, what lies in it by the tissue. A camera sees the light of what is just under the
// surface with a sharp core, but then with a halo of what was scattered: beyond the border
// of a residual its excess goes on for millimetres, beyond that of a film it ends. A logistic model of that width, of contrast,
// significance, size and of how much of the border is seen gives the confidence; its
// weights are fitted on phantoms by bench/residual_weights.py.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_FINDING_H
#define RIM_PROCESS_FINDING_H

#include "process/wound.h"

#define RIM_FINDING_FEATURES 19

// How far beyond the border the halo is looked at.
#define RIM_HALOS 2
static const double RIM_HALO_MM[RIM_HALOS] = {1.0, 2.0};

typedef struct rim_finding {
    rim_spot spot;                        // grid coordinates of the frame
    double feature[RIM_FINDING_FEATURES]; // finite, about -3..3; the first is 1
    double log_odds;                      // of being a residual, from this frame alone
} rim_finding;

// What a finding is weighed by.
typedef struct rim_finding_look {
    double t, contrast; // as of its seed
    double peak;        // excess, of the level
    double edge_mm[3];  // quartiles of the edge's width; 0: no border is seen
    // Median excess beyond the border, of the peak, at each RIM_HALO_MM; NAN: not seen.
    double halo[RIM_HALOS];
    double area_mm2;
    double hidden, outside; // parts of the border
    double roundness;       // 12 pixels / border^2: about 1 for a disc
} rim_finding_look;

// Log odds of being a residual, and the features that they come from.
double rim_finding_weigh(double feature[RIM_FINDING_FEATURES],
                         const rim_finding_look *l, double grid_mm);

// A place to grow from, grid pixels of the window.
typedef struct rim_seed {
    int x, y;
    double t, contrast; // significance; S over its median, Q10 log2
    double sigma_mm;    // of the Gaussian that found it
} rim_seed;

typedef struct rim_growth {
    const rim_grid *grid;
    rim_quadric level;       // of the surface, Q10 log2 over the surroundings
    double level_most;       // the level is cut off at this
    int16_t *flat;           // [window] excess over it, within RIM_RATIO_*
    int16_t *soft;           // [window] the same, smoothed; RIM_UNKNOWN off tissue
    uint8_t *taken;          // [window] 1: part of a finding, 2: of this one
    int32_t *stack, *border; // [window]
    double *width;           // [window] scratch of the border
    double *halo[RIM_HALOS]; // the same
} rim_growth;

RIM_NODISCARD rim_err rim_growth_init(rim_growth *g, const rim_grid *grid);
void rim_growth_uninit(rim_growth *g);

// Sets flat and soft for the frame, where regions of these seeds may grow; g->level is
// given.
void rim_growth_begin(rim_growth *g, rim_wound *w, const rim_seed *seed, int seeds);
// False where the place belongs to an earlier finding or holds nothing bright enough.
bool rim_growth_measure(rim_finding *f, rim_growth *g, const rim_wound *w,
                        const rim_scene *scene, const rim_seed *seed);

#endif
