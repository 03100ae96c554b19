// froc.c: sensitivity against false lesions a frame, over all thresholds.
//
// Reports are matched once, the surest first, so that those above any threshold are
// matched as if the others were not there: the curve is a walk down the sorted list.
// SPDX-License-Identifier: MIT
#include "evaluate/figures.h"

#include <math.h>

typedef struct totals {
    double lesions, frames;
} totals;

static totals count_totals(const rim_figures *f, const int *weight)
{
    totals t = {0};
    for (int i = 0; i < f->scene_count; i++) {
        const double w = weight ? weight[i] : 1.0;
        t.lesions += w * f->scene[i].ratio[RIM_RATIO_SENSITIVITY].whole;
        t.frames += w * f->scene[i].ratio[RIM_RATIO_FP].whole;
    }
    return t;
}

// Counts the reports of one confidence, from event i on; returns the next one.
static size_t step(double *hits, double *wrong, const rim_figures *f, size_t i,
                   const int *weight)
{
    const double confidence = f->event[i].confidence;
    for (; i < f->event_count && f->event[i].confidence == confidence; i++) {
        const double w = weight ? weight[f->event[i].scene] : 1.0;
        *(f->event[i].hit ? hits : wrong) += w;
    }
    return i;
}

static double share(double part, double whole)
{
    return whole > 0.0 ? part / whole : (double)NAN;
}

rim_froc_point rim_froc_at(const rim_figures *f, double confidence)
{
    const totals t = count_totals(f, NULL);
    double hits = 0.0, wrong = 0.0;
    for (size_t i = 0; i < f->event_count && f->event[i].confidence >= confidence;)
        i = step(&hits, &wrong, f, i, NULL);
    return (rim_froc_point){share(hits, t.lesions), share(wrong, t.frames)};
}

void rim_froc_read(double *sensitivity, double *confidence, const double *rates,
                   int count, const rim_figures *f, const int *weight)
{
    const totals t = count_totals(f, weight);
    double hits = 0.0, wrong = 0.0, best = 0.0, best_at = (double)NAN;
    size_t i = 0;
    for (int k = 0; k < count; k++) {
        while (i < f->event_count && wrong <= rates[k] * t.frames) {
            best = hits;
            best_at = i ? f->event[i - 1].confidence : (double)NAN;
            i = step(&hits, &wrong, f, i, weight);
        }
        if (wrong <= rates[k] * t.frames) { // the list has ended
            best = hits;
            best_at = i ? f->event[i - 1].confidence : (double)NAN;
        }
        sensitivity[k] = share(best, t.lesions);
        if (confidence)
            confidence[k] = best_at;
    }
}
