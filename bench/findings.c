// findings.c: every bright place on cut surfaces with what the truth says of it.
//
//     rimlight_findings SEQUENCE... > findings.csv
//
// One line a finding: sequence, frame, label (1: a residual, 0: none, -1: one that is
// not detectable, to be left out), class of the truth it lies on ("" none), truth's SBR
// and depth, centre in NIR px, then the features of process/finding.h.
// bench/residual_weights.py fits the weights from it.
// SPDX-License-Identifier: MIT
#include "capture/source.h"
#include "process/inspect.h"
#include "report/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct judged {
    int label;
    const char *class_name;
    double sbr, depth_mm;
} judged;

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
        printf("%s,%llu,%d,%s,%.4g,%.4g,%.1f,%.1f", name,
               (unsigned long long)t->seen.frame, j.label, j.class_name, j.sbr,
               j.depth_mm, x, y);
        for (int k = 0; k < RIM_FINDING_FEATURES; k++)
            printf(",%.5g", f->feature[k]);
        printf("\n");
    }
}

static rim_err replay(rim_source *source, rim_pipeline *pipeline,
                      rim_report_reader *reader, rim_frame *nir, const char *path)
{
    const rim_source_info *info = rim_source_get_info(source);
    rim_truth *truth = calloc(1, sizeof *truth);
    rim_result *result = calloc(1, sizeof *result);
    rim_err err = truth && result ? RIM_OK : RIM_ERR_MEMORY;
    int mark = 0;
    while (!err) {
        bool visible;
        err = rim_source_read(source, nir, NULL, &visible);
        if (!err)
            err = rim_report_read(reader, truth);
        if (err)
            break;
        for (; mark < info->mark_count && info->mark[mark].frame <= nir->seq; mark++)
            err = rim_pipeline_mark_surface(pipeline, info->mark[mark].point,
                                            info->mark[mark].count);
        rim_pipeline_process(pipeline, result, nir);
        print_frame(path, pipeline, truth, info->mm_per_px);
    }
    free(truth);
    free(result);
    return err == RIM_END ? RIM_OK : err;
}

static rim_err run(const char *path)
{
    rim_source *source = NULL;
    rim_pipeline *pipeline = NULL;
    rim_report_reader *reader = NULL;
    const rim_source_options options = {0};
    rim_err err = rim_source_open(&source, path, &options);
    if (err)
        return err;
    const rim_source_info *info = rim_source_get_info(source);
    const rim_pipeline_options chain = {.width = info->width,
                                        .height = info->height,
                                        .bits = info->bits,
                                        .black_level = info->black_level,
                                        .mm_per_px = info->mm_per_px,
                                        .threads = 1};
    rim_frame nir = {.width = info->width,
                     .height = info->height,
                     .fmt = RIM_FMT_GRAY16,
                     .bits = info->bits};
    char truth_path[4096];
    snprintf(truth_path, sizeof truth_path, "%s/truth.jsonl", path);
    err = rim_frame_init(&nir);
    if (!err)
        err = rim_pipeline_create(&pipeline, &chain);
    if (!err)
        err = rim_report_open(&reader, truth_path);
    if (!err)
        err = replay(source, pipeline, reader, &nir, path);
    rim_report_reader_close(&reader);
    rim_pipeline_destroy(&pipeline);
    rim_source_close(&source);
    rim_frame_uninit(&nir);
    return err;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (run(argv[i])) {
            fprintf(stderr, "rimlight_findings: %s: not finished\n", argv[i]);
            return 1;
        }
    return 0;
}
