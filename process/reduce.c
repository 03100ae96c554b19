// reduce.c: correction and reduction, by bands of grid rows.
// SPDX-License-Identifier: MIT
#include "process/reduce.h"

#include <stdlib.h>
#include <string.h>

enum { BAND = 32 }; // grid rows a job

// Pixels of grid row 0 (or the last) in grid column gx.
static int pixels_of(const rim_grid *g, int gx, int last)
{
    const int right = g->nir_width - gx * g->scale;
    const int below = last ? g->nir_height - (g->height - 1) * g->scale : g->scale;
    return (right < g->scale ? right : g->scale) *
           (below < g->scale ? below : g->scale);
}

static double half_inverse(int count)
{
    return count > 0 ? 0.5 / count : 0.0;
}

static void count_pixels(rim_reduce *r)
{
    const int w = r->grid->width;
    for (int last = 0; last < 2; last++)
        for (int gx = 0; gx < w; gx++) {
            const int n = pixels_of(r->grid, gx, last);
            r->all[last * w + gx] = n;
            r->inverse_all[last * w + gx] = 1.0 / n;
            if (r->inverse_step == 0)
                r->inverse[last * w + gx] = half_inverse(n);
        }
}

// Those of each grid pixel that are not bad.
static void count_good_pixels(rim_reduce *r, const rim_frame *bad)
{
    const rim_grid *g = r->grid;
    for (int gy = 0; gy < g->height; gy++)
        for (int gx = 0; gx < g->width; gx++) {
            int n = pixels_of(g, gx, gy == g->height - 1);
            for (int y = gy * g->scale; y < (gy + 1) * g->scale; y++)
                for (int x = gx * g->scale; x < (gx + 1) * g->scale; x++)
                    if (x < g->nir_width && y < g->nir_height)
                        n -= rim_frame_row16(bad, y)[x] != 0;
            r->inverse[gy * r->inverse_step + gx] = half_inverse(n);
        }
}

// Dark in Q16 of full scale: what the kernel takes.
static void make_dark(rim_reduce *r, const rim_frame *map)
{
    const rim_grid *g = r->grid;
    const int rows = map->data ? g->nir_height : 1;
    for (int y = 0; y < rows; y++) {
        uint16_t *to = r->dark + (size_t)y * (size_t)g->nir_width;
        for (int x = 0; x < g->nir_width; x++) {
            const int64_t q4 =
                map->data ? rim_frame_row16(map, y)[x] : (int64_t)r->black_level * 16;
            const int64_t q16 = r->bits <= 12
                                    ? q4 << (12 - r->bits)
                                    : (q4 + (1 << (r->bits - 13))) >> (r->bits - 12);
            to[x] = (uint16_t)(q16 < 65535 ? q16 : 65535);
        }
    }
}

// Gain, with 0 for what is bad: it then adds nothing.
static void make_gain(rim_reduce *r, const rim_frame *map, const rim_frame *bad)
{
    const rim_grid *g = r->grid;
    const int rows = map->data || bad->data ? g->nir_height : 1;
    for (int y = 0; y < rows; y++) {
        uint16_t *to = r->gain + (size_t)y * (size_t)g->nir_width;
        for (int x = 0; x < g->nir_width; x++) {
            to[x] = map->data ? rim_frame_row16(map, y)[x] : 4096;
            if (bad->data && rim_frame_row16(bad, y)[x])
                to[x] = 0;
        }
    }
}

static rim_err make_maps(rim_reduce *r, const rim_calib *c)
{
    const size_t row = (size_t)r->grid->nir_width;
    const size_t rows = (size_t)r->grid->nir_height;
    const bool gain = c->gain.data || c->bad.data;
    r->dark = calloc(c->dark.data ? rows * row : row, sizeof *r->dark);
    r->gain = calloc(gain ? rows * row : row, sizeof *r->gain);
    if (!r->dark || !r->gain)
        return RIM_ERR_MEMORY;
    r->dark_stride = c->dark.data ? (ptrdiff_t)(row * sizeof *r->dark) : 0;
    r->gain_stride = gain ? (ptrdiff_t)(row * sizeof *r->gain) : 0;
    make_dark(r, &c->dark);
    make_gain(r, &c->gain, &c->bad);
    return RIM_OK;
}

rim_err rim_reduce_init(rim_reduce *r, const rim_grid *grid,
                        const rim_process_kernels *kernels, int bits, int black_level,
                        const rim_calib *c)
{
    *r = (rim_reduce){
        .grid = grid, .kernels = kernels, .bits = bits, .black_level = black_level};
    const size_t area = rim_grid_area(grid), row = (size_t)grid->width;
    const bool bad = c && c->bad.data;
    r->inverse_step = bad ? grid->width : 0;
    r->light = calloc(area, sizeof *r->light);
    r->saturated = calloc(area, sizeof *r->saturated);
    r->inverse = calloc(bad ? area : 2 * row, sizeof *r->inverse);
    r->inverse_all = calloc(2 * row, sizeof *r->inverse_all);
    r->all = calloc(2 * row, sizeof *r->all);
    rim_err err = r->light && r->saturated && r->inverse && r->inverse_all && r->all
                      ? RIM_OK
                      : RIM_ERR_MEMORY;
    if (!err && c)
        err = make_maps(r, c);
    if (err) {
        rim_reduce_uninit(r);
        return err;
    }
    count_pixels(r);
    if (bad)
        count_good_pixels(r, &c->bad);
    return RIM_OK;
}

void rim_reduce_uninit(rim_reduce *r)
{
    free(r->light);
    free(r->saturated);
    free(r->inverse);
    free(r->inverse_all);
    free(r->all);
    free(r->dark);
    free(r->gain);
    *r = (rim_reduce){0};
}

static const uint16_t *map_row(const uint16_t *map, ptrdiff_t stride, int y)
{
    return (const uint16_t *)(const void *)((const char *)map + y * stride);
}

static void reduce_row(const rim_reduce *r, int gy)
{
    const rim_grid *g = r->grid;
    const rim_process_kernels *k = r->kernels;
    const int n = g->nir_width, y = gy * g->scale, last = gy == g->height - 1;
    const int rows = y + g->scale < g->nir_height ? g->scale : g->nir_height - y;
    const int top = (1 << r->bits) - 1, full = top - (top >> 6), margin = top >> 5;
    const uint16_t *src = rim_frame_row16(r->nir, y);
    uint32_t columns[RIM_FRAME_SIDE_MAX], columns_full[RIM_FRAME_SIDE_MAX];
    uint32_t sum[RIM_FRAME_SIDE_MAX], sum_full[RIM_FRAME_SIDE_MAX];
    const int32_t *all = r->all + last * g->width;
    if (!r->dark) {
        k->add_columns(columns, src, r->nir->stride, rows, n, margin, full);
        k->fold_columns(sum, columns, n, g->scale);
        k->split_row((int32_t *)sum, sum_full, sum, all, r->black_level, 16 - r->bits,
                     full, g->width);
    } else {
        k->correct_columns((int32_t *)columns, columns_full, src, r->nir->stride,
                           map_row(r->dark, r->dark_stride, y), r->dark_stride,
                           map_row(r->gain, r->gain_stride, y), r->gain_stride, rows, n,
                           16 - r->bits, margin, full);
        k->fold_columns(sum, columns, n, g->scale);
        k->fold_columns(sum_full, columns_full, n, g->scale);
    }
    const size_t first = (size_t)gy * (size_t)g->width;
    const ptrdiff_t at = r->inverse_step ? gy * r->inverse_step : last * g->width;
    k->light_row(r->light + first, r->saturated + first, (const int32_t *)sum, sum_full,
                 r->inverse + at, r->inverse_all + last * g->width, g->width);
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
