// residuals.h: residual fluorescence on the cut surface, in one frame.
//
// Light from depth d spreads to about 1.4 d, so a buried residual is a smooth bump of 2
// to 12 mm on the surface's own level. That level is a robust quadric through the tissue
// of the surface (wound.h), but not above the surroundings by more than 15 %: residuals
// may take up most of a surface. On cells of 0.8 mm the deviation D from it is averaged
// by Gaussians of 1 to 3.6 mm over what can be judged (weight w),
//
//     S = G(s) * (w D) / G(s) * w        t = (S - median S) / sigma
//
// with sigma from the lower half of S over the surface: noise and the tissue's own
// texture at that scale, to which residuals do not add. Where t is largest, finding.h
// takes the measure of what stands there.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_RESIDUALS_H
#define RIM_PROCESS_RESIDUALS_H

#include "process/finding.h"
#include "process/veil.h"
#include "process/wound.h"

#define RIM_FINDINGS_MAX 24
#define RIM_MATCH_SCALES 4

typedef struct rim_match_scale {
    double sigma_mm; // standard deviation of the Gaussian, as made of boxes
    double median;   // of S over the surface, Q10 log2
    double sigma;    // of S where nothing is, Q10 log2; NAN: too little is seen
} rim_match_scale;

typedef struct rim_residuals {
    const rim_grid *grid;
    int cell, columns, rows; // grid pixels a side of a cell; cells of the window
    rim_match_scale scale[RIM_MATCH_SCALES];
    int count;
    rim_finding found[RIM_FINDINGS_MAX]; // by falling t
    rim_growth growth;
    rim_veil veil;
    float *weight, *value;       // [cells] tissue's part; its mean excess, then D
    float *t[RIM_MATCH_SCALES];  // [cells]
    float *source, *plane, *tmp; // [4 * cells] scratch, see match()
    uint8_t *inside;             // [cells]
} rim_residuals;

RIM_NODISCARD rim_err rim_residuals_init(rim_residuals *r, const rim_grid *grid);
void rim_residuals_uninit(rim_residuals *r);

// w: of the frame under way; its samples are used as scratch. Fills r->found.
void rim_residuals_find(rim_residuals *r, rim_wound *w, const rim_scene *scene);

// The surface's own level at (x, y) of the window, Q10 log2 over the surroundings.
double rim_residuals_level_at(const rim_residuals *r, double x, double y);

// Depth in mm of the top of the reference residual (bench/reference_residual.py) down to
// which it would have been found on this surface: with the spread of this frame it is
// weighed as a finding would be. 0: not even at the surface; 8 at the most. NAN: nothing
// can be said. docs/algorithm.md has the model and what it assumes.
double rim_residuals_sight_mm(const rim_residuals *r);

#endif
