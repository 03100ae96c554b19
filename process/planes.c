// planes.c: rows added, compared and divided.
// SPDX-License-Identifier: MIT
#include "process/planes.h"

#include <stdlib.h>
#include <string.h>

rim_err rim_planes_init(rim_planes *p, int width, int height, int reach)
{
    *p = (rim_planes){.reach = reach};
    const size_t w = (size_t)width, h = (size_t)height, r = (size_t)reach;
    p->bytes = calloc(w * h, 1);
    p->sum = calloc(w, 1);
    p->line = calloc(w + 2 * r, sizeof *p->line);
    p->tall = calloc(w * (h + 2 * r), sizeof *p->tall);
    p->row = calloc(10 * (w + 2), sizeof *p->row);
    if (p->bytes && p->sum && p->line && p->tall && p->row)
        return RIM_OK;
    rim_planes_uninit(p);
    return RIM_ERR_MEMORY;
}

void rim_planes_uninit(rim_planes *p)
{
    free(p->bytes);
    free(p->sum);
    free(p->line);
    free(p->tall);
    free(p->row);
    *p = (rim_planes){0};
}

// ---- smoothing ----

// One row's part: value and number of what is on, weighted 1 2 1 along x.
typedef struct smooth_row {
    int32_t *sum, *count, *on;
} smooth_row;

static void sum_row(const smooth_row *r, const int16_t *src, const uint8_t *seen,
                    uint8_t bit, int32_t *scratch, int width)
{
    int32_t *value = scratch, *on = r->on; // both with an entry on each side
    value[0] = value[width + 1] = on[0] = on[width + 1] = 0;
    for (int x = 0; x < width; x++) {
        on[x + 1] = (seen[x] & bit) != 0;
        value[x + 1] = src[x] * on[x + 1];
    }
    for (int x = 0; x < width; x++) {
        r->sum[x] = value[x] + 2 * value[x + 1] + value[x + 2];
        r->count[x] = on[x] + 2 * on[x + 1] + on[x + 2];
    }
}

// Sums are below 2^18 + 1 and counts at most 16: a quotient that is no whole number is
// 1/16 away from the next, and floats of that size are closer together than that.
static void divide_row(int16_t *restrict dst, const smooth_row *a, const smooth_row *b,
                       const smooth_row *c, int width)
{
    const int32_t *restrict sa = a->sum, *restrict sb = b->sum, *restrict sc = c->sum;
    const int32_t *restrict na = a->count, *restrict nb = b->count,
                            *restrict nc = c->count, *restrict on = b->on + 1;
    for (int x = 0; x < width; x++) {
        const int32_t sum = sa[x] + 2 * sb[x] + sc[x], n = na[x] + 2 * nb[x] + nc[x];
        const int32_t mean = (int32_t)((float)sum / (float)(n | (n == 0)));
        dst[x] = (int16_t)(on[x] ? mean : RIM_UNKNOWN);
    }
}

void rim_planes_smooth(int16_t *dst, const int16_t *src, const uint8_t *seen,
                       uint8_t bit, rim_planes *p, int width, int height)
{
    const size_t w = (size_t)width, pad = w + 2;
    smooth_row row[3]; // a ring; beyond the ends there is nothing
    for (size_t i = 0; i < 3; i++)
        row[i] = (smooth_row){p->row + 3 * i * pad, p->row + (3 * i + 1) * pad,
                              p->row + (3 * i + 2) * pad};
    int32_t *scratch = p->row + 9 * pad;
    for (int y = 0; y <= height; y++) {
        smooth_row *now = &row[y % 3], *last = &row[(y + 2) % 3],
                   *before = &row[(y + 1) % 3];
        if (y < height) {
            sum_row(now, src + (size_t)y * w, seen + (size_t)y * w, bit, scratch,
                    width);
        } else {
            memset(now->sum, 0, w * sizeof *now->sum);
            memset(now->count, 0, w * sizeof *now->count);
        }
        if (y == 1) {
            memset(before->sum, 0, w * sizeof *before->sum);
            memset(before->count, 0, w * sizeof *before->count);
        }
        if (y > 0)
            divide_row(dst + (size_t)(y - 1) * w, before, last, now, width);
    }
}

// ---- erosion ----

static void least_of(int16_t *restrict dst, const int16_t *a, const int16_t *b,
                     size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = a[i] < b[i] ? a[i] : b[i];
}

// v[i] = the least of v[i] .. v[i + reach * 2], for i < n; steps of `step` entries. In
// doubling spans: the least of 2, of 4 ...; the last two spans overlap.
static void least_ahead(int16_t *dst, int16_t *v, size_t n, size_t step, size_t window)
{
    size_t span = 1;
    for (; 2 * span <= window; span *= 2) {
        const size_t count = n + (window - 2 * span) * step;
        for (size_t i = 0; i < count; i++) // what is ahead is not changed yet
            v[i] = v[i] < v[i + span * step] ? v[i] : v[i + span * step];
    }
    least_of(dst, v, v + (window - span) * step, n);
}

void rim_planes_erode(int16_t *plane, int reach, rim_planes *p, int width, int height)
{
    const size_t w = (size_t)width, h = (size_t)height, r = (size_t)reach;
    int16_t *tall = p->tall;
    for (size_t i = 0; i < r * w; i++)
        tall[i] = tall[(h + r) * w + i] = INT16_MAX;
    for (size_t y = 0; y < h; y++) {
        for (size_t i = 0; i < r; i++)
            p->line[i] = p->line[w + r + i] = INT16_MAX;
        memcpy(p->line + r, plane + y * w, w * sizeof *plane);
        least_ahead(tall + (y + r) * w, p->line, w, 1, 2 * r + 1);
    }
    least_ahead(plane, tall, w * h, w, 2 * r + 1);
}

// ---- flags ----

// dst[x] = the sum of 2 * reach + 1 flags about x.
static void count_row(uint8_t *restrict dst, const uint8_t *flag, uint8_t *restrict pad,
                      int reach, size_t width)
{
    memset(pad, 0, (size_t)reach);
    memcpy(pad + reach, flag, width);
    memset(pad + (size_t)reach + width, 0, (size_t)reach);
    memcpy(dst, pad, width);
    for (int k = 1; k <= 2 * reach; k++)
        for (size_t x = 0; x < width; x++)
            dst[x] = (uint8_t)(dst[x] + pad[x + (size_t)k]);
}

void rim_planes_most(uint8_t *flag, int least, rim_planes *p, int width, int height)
{
    enum { REACH = 2 };
    const size_t w = (size_t)width;
    uint8_t *line = p->bytes, *restrict sum = p->sum;
    uint8_t *pad = (uint8_t *)p->row; // [width + 2 * REACH] at least
    for (int y = 0; y < height; y++)
        count_row(line + (size_t)y * w, flag + (size_t)y * w, pad, REACH, w);
    memset(sum, 0, w);
    for (int y = -REACH; y < height; y++) {
        if (y + REACH < height)
            for (size_t x = 0; x < w; x++)
                sum[x] = (uint8_t)(sum[x] + line[(size_t)(y + REACH) * w + x]);
        if (y > REACH)
            for (size_t x = 0; x < w; x++)
                sum[x] = (uint8_t)(sum[x] - line[(size_t)(y - REACH - 1) * w + x]);
        if (y >= 0)
            for (size_t x = 0; x < w; x++)
                flag[(size_t)y * w + x] = sum[x] >= least;
    }
}

void rim_planes_spread(uint8_t *flag, int reach, rim_planes *p, int width, int height)
{
    const size_t w = (size_t)width;
    uint8_t *line = p->bytes;
    uint8_t *restrict pad = (uint8_t *)p->row; // [width + 2 * reach], of 36 * width
    for (int y = 0; y < height; y++) {
        uint8_t *restrict dst = line + (size_t)y * w;
        memset(pad, 0, (size_t)reach);
        memcpy(pad + reach, flag + (size_t)y * w, w);
        memset(pad + (size_t)reach + w, 0, (size_t)reach);
        memcpy(dst, pad, w);
        for (int k = 1; k <= 2 * reach; k++)
            for (size_t x = 0; x < w; x++)
                dst[x] |= pad[x + (size_t)k];
    }
    for (int y = 0; y < height; y++) {
        uint8_t *restrict dst = flag + (size_t)y * w;
        memset(dst, 0, w);
        for (int k = y > reach ? y - reach : 0; k <= y + reach && k < height; k++) {
            const uint8_t *restrict src = line + (size_t)k * w;
            for (size_t x = 0; x < w; x++)
                dst[x] |= src[x];
        }
    }
}

// ---- cells ----

void rim_planes_cells(int32_t *sum, int32_t *count, const int16_t *value,
                      const uint8_t *seen, uint8_t bit, rim_planes *p, int width,
                      int height, int side)
{
    const size_t w = (size_t)width;
    const int columns = width / side, rows = height / side;
    int32_t *restrict total = p->row, *restrict n = p->row + w;
    for (int cy = 0; cy < rows; cy++) {
        memset(total, 0, 2 * w * sizeof *total);
        for (int y = cy * side; y < (cy + 1) * side; y++) {
            const int16_t *restrict v = value + (size_t)y * w;
            const uint8_t *restrict s = seen + (size_t)y * w;
            for (size_t x = 0; x < w; x++) {
                const int32_t on = (s[x] & bit) != 0;
                total[x] += v[x] & -on;
                n[x] += on;
            }
        }
        for (int cx = 0; cx < columns; cx++) {
            const size_t k = (size_t)cy * (size_t)columns + (size_t)cx;
            sum[k] = count[k] = 0;
            for (int x = cx * side; x < (cx + 1) * side; x++) {
                sum[k] += total[x];
                count[k] += n[x];
            }
        }
    }
}
