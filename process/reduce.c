// reduce.c: correction and reduction, by bands of grid rows.
// SPDX-License-Identifier: MIT
#include "process/reduce.h"

#include <string.h>

enum { BAND = 8 }; // grid rows a job

// One row of pixels with lone bright ones cut down; n >= 1. `margin` is what noise
// may add, in counts.
static void cut_hot(uint16_t *dst, const uint16_t *src, int n, int margin)
{
    dst[0] = src[0];
    dst[n - 1] = src[n - 1];
    for (int x = 1; x < n - 1; x++) {
        const int l = src[x - 1], r = src[x + 1];
        const int most = (l > r ? l : r) + ((l + r) >> 3) + margin;
        dst[x] = (uint16_t)(src[x] < most ? src[x] : most);
    }
}

// Sums of columns to sums of grid pixels; full ones are counted apart.
static void add_columns(int64_t *sum, int32_t *saturated, const uint32_t *columns,
                        int n, int scale)
{
    for (int x = 0; x < n; x++) {
        sum[x / scale] += columns[x] & ((1u << RIM_FULL_SHIFT) - 1);
        saturated[x / scale] += (int32_t)(columns[x] >> RIM_FULL_SHIFT);
    }
}

// A row of samples with dark and gain; pixels marked bad are left out of `count`.
static void add_row_calibrated(int64_t *sum, int32_t *count, const uint16_t *src,
                               const uint16_t *dark, const uint16_t *gain,
                               const uint16_t *bad, int n, int scale, int black)
{
    for (int x = 0; x < n; x++) {
        if (bad && bad[x])
            continue;
        const int32_t q4 = src[x] * 16 - (dark ? dark[x] : black * 16);
        sum[x / scale] += gain ? ((int64_t)q4 * gain[x] + 2048) >> 12 : q4;
        count[x / scale]++;
    }
}

static const uint16_t *map_row(const rim_frame *map, int y)
{
    return map->data ? rim_frame_row16(map, y) : NULL;
}

static void reduce_row(const rim_reduce *r, int gy)
{
    const rim_grid *g = r->grid;
    const int n = g->nir_width, scale = g->scale;
    const int y0 = gy * scale;
    const int y1 = y0 + scale < g->nir_height ? y0 + scale : g->nir_height;
    const int top = (1 << r->bits) - 1, full = top - (top >> 6);
    int64_t sum[RIM_FRAME_SIDE_MAX];
    int32_t saturated[RIM_FRAME_SIDE_MAX], count[RIM_FRAME_SIDE_MAX];
    uint16_t row[RIM_FRAME_SIDE_MAX];
    const size_t cells = (size_t)g->width;
    memset(sum, 0, cells * sizeof *sum);
    memset(saturated, 0, cells * sizeof *saturated);
    memset(count, 0, cells * sizeof *count);
    const rim_calib *c = r->calib;
    if (!c) {
        uint32_t columns[RIM_FRAME_SIDE_MAX];
        r->kernels->add_columns(columns, rim_frame_row16(r->nir, y0), r->nir->stride,
                                y1 - y0, n, top >> 5, full);
        add_columns(sum, saturated, columns, n, scale);
    }
    for (int y = y0; y < y1 && c; y++) {
        cut_hot(row, rim_frame_row16(r->nir, y), n, top >> 5);
        add_row_calibrated(sum, count, row, map_row(&c->dark, y), map_row(&c->gain, y),
                           map_row(&c->bad, y), n, scale, r->black_level);
        for (int x = 0; x < n; x++)
            saturated[x / scale] += row[x] >= full;
    }
    uint16_t *light = r->light + (size_t)gy * cells;
    uint8_t *sat = r->saturated + (size_t)gy * cells;
    for (int x = 0; x < g->width; x++) {
        const int x1 = (x + 1) * scale < n ? (x + 1) * scale : n;
        const int all = (x1 - x * scale) * (y1 - y0);
        int64_t q4 = sum[x];
        if (!r->calib) {
            count[x] = all;
            q4 = (q4 - (int64_t)r->black_level * all) * 16;
        }
        int64_t v = 0; // Q15: counts * 2^(15 - bits)
        if (count[x] > 0 && q4 > 0)
            v = ((q4 << 11) / count[x]) >> r->bits;
        light[x] = (uint16_t)(v < 65535 ? v : 65535);
        sat[x] = (uint8_t)(saturated[x] * 255 / all);
    }
}

static void reduce_band(void *ctx, int job)
{
    const rim_reduce *r = ctx;
    const int end = (job + 1) * BAND;
    for (int gy = job * BAND; gy < end && gy < r->grid->height; gy++)
        reduce_row(r, gy);
}

void rim_reduce_run(rim_reduce *r, rim_workers *workers)
{
    rim_workers_run(workers, reduce_band, r, (r->grid->height + BAND - 1) / BAND);
}
