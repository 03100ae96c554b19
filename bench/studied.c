// studied.c: sequences through the chain beside their truth.
// SPDX-License-Identifier: MIT
#include "bench/studied.h"

#include "capture/source.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct study {
    const char *path;
    rim_source *source;
    const rim_source_info *info;
    rim_pipeline *pipeline;
    rim_report_reader *reader;
    rim_frame nir;
    rim_truth *truth;
    rim_result *result;
} study;

static rim_err open_study(study *s)
{
    const rim_source_options options = {0};
    rim_err err = rim_source_open(&s->source, s->path, &options);
    if (err)
        return err;
    const rim_source_info *info = s->info = rim_source_get_info(s->source);
    const rim_pipeline_options chain = {.width = info->width,
                                        .height = info->height,
                                        .bits = info->bits,
                                        .black_level = info->black_level,
                                        .mm_per_px = info->mm_per_px,
                                        .threads = 1};
    s->nir = (rim_frame){.width = info->width,
                         .height = info->height,
                         .fmt = RIM_FMT_GRAY16,
                         .bits = info->bits};
    s->truth = calloc(1, sizeof *s->truth);
    s->result = calloc(1, sizeof *s->result);
    char truth_path[4096];
    snprintf(truth_path, sizeof truth_path, "%s/truth.jsonl", s->path);
    err = !s->truth || !s->result ? RIM_ERR_MEMORY : rim_frame_init(&s->nir);
    if (!err)
        err = rim_pipeline_create(&s->pipeline, &chain);
    return err ? err : rim_report_open(&s->reader, truth_path);
}

static rim_err replay(study *s, rim_studied_fn *frame)
{
    int mark = 0;
    for (;;) {
        bool visible;
        rim_err err = rim_source_read(s->source, &s->nir, NULL, &visible);
        if (!err)
            err = rim_report_read(s->reader, s->truth);
        const rim_surface_mark *m = s->info->mark;
        for (; !err && mark < s->info->mark_count && m[mark].frame <= s->nir.seq;
             mark++)
            err = rim_pipeline_mark_surface(s->pipeline, m[mark].point, m[mark].count);
        if (err)
            return err == RIM_END ? RIM_OK : err;
        rim_pipeline_process(s->pipeline, s->result, &s->nir);
        frame(s->path, s->pipeline, s->truth, s->info->mm_per_px);
    }
}

static rim_err run(const char *path, rim_studied_fn *frame)
{
    study s = {.path = path};
    rim_err err = open_study(&s);
    if (!err)
        err = replay(&s, frame);
    rim_report_reader_close(&s.reader);
    rim_pipeline_destroy(&s.pipeline);
    rim_source_close(&s.source);
    rim_frame_uninit(&s.nir);
    free(s.truth);
    free(s.result);
    return err;
}

int rim_studied_run(int argc, char **argv, rim_studied_fn *frame)
{
    rim_err err = RIM_OK;
    for (int i = 1; i < argc && !err; i++)
        err = run(argv[i], frame);
    return err ? 1 : 0;
}
