// features.c: every measured candidate of a sequence with what the truth says of it.
//
//     rimlight_features SEQUENCE... > features.csv
//
// One line a candidate outside of the cut surface: sequence, frame, label (how much of
// a lesion it is, 0 to 1; -1: neither, to be left out), class of the truth it lies on
// ("" none), truth's SBR and depth, centre and radius in NIR px, then the features of
// process/confidence.h.
// bench/confidence.py fits the weights from it.
// SPDX-License-Identifier: MIT
#include "bench/studied.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double gap(double x, double y, const rim_lesion *l)
{
    return hypot(x - l->x, y - l->y);
}

#define NEAR      0.7  // not far from right: a report of it is one of the lesion
#define CUT       0.6  // its middle in a lesion that is cut or hidden in part
#define LEAST_SBR 1.15 // fainter ones are not asked for

// Lesions: on the truth's place and of its size, 1; less so, less; else 0.
static judged judge(const rim_truth *t, double x, double y, double radius)
{
    judged best = {0, "", NAN, NAN};
    double least = INFINITY;
    for (int i = 0; i < t->seen.lesion_count; i++) {
        const rim_lesion *l = &t->seen.lesion[i];
        const double size = sqrt(l->a * l->b), d = gap(x, y, l) / fmax(size, 1.0);
        if (!(d < 1.0) || d >= least)
            continue;
        least = d;
        const bool lesion = strcmp(t->lesion[i].class_name, "lesion") == 0;
        const bool nodule = strcmp(t->lesion[i].class_name, "nodule") == 0;
        const bool fits = d < 0.35 && radius < 1.5 * size && radius > size / 1.5;
        best = (judged){0, t->lesion[i].class_name, l->sbr, t->lesion[i].depth_mm};
        if (nodule || (lesion && !(l->sbr >= LEAST_SBR)))
            best.label = -1.0;
        else if (lesion && fits)
            best.label = 1.0;
        else if (lesion && d < 0.6 && radius > 0.4 * size && radius < 2.0 * size)
            best.label = NEAR;
        else if (lesion && l->why)
            best.label = CUT;
    }
    return best;
}

static void print_frame(const char *name, const rim_pipeline *p, const rim_truth *t,
                        double mm_per_px)
{
    (void)mm_per_px;
    const rim_grid *g = rim_pipeline_grid(p);
    const rim_detect *d = rim_pipeline_detect(p);
    for (int i = 0; i < d->candidates.count; i++) {
        if (!d->fits[i])
            continue;
        const rim_detection *m = &d->measured[i];
        const double x = rim_grid_to_nir(g, m->spot.x),
                     y = rim_grid_to_nir(g, m->spot.y);
        const double radius = sqrt(m->spot.a * m->spot.b) * g->scale;
        if (rim_watch_contains(rim_pipeline_watch(p), m->spot.x, m->spot.y))
            continue; // bench/findings.c studies those
        const judged j = judge(t, x, y, radius);
        printf("%s,%llu,%g,%s,%.4g,%.4g,%.1f,%.1f,%.1f", name,
               (unsigned long long)t->seen.frame, j.label, j.class_name, j.sbr,
               j.depth_mm, x, y, radius);
        for (int k = 0; k < RIM_FEATURES; k++)
            printf(",%.5g", m->feature[k]);
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    return rim_studied_run(argc, argv, print_frame);
}
