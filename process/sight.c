// sight.c: how deep a residual would have been seen.
// SPDX-License-Identifier: MIT
#include "process/residuals.h"

#include "process/fixed.h"
#include "process/sight_table.h"

#include <math.h>

// Among texture no border is as smooth as the model's: slopes of the texture, which are
// about this times its spread at 1 mm (log2) per mm, add to the border's own.
#define TEXTURE_SLOPE 3.4
#define ROUNDNESS     0.6
// A residual that would just be called is missed half of the time.
#define MARGIN 2.0 // log odds

// Log odds of the reference residual with its top at depth `k`.
static double weigh(const rim_residuals *r, int k)
{
    rim_finding_look l = {.peak = sight[k].peak,
                          .area_mm2 = 3.14159265358979323846 * sight[k].radius_mm *
                                      sight[k].radius_mm,
                          .roundness = ROUNDNESS};
    for (int i = 0; i < RIM_HALOS; i++)
        l.halo[i] = sight[k].halo[i];
    const double own = sight[k].peak / sight[k].edge_mm;
    const double texture = TEXTURE_SLOPE * r->scale[0].sigma / RIM_LOG2_ONE;
    for (int i = 0; i < 3; i++)
        l.edge_mm[i] = sight[k].peak / sqrt(own * own + texture * texture);
    for (int i = 0; i < RIM_MATCH_SCALES; i++) {
        const double s = sight[k].s[i] * RIM_LOG2_ONE, t = s / r->scale[i].sigma;
        if (t > l.t) { // not where sigma is NAN
            l.t = t;
            l.contrast = s;
        }
    }
    double feature[RIM_FINDING_FEATURES];
    return rim_finding_weigh(feature, &l, r->grid->mm) - MARGIN;
}

double rim_residuals_sight_mm(const rim_residuals *r)
{
    if (isnan(r->scale[0].sigma))
        return NAN;
    double below = weigh(r, RIM_SIGHT_DEPTHS - 1);
    if (below >= 0.0)
        return (RIM_SIGHT_DEPTHS - 1) * RIM_SIGHT_STEP_MM;
    for (int k = RIM_SIGHT_DEPTHS - 2; k >= 0; k--) {
        const double now = weigh(r, k);
        if (now >= 0.0) // between the two
            return (k + now / (now - below)) * RIM_SIGHT_STEP_MM;
        below = now;
    }
    return 0.0;
}
