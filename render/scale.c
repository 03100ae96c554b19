// scale.c: samples in 16.16 fixed point, row by row.
// SPDX-License-Identifier: MIT
#include "render/scale.h"

#include "render/canvas.h"

#include <math.h>
#include <string.h>

enum { BANDS = 16, TAPS_MAX = 4 };

typedef rim_scaling job;

static int within(int64_t v, int most)
{
    return v < 0 ? 0 : v > most ? most : (int)v;
}

static void put_black(uint8_t *dst, int width)
{
    const rim_pixel black = rim_pixel_of((rim_color){0, 0, 0});
    for (int x = 0; x < width; x++)
        memcpy(dst + 4 * (ptrdiff_t)x, &black, sizeof black);
}

// The first pixel that lies at `at` or beyond.
static int first_at(const job *j, int64_t at)
{
    return within(at <= j->x0 ? 0 : (at - j->x0 + j->dx - 1) / j->dx, j->dst->width);
}

// Pixels from .. to - 1 out of one column.
static void edge(const job *j, uint8_t *out, const uint8_t *above, const uint8_t *below,
                 int fy, int column, int from, int to)
{
    uint8_t a[8], b[8];
    for (int k = 0; k < 8; k += 4) {
        memcpy(a + k, above + 4 * (ptrdiff_t)column, 4);
        memcpy(b + k, below + 4 * (ptrdiff_t)column, 4);
    }
    j->kernels.stretch(out + 4 * (ptrdiff_t)from, a, b, fy, 0, 0, to - from);
}

// Black beyond half a pixel from the outermost centres; between that and them there is
// but one column to take from.
static void bilinear_row(const job *j, int y)
{
    const rim_frame *s = j->src;
    uint8_t *out = rim_frame_row8(j->dst, y);
    const int64_t v = j->y0 + y * j->dy, right = (int64_t)(s->width - 1) << 16;
    if (v < -32768 || v >= ((int64_t)s->height << 16) - 32768) {
        put_black(out, j->dst->width);
        return;
    }
    const uint8_t *above = rim_frame_row8(s, within(v >> 16, s->height - 1));
    const uint8_t *below = rim_frame_row8(s, within((v >> 16) + 1, s->height - 1));
    const int fy = (int)(v >> 8 & 255);
    const int x1 = first_at(j, -32768), x2 = first_at(j, 0), x3 = first_at(j, right),
              x4 = first_at(j, right + 32768);
    put_black(out, x1);
    edge(j, out, above, below, fy, 0, x1, x2);
    j->kernels.stretch(out + 4 * (ptrdiff_t)x2, above, below, fy,
                       (int32_t)(j->x0 + x2 * j->dx), (int32_t)j->dx, x3 - x2);
    edge(j, out, above, below, fy, s->width - 1, x3, x4);
    put_black(out + 4 * (ptrdiff_t)x4, j->dst->width - x4);
}

// The mean of taps x taps samples spread over the pixel.
static void mean_row(const job *j, int y)
{
    const rim_frame *s = j->src;
    const int n = j->taps;
    const uint8_t *row[TAPS_MAX];
    for (int k = 0; k < n; k++) {
        const int64_t v = j->y0 + y * j->dy + (2 * k + 1 - n) * j->dy / (2 * n);
        row[k] = rim_frame_row8(s, within((v + 32768) >> 16, s->height - 1));
    }
    j->kernels.shrink(rim_frame_row8(j->dst, y), row, n, (int32_t)j->x0, (int32_t)j->dx,
                      s->width - 1, j->dst->width);
}

// Every pixel is the one of the same place.
static bool is_copy(const job *j)
{
    return j->x0 == 0 && j->y0 == 0 && j->dx == 65536 && j->dy == 65536 &&
           j->dst->width <= j->src->width && j->dst->height <= j->src->height;
}

static void band(void *ctx, int number)
{
    const job *j = ctx;
    const int y1 = j->dst->height * (number + 1) / BANDS;
    const bool copy = is_copy(j);
    for (int y = j->dst->height * number / BANDS; y < y1; y++)
        if (copy)
            memcpy(rim_frame_row8(j->dst, y), rim_frame_row8(j->src, y),
                   4 * (size_t)j->dst->width);
        else if (j->taps > 1)
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

static job prepare(rim_frame *dst, const rim_frame *src, rim_part part, unsigned cpu)
{
    const double dx = part.width / dst->width, dy = part.height / dst->height;
    job j = {.dst = dst,
             .src = src,
             .x0 = (int64_t)floor((part.x + dx / 2 - 0.5) * 65536 + 0.5),
             .y0 = (int64_t)floor((part.y + dy / 2 - 0.5) * 65536 + 0.5),
             .dx = (int64_t)floor(dx * 65536 + 0.5),
             .dy = (int64_t)floor(dy * 65536 + 0.5),
             .taps = taps_for(dx < dy ? dx : dy)};
    rim_render_kernels_init(&j.kernels, cpu);
    dst->seq = src->seq;
    dst->captured_ns = src->captured_ns;
    return j;
}

void rim_scale_part(rim_frame *dst, const rim_frame *src, rim_part part,
                    rim_workers *workers, unsigned cpu)
{
    job j = prepare(dst, src, part, cpu);
    if (workers) {
        rim_workers_run(workers, band, &j, BANDS);
        return;
    }
    for (int i = 0; i < BANDS; i++)
        band(&j, i);
}

void rim_scale_lend(rim_scaling *scaling, rim_frame *dst, const rim_frame *src,
                    rim_part part, rim_workers *workers, unsigned cpu)
{
    *scaling = prepare(dst, src, part, cpu);
    rim_workers_lend(workers, band, scaling, BANDS);
}
