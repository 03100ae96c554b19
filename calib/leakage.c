// leakage.c: medians of blocks, and a smooth surface through them.
// SPDX-License-Identifier: MIT
#include "calib/leakage.h"

#include "base/log.h"
#include "calib/dark.h"
#include "calib/surface_fit.h"

#include <math.h>
#include <stdlib.h>

enum { BLOCK = 32, ROUNDS = 3 };

static const double TOO_BRIGHT = 0.5; // of full scale
static const double ODD = 3;          // blocks off by so many spreads do not count

typedef struct blocks {
    const rim_stack *s;
    const rim_leakage_options *o;
    int cols, rows;
    rim_surface_sample *at; // [cols * rows]
    float *scratch;         // [BLOCK * BLOCK]
    double term[RIM_SURFACE_TERMS];
} blocks;

static double block_level(const blocks *b, int bx, int by)
{
    size_t n = 0;
    for (int y = by * BLOCK; y < (by + 1) * BLOCK && y < b->s->height; y++)
        for (int x = bx * BLOCK; x < (bx + 1) * BLOCK && x < b->s->width; x++) {
            if (b->o->bad && rim_frame_row16(b->o->bad, y)[x])
                continue;
            const double dark = b->o->dark ? rim_frame_row16(b->o->dark, y)[x] / 16.0
                                           : b->o->black_level;
            b->scratch[n++] =
                (float)(rim_stack_mean(b->s, rim_stack_at(b->s, x, y)) - dark);
        }
    return rim_median(b->scratch, n);
}

static double norm(double v, int size)
{
    return 2 * (v + 0.5) / size - 1;
}

static void take_blocks(blocks *b)
{
    const int w = b->s->width, h = b->s->height;
    for (int y = 0; y < b->rows; y++)
        for (int x = 0; x < b->cols; x++) {
            const int x1 = (x + 1) * BLOCK < w ? (x + 1) * BLOCK : w,
                      y1 = (y + 1) * BLOCK < h ? (y + 1) * BLOCK : h;
            b->at[y * b->cols + x] =
                (rim_surface_sample){.x = norm((x * BLOCK + x1 - 1) / 2.0, w),
                                     .y = norm((y * BLOCK + y1 - 1) / 2.0, h),
                                     .value = block_level(b, x, y),
                                     .weight = 1};
        }
}

static double value_at(const blocks *b, double x, double y)
{
    return fmax(rim_surface_value(b->term, x, y), 0);
}

// Blocks that do not fit (an instrument, gauze) lose their weight.
static rim_err fit(blocks *b, double *spread)
{
    const int n = b->cols * b->rows;
    for (int round = 0; round < ROUNDS; round++) {
        if (!rim_surface_fit(b->term, b->at, n)) {
            rim_log_error("the frames are too small for a map of leaked light");
            return RIM_ERR_FORMAT;
        }
        double sum = 0, weight = 0;
        for (int i = 0; i < n; i++) {
            const double e = b->at[i].value - value_at(b, b->at[i].x, b->at[i].y);
            sum += b->at[i].weight * e * e;
            weight += b->at[i].weight;
        }
        *spread = sqrt(sum / weight);
        for (int i = 0; i < n; i++) {
            const double e = b->at[i].value - value_at(b, b->at[i].x, b->at[i].y);
            b->at[i].weight = fabs(e) <= ODD * *spread ? 1 : 1e-3;
        }
    }
    return RIM_OK;
}

static void fill_map(rim_leakage_map *l, const blocks *b)
{
    double sum = 0;
    for (int y = 0; y < l->map.height; y++) {
        uint16_t *row = rim_frame_row16(&l->map, y);
        for (int x = 0; x < l->map.width; x++) {
            const double v =
                16 * value_at(b, norm(x, l->map.width), norm(y, l->map.height)) + 0.5;
            row[x] = (uint16_t)(v < 65535 ? v : 65535);
            sum += row[x];
        }
    }
    l->mean_counts = sum / 16 / ((double)l->map.width * l->map.height);
}

static rim_err measure(rim_leakage_map *l, blocks *b)
{
    const double full = (1 << b->s->bits) - 1;
    take_blocks(b);
    double most = 0;
    for (int i = 0; i < b->cols * b->rows; i++)
        most = fmax(most, b->at[i].value);
    if (most > TOO_BRIGHT * full) {
        rim_log_error("%.0f counts are no leaked light: is there dye in the tissue "
                      "already, or the room's light on?",
                      most);
        return RIM_ERR_FORMAT;
    }
    rim_err err = fit(b, &l->spread_counts);
    l->map = (rim_frame){.width = b->s->width,
                         .height = b->s->height,
                         .fmt = RIM_FMT_GRAY16,
                         .bits = 16};
    if (err == RIM_OK)
        err = rim_frame_init(&l->map);
    if (err == RIM_OK)
        fill_map(l, b);
    return err;
}

rim_err rim_leakage_measure(rim_leakage_map *out, const rim_stack *s,
                            const rim_leakage_options *o)
{
    *out = (rim_leakage_map){.frames = s->frames};
    if (s->frames < RIM_STACK_FRAMES_MIN) {
        rim_log_error("%d frames, but %d or more are needed; 64 are good", s->frames,
                      RIM_STACK_FRAMES_MIN);
        return RIM_ERR_FORMAT;
    }
    blocks b = {.s = s,
                .o = o,
                .cols = (s->width + BLOCK - 1) / BLOCK,
                .rows = (s->height + BLOCK - 1) / BLOCK};
    b.at = calloc((size_t)b.cols * (size_t)b.rows, sizeof *b.at);
    b.scratch = malloc((size_t)BLOCK * BLOCK * sizeof *b.scratch);
    const rim_err err = b.at && b.scratch ? measure(out, &b) : RIM_ERR_MEMORY;
    free(b.at);
    free(b.scratch);
    return err;
}

void rim_leakage_uninit(rim_leakage_map *l)
{
    rim_frame_uninit(&l->map);
}
