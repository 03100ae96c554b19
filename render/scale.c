// scale.c: samples in 16.16 fixed point, row by row.
// SPDX-License-Identifier: MIT
#include "render/scale.h"

#include "render/canvas.h"

#include <math.h>
#include <string.h>

enum { BANDS = 16, TAPS_MAX = 4 };

typedef struct job {
    rim_frame *dst;
    const rim_frame *src;
    int64_t x0, y0, dx, dy; // of the first pixel's centre, and the steps, Q16
    int taps;               // a side
} job;

static const rim_pixel *row_of(const rim_frame *f, int y)
{
    return (const rim_pixel *)(const void *)rim_frame_row8(f, y);
}

static uint32_t lerp(uint32_t a, uint32_t b, uint32_t f)
{
    const uint32_t even = 0x00ff00ff, half = 0x00800080;
    const uint32_t low = (a & even) * (256 - f) + (b & even) * f + half;
    const uint32_t high = (a >> 8 & even) * (256 - f) + (b >> 8 & even) * f + half;
    return (low >> 8 & even) | (high & ~even);
}

static int within(int64_t v, int most)
{
    return v < 0 ? 0 : v > most ? most : (int)v;
}

static rim_pixel black(void)
{
    return rim_pixel_of((rim_color){0, 0, 0});
}

static void bilinear_row(const job *j, int y)
{
    const rim_frame *s = j->src;
    rim_pixel *out = (rim_pixel *)(void *)rim_frame_row8(j->dst, y);
    const int64_t v = j->y0 + y * j->dy, right = (int64_t)s->width << 16;
    if (v < -32768 || v >= ((int64_t)s->height << 16) - 32768) {
        for (int x = 0; x < j->dst->width; x++)
            out[x] = black();
        return;
    }
    const rim_pixel *a = row_of(s, within(v >> 16, s->height - 1));
    const rim_pixel *b = row_of(s, within((v >> 16) + 1, s->height - 1));
    const uint32_t fy = (uint32_t)(v >> 8 & 255);
    int64_t u = j->x0;
    for (int x = 0; x < j->dst->width; x++, u += j->dx) {
        const int64_t i = u >> 16;
        const uint32_t fx = (uint32_t)(u >> 8 & 255);
        if (i >= 0 && i + 1 < s->width) {
            out[x] = lerp(lerp(a[i], b[i], fy), lerp(a[i + 1], b[i + 1], fy), fx);
        } else if (u < -32768 || u >= right - 32768) {
            out[x] = black();
        } else {
            const int k = within(i, s->width - 1);
            out[x] = lerp(a[k], b[k], fy);
        }
    }
}

// The mean of taps x taps samples spread over the pixel.
static void mean_row(const job *j, int y)
{
    const rim_frame *s = j->src;
    rim_pixel *out = (rim_pixel *)(void *)rim_frame_row8(j->dst, y);
    const int n = j->taps;
    const rim_pixel *row[TAPS_MAX];
    for (int k = 0; k < n; k++) {
        const int64_t v = j->y0 + y * j->dy + (2 * k + 1 - n) * j->dy / (2 * n);
        row[k] = row_of(s, within((v + 32768) >> 16, s->height - 1));
    }
    const uint32_t count = (uint32_t)(n * n), even = 0x00ff00ff;
    const uint32_t inverse = (65536 + count / 2) / count;
    for (int x = 0; x < j->dst->width; x++) {
        uint32_t low = 0, high = 0; // lanes of 16 bits: at most 16 * 255
        for (int i = 0; i < n; i++) {
            const int64_t u = j->x0 + x * j->dx + (2 * i + 1 - n) * j->dx / (2 * n);
            const int at = within((u + 32768) >> 16, s->width - 1);
            for (int k = 0; k < n; k++) {
                low += row[k][at] & even;
                high += row[k][at] >> 8 & even;
            }
        }
        const uint32_t c0 = ((low & 0xffff) * inverse + 32768) >> 16;
        const uint32_t c2 = ((low >> 16) * inverse + 32768) >> 16;
        const uint32_t c1 = ((high & 0xffff) * inverse + 32768) >> 16;
        const uint32_t c3 = ((high >> 16) * inverse + 32768) >> 16;
        out[x] = c0 | c1 << 8 | c2 << 16 | c3 << 24;
    }
}

static void band(void *ctx, int number)
{
    const job *j = ctx;
    const int y1 = j->dst->height * (number + 1) / BANDS;
    for (int y = j->dst->height * number / BANDS; y < y1; y++)
        if (j->taps > 1)
            mean_row(j, y);
        else
            bilinear_row(j, y);
}

// Taps do not look beyond the edges for black: only whole pictures are shrunk.
static int taps_for(double step)
{
    const int n = (int)floor(step + 0.5);
    return n < 2 ? 1 : n > TAPS_MAX ? TAPS_MAX : n;
}

void rim_scale_part(rim_frame *dst, const rim_frame *src, rim_part part,
                    rim_workers *workers)
{
    const double dx = part.width / dst->width, dy = part.height / dst->height;
    job j = {.dst = dst,
             .src = src,
             .x0 = (int64_t)floor((part.x + dx / 2 - 0.5) * 65536 + 0.5),
             .y0 = (int64_t)floor((part.y + dy / 2 - 0.5) * 65536 + 0.5),
             .dx = (int64_t)floor(dx * 65536 + 0.5),
             .dy = (int64_t)floor(dy * 65536 + 0.5),
             .taps = taps_for(dx < dy ? dx : dy)};
    dst->seq = src->seq;
    dst->captured_ns = src->captured_ns;
    if (workers) {
        rim_workers_run(workers, band, &j, BANDS);
        return;
    }
    for (int i = 0; i < BANDS; i++)
        band(&j, i);
}
