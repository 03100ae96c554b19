// planes.c: what the evidence network sees of each frame, for bench/evidence.py.
//
//     rimlight_planes SEQUENCE... > planes.bin
//
// A frame is ten int32: sequence (its place among the arguments), frame, NIR pixels a
// side of a grid pixel, um a side of a grid pixel (0: not known), grid width and height,
// width and height of pyramid level 0, of level 1; then int16 level 0, and of level 1's
// cells int16 detail, uint8 valid, saturated, and whether it lies on a cut surface.
// SPDX-License-Identifier: MIT
#include "capture/source.h"
#include "process/inspect.h"
#include "report/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int at(const uint8_t *p, int w, int h, int x, int y)
{
    return x < w && y < h ? p[(size_t)y * (size_t)w + (size_t)x] : -1;
}

static void write_cells(const rim_pipeline *p)
{
    const rim_grid *g = rim_pipeline_grid(p);
    const rim_detect *d = rim_pipeline_detect(p);
    const rim_pyramid_level *l = &d->pyramid.level[1];
    const size_t n = (size_t)l->width * (size_t)l->height;
    int16_t *detail = calloc(n, 2);
    uint8_t *valid = calloc(n, 1), *sat = calloc(n, 1), *surface = calloc(n, 1);
    for (int cy = 0; cy < l->height; cy++)
        for (int cx = 0; cx < l->width; cx++) {
            int most = 0, v = 0, s = 0, all = 0;
            for (int y = 4 * cy; y < 4 * cy + 4; y++)
                for (int x = 4 * cx; x < 4 * cx + 4; x++) {
                    int a = at(d->valid, g->width, g->height, x, y);
                    if (a >= 0) {
                        all++;
                        v += a;
                        s += at(d->saturated, g->width, g->height, x, y);
                    }
                    if (x % 2 || y % 2 || x + 1 >= g->width || y + 1 >= g->height)
                        continue;
                    const uint8_t *u = d->valid + (size_t)y * (size_t)g->width + x;
                    const int16_t *r = d->ratio + (size_t)y * (size_t)g->width + x;
                    if (!u[0] || !u[1] || !u[g->width] || !u[g->width + 1])
                        continue;
                    int e = abs(r[0] - r[g->width + 1]) + abs(r[1] - r[g->width]);
                    most = e > most ? e : most;
                }
            const size_t i = (size_t)cy * (size_t)l->width + (size_t)cx;
            detail[i] = (int16_t)(most > 32767 ? 32767 : most);
            valid[i] = (uint8_t)(v * 16 / all);
            sat[i] = (uint8_t)(s / all);
            surface[i] =
                rim_watch_contains(rim_pipeline_watch(p), 4 * cx + 1.5, 4 * cy + 1.5);
        }
    fwrite(detail, 2, n, stdout);
    fwrite(valid, 1, n, stdout);
    fwrite(sat, 1, n, stdout);
    fwrite(surface, 1, n, stdout);
    free(detail);
    free(valid);
    free(sat);
    free(surface);
}

static void write_frame(int sequence, int frame, const rim_pipeline *p)
{
    const rim_grid *g = rim_pipeline_grid(p);
    const rim_pyramid_level *l = rim_pipeline_detect(p)->pyramid.level;
    const int32_t head[] = {
        sequence,   frame,
        g->scale,   g->pitch_known ? (int)(g->mm * 1000.0 + 0.5) : 0,
        g->width,   g->height,
        l[0].width, l[0].height,
        l[1].width, l[1].height};
    fwrite(head, sizeof head[0], sizeof head / sizeof head[0], stdout);
    fwrite(l[0].ratio, 2, (size_t)l[0].width * (size_t)l[0].height, stdout);
    write_cells(p);
}

static rim_err run(int sequence, const char *path)
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
    rim_frame nir = {.width = info->width,
                     .height = info->height,
                     .fmt = RIM_FMT_GRAY16,
                     .bits = info->bits};
    rim_result *result = calloc(1, sizeof *result);
    err = !result ? RIM_ERR_MEMORY : rim_frame_init(&nir);
    if (!err)
        err = rim_pipeline_create(&pipeline, &chain);
    int mark = 0;
    while (!err) {
        bool visible;
        err = rim_source_read(source, &nir, NULL, &visible);
        if (err)
            break;
        for (; mark < info->mark_count && info->mark[mark].frame <= nir.seq; mark++)
            err = rim_pipeline_mark_surface(pipeline, info->mark[mark].point,
                                            info->mark[mark].count);
        rim_pipeline_process(pipeline, result, &nir);
        write_frame(sequence, (int)nir.seq, pipeline);
    }
    rim_pipeline_destroy(&pipeline);
    rim_source_close(&source);
    rim_frame_uninit(&nir);
    free(result);
    return err == RIM_END ? RIM_OK : err;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (run(i - 1, argv[i])) {
            fprintf(stderr, "rimlight_planes: %s: not finished\n", argv[i]);
            return 1;
        }
    return 0;
}
