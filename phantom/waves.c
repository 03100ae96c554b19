// waves.c: shapes from a few random waves: outlines, gaps.
// SPDX-License-Identifier: MIT
#include "phantom/exact.h"
#include "phantom/scene.h"

#include <math.h>

void rim_waves_draw(rim_waves *w, rim_rng *r, int first, int last, double strength)
{
    *w = (rim_waves){0};
    for (int k = first; k <= last && k <= RIM_WAVES; k++) {
        const double phase = rim_rng_uniform(r, 0.0, 2.0 * RIM_PI);
        w->a[k - 1] = strength * rim_rng_uniform(r, 0.4, 1.0) / sqrt(k - first + 1.0);
        w->cos_p[k - 1] = rim_exact_cos(phase);
        w->sin_p[k - 1] = rim_exact_sin(phase);
    }
}

double rim_waves_at(const rim_waves *w, double cos_t, double sin_t)
{
    double c = cos_t, s = sin_t, sum = 0.0;
    for (int k = 0; k < RIM_WAVES; k++) {
        sum += w->a[k] * (c * w->cos_p[k] - s * w->sin_p[k]);
        const double next = c * cos_t - s * sin_t;
        s = s * cos_t + c * sin_t;
        c = next;
    }
    return sum;
}

double rim_waves_level(const rim_waves *w, double part)
{
    enum { STEPS = 360 };
    double lo = -10.0, hi = 10.0;
    for (int round = 0; round < 40; round++) {
        const double mid = 0.5 * (lo + hi);
        int above = 0;
        for (int i = 0; i < STEPS; i++) {
            const double t = 2.0 * RIM_PI * i / STEPS;
            above += rim_waves_at(w, rim_exact_cos(t), rim_exact_sin(t)) > mid;
        }
        if (above > part * STEPS)
            lo = mid;
        else
            hi = mid;
    }
    return 0.5 * (lo + hi);
}
