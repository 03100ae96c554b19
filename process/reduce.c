// reduce.c: correction and reduction, by bands of grid rows.
// SPDX-License-Identifier: MIT
#include "process/reduce.h"

#include <stdlib.h>
#include <string.h>

enum { BAND = 16 }; // grid rows a job

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

// Gain, with 0 for what is bad: it then adds nothing. Below 2^15, by dropping the last
// bit of all where one is not.
static void make_gain(rim_reduce *r, const rim_frame *map, const rim_frame *bad)
{
    const rim_grid *g = r->grid;
    const int rows = map->data || bad->data ? g->nir_height : 1;
    bool large = false;
    r->gain_bits = 12;
    for (int y = 0; y < rows; y++) {
        uint16_t *to = r->gain + (size_t)y * (size_t)g->nir_width;
        for (int x = 0; x < g->nir_width; x++) {
            to[x] = map->data ? rim_frame_row16(map, y)[x] : 4096;
            if (bad->data && rim_frame_row16(bad, y)[x])
                to[x] = 0;
            large |= to[x] > INT16_MAX;
        }
    }
    if (!large)
        return;
    r->gain_bits = 11;
    for (size_t i = 0; i < (size_t)rows * (size_t)g->nir_width; i++)
        r->gain[i] /= 2;
}

static rim_err make_gains(rim_reduce *r, const rim_calib *c)
{
    const size_t row = (size_t)r->grid->nir_width;
    if (!c->gain.data && !c->bad.data)
        return RIM_OK;
    r->gain = calloc((size_t)r->grid->nir_height * row, sizeof *r->gain);
    if (!r->gain)
        return RIM_ERR_MEMORY;
    make_gain(r, &c->gain, &c->bad);
    return RIM_OK;
}

// Of one pixel, in Q16 of full scale, before gain.
static int64_t dark_q16(const rim_reduce *r, const rim_frame *map, int x, int y)
{
    const int64_t q4 =
        map->data ? rim_frame_row16(map, y)[x] : (int64_t)r->black_level * 16;
    const int64_t q16 = r->bits <= 12 ? q4 << (12 - r->bits)
                                      : (q4 + (1 << (r->bits - 13))) >> (r->bits - 12);
    return q16 < 65535 ? q16 : 65535;
}

// Dark of a grid pixel, times the gain.
static int32_t dark_of(const rim_reduce *r, const rim_frame *map, int gx, int gy)
{
    const rim_grid *g = r->grid;
    int64_t sum = 0;
    for (int y = gy * g->scale; y < (gy + 1) * g->scale && y < g->nir_height; y++)
        for (int x = gx * g->scale; x < (gx + 1) * g->scale && x < g->nir_width; x++) {
            const size_t at = (size_t)y * (size_t)g->nir_width + (size_t)x;
            const int64_t one = r->gain ? r->gain[at] : 1;
            sum += dark_q16(r, map, x, y) * one;
        }
    return (int32_t)(r->gain ? (sum + (1 << r->gain_bits >> 1)) >> r->gain_bits : sum);
}

static void make_dark(rim_reduce *r, const rim_frame *map)
{
    const rim_grid *g = r->grid;
    for (int row = 0; row < (r->dark_step ? g->height : 2); row++)
        for (int gx = 0; gx < g->width; gx++)
            r->dark[row * g->width + gx] =
                dark_of(r, map, gx, r->dark_step || !row ? row : g->height - 1);
}

rim_err rim_reduce_init(rim_reduce *r, const rim_grid *grid,
                        const rim_process_kernels *kernels, int bits, int black_level,
                        const rim_calib *c)
{
    *r = (rim_reduce){
        .grid = grid, .kernels = kernels, .bits = bits, .black_level = black_level};
    const size_t area = rim_grid_area(grid), row = (size_t)grid->width;
    static const rim_calib none;
    c = c ? c : &none;
    const bool bad = c->bad.data, dark = c->dark.data || c->gain.data || bad;
    r->inverse_step = bad ? grid->width : 0;
    r->dark_step = dark ? grid->width : 0;
    r->light = calloc(area, sizeof *r->light);
    r->saturated = calloc(area, sizeof *r->saturated);
    r->inverse = calloc(bad ? area : 2 * row, sizeof *r->inverse);
    r->inverse_all = calloc(2 * row, sizeof *r->inverse_all);
    r->dark = calloc(dark ? area : 2 * row, sizeof *r->dark);
    rim_err err = r->light && r->saturated && r->inverse && r->inverse_all && r->dark
                      ? RIM_OK
                      : RIM_ERR_MEMORY;
    if (!err)
        err = make_gains(r, c);
    if (err) {
        rim_reduce_uninit(r);
        return err;
    }
    count_pixels(r);
    if (bad)
        count_good_pixels(r, &c->bad);
    make_dark(r, &c->dark);
    return RIM_OK;
}

void rim_reduce_uninit(rim_reduce *r)
{
    free(r->light);
    free(r->saturated);
    free(r->inverse);
    free(r->inverse_all);
    free(r->dark);
    free(r->gain);
    *r = (rim_reduce){0};
}

// Corrected light of one grid row, its dark not yet taken off, in Q16.
static void add_row(const rim_reduce *r, uint32_t *sum, uint32_t *full_sum, int gy)
{
    const rim_grid *g = r->grid;
    const rim_process_kernels *k = r->kernels;
    const int n = g->nir_width, y = gy * g->scale;
    const int rows = y + g->scale < g->nir_height ? g->scale : g->nir_height - y;
    const int top = (1 << r->bits) - 1, full = top - (top >> 6), margin = top >> 5;
    const uint16_t *src = rim_frame_row16(r->nir, y);
    if (!r->gain) {
        k->add_cells(sum, full_sum, src, r->nir->stride, rows, n, g->scale,
                     16 - r->bits, margin, full);
        return;
    }
    uint32_t columns[RIM_FRAME_SIDE_MAX], columns_full[RIM_FRAME_SIDE_MAX];
    const bool any = k->gain_columns(
        columns, columns_full, src, r->nir->stride, r->gain + (ptrdiff_t)y * n,
        n * (ptrdiff_t)sizeof *r->gain, r->gain_bits, rows, n, r->bits, margin, full);
    k->fold_columns(sum, columns, n, g->scale);
    if (any)
        k->fold_columns(full_sum, columns_full, n, g->scale);
    else
        memset(full_sum, 0, (size_t)g->width * sizeof *full_sum);
}

static void reduce_row(const rim_reduce *r, int gy)
{
    uint32_t sum[RIM_FRAME_SIDE_MAX], full_sum[RIM_FRAME_SIDE_MAX];
    const ptrdiff_t width = r->grid->width, first = gy * width;
    const ptrdiff_t last = gy == r->grid->height - 1 ? width : 0;
    add_row(r, sum, full_sum, gy);
    r->kernels->light_row(r->light + first, r->saturated + first, sum, full_sum,
                          r->dark + (r->dark_step ? first : last),
                          r->inverse + (r->inverse_step ? first : last),
                          r->inverse_all + last, (int)width);
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
