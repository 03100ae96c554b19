// findings.c: every bright place on cut surfaces with what the truth says of it.
//
//     rimlight_findings SEQUENCE... > findings.csv
//
// One line a finding: sequence, frame, label (1: a residual, 0: none, -1: one that is
// not detectable, to be left out), class of the truth it lies on ("" none), truth's SBR
// and depth, centre in NIR px, then the features of process/finding.h.
// bench/residual_weights.py fits the weights from it.
// SPDX-License-Identifier: MIT
#include "bench/studied.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// A finding is what the truth's nearest object is within its radius, or 2 mm.
static judged judge(const rim_truth *t, double x, double y, double mm_per_px)
{
    judged best = {0, "", NAN, NAN};
    double least = INFINITY;
    for (int i = 0; i < t->seen.surface.residual_count; i++) {
        const rim_residual *r = &t->seen.surface.residual[i];
        const double size = fmax(sqrt(r->area_px / 3.14159265), 2.0 / mm_per_px);
        const double d = hypot(x - r->x, y - r->y);
        if (d > size || d >= least)
            continue;
        least = d;
        const bool residual = strcmp(t->residual[i].class_name, "residual") == 0;
        best = (judged){residual ? (t->residual[i].detectable ? 1 : -1) : 0,
                        t->residual[i].class_name, r->sbr, t->residual[i].depth_mm};
    }
    return best;
}

static void print_frame(const char *name, const rim_pipeline *p, const rim_truth *t,
                        double mm_per_px)
{
    const rim_grid *g = rim_pipeline_grid(p);
    const rim_residuals *r = &rim_pipeline_watch(p)->residuals;
    for (int i = 0; i < r->count; i++) {
        const rim_finding *f = &r->found[i];
        const double x = rim_grid_to_nir(g, f->spot.x),
                     y = rim_grid_to_nir(g, f->spot.y);
        const judged j = judge(t, x, y, mm_per_px);
        printf("%s,%llu,%g,%s,%.4g,%.4g,%.1f,%.1f", name,
               (unsigned long long)t->seen.frame, j.label, j.class_name, j.sbr,
               j.depth_mm, x, y);
        for (int k = 0; k < RIM_FINDING_FEATURES; k++)
            printf(",%.5g", f->feature[k]);
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    return rim_studied_run(argc, argv, print_frame);
}
