// stroke.c: anti-aliased lines with a dark halo.
//
// A line is cut into straight pieces once, when the frame is planned. Painting it, each
// piece notes in `near`, for the pixels within its reach, how near it comes to their
// centres; the nearest wins. Then each pixel is painted once, by its distance. So a
// line that crosses itself, or the joint of two pieces, is not painted twice.
// SPDX-License-Identifier: MIT
#include "render/canvas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

// Part of a pixel, 0..256, that a band of half width `half` covers at `distance`
// from its middle (1/16 px).
static int band(int half, int distance)
{
    const int v = (half - distance + 8) * 16;
    return v < 0 ? 0 : v > 256 ? 256 : v;
}

void rim_stroke_make(rim_stroke *s, int width_q4, int gap_q4, int halo_q4)
{
    const int middle = gap_q4 ? (gap_q4 + width_q4) / 2 : 0;
    const int outer = middle + width_q4 / 2;
    s->reach = 1;
    for (int d = 0; d < RIM_STROKE_REACH - 1; d++) {
        const int beyond = d > outer ? d - outer : 0;
        const int shade = halo_q4 > 0 ? 208 - 208 * beyond / halo_q4 : 0;
        s->halo[d] = (uint16_t)(beyond >= halo_q4 ? 0 : shade);
        s->line[d] = (uint16_t)band(width_q4 / 2, abs(d - middle));
        if (s->halo[d] || s->line[d])
            s->reach = d + 1;
    }
}

// The halo, black, and over it the line, as one tone for each distance.
void rim_stroke_ink(rim_tones *ink, const rim_stroke *s, rim_color c)
{
    for (int i = 0; i < 256; i++) {
        const int d = 255 - i, on = d < s->reach;
        const int halo = on ? s->halo[d] : 0, line = on ? s->line[d] : 0;
        rim_tones_put(ink, i, (c.b * line + 128) >> 8, (c.g * line + 128) >> 8,
                      (c.r * line + 128) >> 8,
                      ((256 - halo) * (256 - line) + 128) >> 8);
    }
}

// Rounded down: the square root of what fits a double exactly is rounded properly.
static int32_t distance(rim_pt a, rim_pt b)
{
    const double dx = b.x - a.x, dy = b.y - a.y;
    return (int32_t)sqrt(dx * dx + dy * dy);
}

// Where a walk along a line is within its dashes.
typedef struct walk {
    int32_t on, off, at; // 24.8
} walk;

static walk start_walk(const rim_pt *p, int count, bool closed, rim_dash dash)
{
    walk w = {dash.on_px * 256, dash.off_px * 256, 0};
    if (dash.on_px == 0 || !closed)
        return w;
    int64_t length = 0;
    for (int i = 0; i < count; i++)
        length += distance(p[i], p[i + 1 < count ? i + 1 : 0]);
    const int64_t period = w.on + w.off;
    const int periods = larger(1, (int)((length + period / 2) / period));
    w.on = larger(256, (int32_t)(length * w.on / period / periods));
    w.off = larger(256, (int32_t)(length / periods) - w.on);
    return w;
}

// What of the next `left` is one piece, and whether it is drawn.
static int32_t stride(walk *w, int32_t left, bool *on)
{
    *on = true;
    if (!w->on)
        return left;
    *on = w->at < w->on;
    const int32_t step = smaller(left, (*on ? w->on : w->on + w->off) - w->at);
    w->at += step;
    if (w->at >= w->on + w->off)
        w->at = 0;
    return step;
}

// How far beyond a joint of two directions each of them is the nearer one, for a stroke
// that reaches `reach`: to the line that halves the angle, reach * tan(angle / 2).
static float beyond(float reach, const rim_piece *a, const rim_piece *b)
{
    const float c = a->ux * b->ux + a->uy * b->uy, s = a->ux * b->uy - a->uy * b->ux;
    const float side = s < 0 ? -s : s;
    if (c <= 0)
        return reach; // a sharp corner: all around it
    const float part = reach * side / (1 + c) + 0.5F;
    return part < reach ? part : reach;
}

static void join(rim_piece *a, rim_piece *b, float reach)
{
    a->after = b->before = beyond(reach, a, b);
}

// A side of the line as one piece, or as its dashes.
static int cut_side(rim_piece *piece, int most, walk *w, rim_pt a, rim_pt b,
                    float reach)
{
    const int32_t length = distance(a, b);
    const float ux = length ? (float)(b.x - a.x) / (float)length : 1;
    const float uy = length ? (float)(b.y - a.y) / (float)length : 0;
    int n = 0;
    for (int32_t t = 0, step; t < length; t += step) {
        bool on;
        step = stride(w, length - t, &on);
        if (!on || n == most)
            continue;
        const float from = (float)t / 256;
        piece[n++] = (rim_piece){.x = (float)a.x / 256 + from * ux,
                                 .y = (float)a.y / 256 + from * uy,
                                 .ux = ux,
                                 .uy = uy,
                                 .length = (float)step / 256,
                                 .before = reach,
                                 .after = reach};
    }
    return n;
}

int rim_stroke_cut(rim_piece *piece, int most, const rim_stroke *s, const rim_pt *p,
                   int count, bool closed, rim_dash dash)
{
    const float reach = (float)s->reach / 16 + 1;
    walk w = start_walk(p, count, closed, dash);
    int n = 0;
    for (int i = 0; i + (closed ? 0 : 1) < count; i++) {
        const rim_pt a = p[i], b = p[i + 1 < count ? i + 1 : 0];
        const int more = cut_side(piece + n, most - n, &w, a, b, reach);
        if (!w.on && n > 0 && more > 0)
            join(&piece[n - 1], &piece[n], reach);
        n += more;
    }
    if (closed && !w.on && n > 2 && n < most)
        join(&piece[n - 1], &piece[0], reach);
    return n;
}

// Some rows of a line. Their distances stay in the cache, however large the picture.
static void paint_strip(rim_canvas *c, const rim_piece *piece, int count, int reach,
                        const rim_tones *ink, const rim_rect *in)
{
    const int width = in->x1 - in->x0;
    const float top = (float)in->y0, bottom = (float)in->y1;
    const float aside = (float)reach / 16 + 2; // a pixel to spare
    memset(c->near, 0, (size_t)width * (size_t)(in->y1 - in->y0));
    for (int i = 0; i < count; i++) {
        const rim_piece *q = &piece[i];
        const float far = q->length + q->before + q->after + aside;
        if (q->y + far >= top && q->y - far <= bottom)
            c->kernels->near(c->near, width, in, q, reach);
    }
    const uint8_t *near = c->near;
    for (int y = in->y0; y < in->y1; y++, near += width)
        c->kernels->blend(rim_frame_row8(c->picture, y) + 4 * (ptrdiff_t)in->x0, near,
                          ink, width);
}

void rim_canvas_stroke(rim_canvas *c, const rim_piece *piece, int count, int reach,
                       const rim_tones *ink, rim_rect box)
{
    rim_rect in = rim_rect_intersect(box, c->clip);
    if (in.x0 >= in.x1)
        return;
    const int rows = c->near_size / (in.x1 - in.x0), end = in.y1;
    for (; in.y0 < end; in.y0 = in.y1) {
        in.y1 = smaller(in.y0 + rows, end);
        paint_strip(c, piece, count, reach, ink, &in);
    }
}
