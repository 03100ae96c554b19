// confidence.c: features and the network.
// SPDX-License-Identifier: MIT
#include "process/confidence.h"

#include "process/confidence_weights.h"
#include "process/fixed.h"

#include <math.h>

void rim_confidence_features(double f[RIM_FEATURES], const rim_spot *s,
                             const rim_grid *grid)
{
    const double radius_mm = sqrt(s->a * s->b) * grid->mm;
    const double edge = isnan(s->edge_mm) ? 1.0 : rim_clip(s->edge_mm, 0.1, 10.0);
    const double contrast = rim_log2(rim_clip(s->sbr, 1.01, 60.0));
    int n = 0;
    f[n++] = 1.0;
    f[n++] = contrast;
    f[n++] = rim_clip(contrast, 0.0, 0.6) * 4.0;
    f[n++] =
        rim_log2(rim_clip((s->peak - s->background) / (s->spread + 0.01), 0.5, 60.0));
    f[n++] = s->coverage;
    f[n++] = rim_clip(s->coverage - 0.7, 0.0, 0.3) * 5.0;
    f[n++] = rim_clip(s->weakest, 0.0, 1.0);
    f[n++] = rim_clip(s->rough * 10.0, 0.0, 4.0);
    f[n++] = s->b / s->a;
    f[n++] = rim_clip(s->b / s->a, 0.0, 0.6) * 3.0;
    f[n++] = rim_log2(edge);
    f[n++] = rim_clip(0.8 - edge, 0.0, 0.8) * 3.0; // sharper than a rim at the surface
    f[n++] = rim_clip(rim_log2(edge / radius_mm), -4.0, 2.0);
    f[n++] = rim_clip(s->core / s->peak, 0.0, 1.0);
    f[n++] = rim_clip(s->inner / s->peak, 0.0, 1.0);
    f[n++] = grid->pitch_known ? rim_clip(rim_log2(radius_mm), -1.0, 4.0) : 1.5;
    f[n++] = grid->pitch_known ? rim_clip(1.5 - radius_mm, 0.0, 1.0) : 0.0;
    f[n++] = rim_clip(s->cut * 2.0, 0.0, 2.0);
    f[n++] = rim_clip(s->crowd * 4.0, 0.0, 3.0);
    f[n++] = rim_clip(s->saturated * 2.0, 0.0, 2.0);
    f[n++] = rim_clip(s->grain * 4.0, 0.0, 3.0);
    f[n++] = rim_clip(s->patchy, 0.0, 1.5);
    f[n++] = rim_clip(s->spread * 4.0, 0.0, 3.0);
    f[n++] =
        isnan(s->rim_width) ? 0.0 : rim_clip(s->rim_width * grid->mm / 2.0, 0.0, 3.0);
    f[n++] = s->ring;
}

static double dot(const double w[RIM_FEATURES], const double f[RIM_FEATURES])
{
    double sum = 0.0;
    for (int i = 0; i < RIM_FEATURES; i++)
        sum += w[i] * f[i];
    return sum;
}

static double judge(const rim_network *n, const double f[RIM_FEATURES])
{
    double sum = dot(n->linear, f);
    for (int i = 0; i < RIM_HIDDEN; i++) {
        const double a = dot(n->hidden[i], f);
        sum += n->output[i] * a / (1.0 + fabs(a));
    }
    return sum;
}

// The weights are those of any candidate; what is asked for is the best of several at
// one place, which is right more often. Log odds, from the reliability of reports.
#define LESION_CHOSEN 0.2

double rim_confidence_lesion(const double f[RIM_FEATURES])
{
    return judge(&lesion_network, f) + LESION_CHOSEN;
}

double rim_confidence_of(double log_odds)
{
    return 1.0 /
           (1.0 + rim_exp2(-rim_clip(log_odds, -30.0, 30.0) * 1.44269504088896340736));
}
