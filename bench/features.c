// features.c: every measured candidate of a sequence with what the truth says of it.
//
//     rimlight_features SEQUENCE... > features.csv
//
// One line a candidate outside of the cut surface: sequence, frame, label (1: it is a
// lesion and lies well on it, 0: it is not, -1: neither, to be left out), class of the
// truth it lies on ("" none), truth's SBR and depth, centre and radius in NIR px, then
// the features of process/confidence.h.
// bench/confidence.py fits the weights from it.
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

static double gap(double x, double y, const rim_lesion *l)
{
    return hypot(x - l->x, y - l->y);
}

// Lesions: on the truth's place and of its size, 1; near it, -1; else 0.
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
        if (nodule || (lesion && !t->lesion[i].detectable))
            best.label = -1;
        else if (lesion && fits)
            best.label = 1;
        else if (lesion &&
                 (l->why || (d < 0.6 && radius > 0.4 * size && radius < 2.0 * size)))
            best.label = -1; // cut or hidden in part, or not far from right
    }
    return best;
}

static void print_frame(const char *name, const rim_pipeline *p, const rim_truth *t)
{
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
        printf("%s,%llu,%d,%s,%.4g,%.4g,%.1f,%.1f,%.1f", name,
               (unsigned long long)t->seen.frame, j.label, j.class_name, j.sbr,
               j.depth_mm, x, y, radius);
        for (int k = 0; k < RIM_FEATURES; k++)
            printf(",%.5g", m->feature[k]);
        printf("\n");
    }
}

static rim_err run(const char *path)
{
    rim_source *source = NULL;
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
    rim_pipeline *pipeline = NULL;
    rim_report_reader *reader = NULL;
    rim_frame nir = {.width = info->width,
                     .height = info->height,
                     .fmt = RIM_FMT_GRAY16,
                     .bits = info->bits};
    rim_truth *truth = calloc(1, sizeof *truth);
    rim_result *result = calloc(1, sizeof *result);
    char truth_path[4096];
    snprintf(truth_path, sizeof truth_path, "%s/truth.jsonl", path);
    err = !truth || !result ? RIM_ERR_MEMORY : rim_frame_init(&nir);
    if (!err)
        err = rim_pipeline_create(&pipeline, &chain);
    if (!err)
        err = rim_report_open(&reader, truth_path);
    int mark = 0;
    while (!err) {
        bool visible;
        err = rim_source_read(source, &nir, NULL, &visible);
        if (!err)
            err = rim_report_read(reader, truth);
        if (err)
            break;
        for (; mark < info->mark_count && info->mark[mark].frame <= nir.seq; mark++)
            err = rim_pipeline_mark_surface(pipeline, info->mark[mark].point,
                                            info->mark[mark].count);
        rim_pipeline_process(pipeline, result, &nir);
        print_frame(path, pipeline, truth);
    }
    rim_report_reader_close(&reader);
    rim_pipeline_destroy(&pipeline);
    rim_source_close(&source);
    rim_frame_uninit(&nir);
    free(truth);
    free(result);
    return err == RIM_END ? RIM_OK : err;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (run(argv[i])) {
            fprintf(stderr, "rimlight_features: %s: not finished\n", argv[i]);
            return 1;
        }
    return 0;
}
