// finding_weigh.c: what a finding's looks say of it.
// SPDX-License-Identifier: MIT
#include "process/finding.h"
#include "process/fixed.h"
#include "process/residual_weights.h"

#include <math.h>

#define LENS_PX 1.8 // width that the grid alone gives an edge, grid pixels
// Log odds on top of the model's. Above 0, what is gained of residuals is lost several
// times over on clean surfaces (docs/accuracy.md).
#define CHOSEN 0.0

// Log2 of the edge's width in mm, without what the grid alone makes of it.
static double edge_log2(double width_mm, double grid_mm)
{
    const double own = LENS_PX * grid_mm;
    return rim_log2(
        rim_clip(sqrt(fmax(width_mm * width_mm - own * own, 0.0)), 0.1, 8.0));
}

// Places of features that others are made of.
enum { T = 1, PEAK = 2, EDGE = 5, HALO = 13 };

double rim_finding_weigh(double f[RIM_FINDING_FEATURES], const rim_finding_look *l,
                         double grid_mm)
{
    const double contrast =
        rim_exp2(rim_clip(l->contrast / RIM_LOG2_ONE, 0.0, 5.0)) - 1.0;
    const bool edge = l->edge_mm[1] > 0.0;
    int n = 0;
    f[n++] = 1.0;
    f[n++] = rim_log2(rim_clip(l->t, 2.0, 32.0)) - 2.0;
    f[n++] = rim_log2(rim_clip(l->peak, 0.06, 16.0));
    f[n++] = rim_log2(rim_clip(contrast, 0.05, 16.0));
    f[n++] = rim_clip(0.5 - l->peak, 0.0, 0.5) * 6.0;
    for (int i = 0; i < 3; i++)
        f[n++] = edge ? edge_log2(l->edge_mm[i], grid_mm) : 0.0;
    f[n++] = rim_log2(rim_clip(l->area_mm2, 0.5, 300.0)) / 2.0;
    f[n++] = 3.0 * l->hidden;
    f[n++] = 3.0 * l->outside;
    f[n++] = rim_clip(l->roundness, 0.0, 2.0);
    const bool halo = !isnan(l->halo[0]) && !isnan(l->halo[1]);
    f[n++] = halo ? 1.0 : 0.0;
    for (int i = 0; i < RIM_HALOS; i++)
        f[n++] = halo ? 5.0 * rim_clip(l->halo[i], -0.2, 0.5) : 0.0;
    // What an edge and a halo say depends on how far they stand above the texture.
    f[n++] = f[PEAK] * f[EDGE];
    f[n++] = f[PEAK] * f[EDGE + 1];
    f[n++] = f[PEAK] * f[HALO];
    f[n++] = f[T] * f[T];
    double log_odds = CHOSEN;
    for (int i = 0; i < RIM_FINDING_FEATURES; i++)
        log_odds += finding_weight[i] * f[i];
    return log_odds;
}
