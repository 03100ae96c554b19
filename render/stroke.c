// stroke.c: anti-aliased lines with a dark halo.
//
// Pieces of a line first note in `near`, for each pixel, how near they come to its
// centre; the nearest wins. Then the same pieces are walked again, and each pixel is
// painted once, from its nearest distance. So a line that crosses itself, or the
// joint of two pieces, is not painted twice.
// SPDX-License-Identifier: MIT
#include "render/canvas.h"

#include <stdlib.h>

enum { PIECE_PX = 24 }; // longest piece: keeps products within 32 bits

typedef struct piece {
    rim_pt a;
    int32_t ux, uy;     // direction, Q14
    int32_t length;     // 24.8
    int32_t reach;      // of the stroke, 24.8
    int x0, y0, x1, y1; // pixels it may touch, clipped; half open
} piece;

// Rounded down; d*d <= v < (d+1)*(d+1).
static uint32_t root(uint64_t v)
{
    uint64_t r = 0;
    uint64_t bit = v < UINT64_C(1) << 26 ? UINT64_C(1) << 24 : UINT64_C(1) << 62;
    for (; bit; bit >>= 2) {
        const uint64_t t = r + bit;
        r >>= 1;
        if (v >= t) {
            v -= t;
            r += bit;
        }
    }
    return (uint32_t)r;
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

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

// False where the piece lies outside the clip.
static bool make_piece(piece *q, const rim_canvas *c, const rim_stroke *s, rim_pt a,
                       rim_pt b)
{
    const int64_t dx = b.x - a.x, dy = b.y - a.y;
    q->a = a;
    q->reach = s->reach * 16 + 16;
    q->x0 = larger((smaller(a.x, b.x) - q->reach) >> 8, c->clip.x0);
    q->y0 = larger((smaller(a.y, b.y) - q->reach) >> 8, c->clip.y0);
    q->x1 = smaller(((larger(a.x, b.x) + q->reach) >> 8) + 1, c->clip.x1);
    q->y1 = smaller(((larger(a.y, b.y) + q->reach) >> 8) + 1, c->clip.y1);
    if (q->x0 >= q->x1 || q->y0 >= q->y1)
        return false;
    q->length = (int32_t)root((uint64_t)(dx * dx + dy * dy));
    q->ux = q->length ? (int32_t)(dx * 16384 / q->length) : 16384;
    q->uy = q->length ? (int32_t)(dy * 16384 / q->length) : 0;
    return true;
}

// The pixels of row y that may be in reach: [*x0, *x1).
static void piece_row(const piece *q, int y, int *x0, int *x1)
{
    *x0 = q->x0;
    *x1 = q->x1;
    if (abs(q->uy) < 2048)
        return;
    // On the line itself x = a.x + (y - a.y) ux / uy; to both sides reach / uy.
    const int32_t dy = y * 256 + 128 - q->a.y;
    const int32_t at = q->a.x + (int32_t)((int64_t)dy * q->ux / q->uy);
    const int32_t side = (int32_t)((int64_t)q->reach * 16384 / abs(q->uy));
    *x0 = larger(*x0, (at - side) >> 8);
    *x1 = smaller(*x1, ((at + side) >> 8) + 1);
}

// Distance of the centre of pixel (x, y) from the piece, 1/16 px.
static int32_t distance(const piece *q, int x, int y)
{
    const int32_t px = x * 256 + 128 - q->a.x, py = y * 256 + 128 - q->a.y;
    const int32_t along = (px * q->ux + py * q->uy) >> 14;
    if (along >= 0 && along <= q->length)
        return abs(px * q->uy - py * q->ux) >> 18;
    const int64_t over = along < 0 ? -along : along - q->length;
    const int64_t across = (px * q->uy - py * q->ux) >> 14;
    const uint64_t square = (uint64_t)(over * over + across * across);
    if (square >= (uint64_t)q->reach * (uint64_t)q->reach)
        return RIM_STROKE_REACH;
    return (int32_t)(root(square) >> 4);
}

static void note_piece(rim_canvas *c, const rim_stroke *s, rim_pt a, rim_pt b)
{
    piece q;
    if (!make_piece(&q, c, s, a, b))
        return;
    for (int y = q.y0; y < q.y1; y++) {
        uint8_t *near = c->near + y * c->near_stride;
        int x0, x1;
        piece_row(&q, y, &x0, &x1);
        for (int x = x0; x < x1; x++) {
            const int32_t d = distance(&q, x, y);
            if (d < s->reach && near[x] < 255 - d)
                near[x] = (uint8_t)(255 - d);
        }
    }
}

typedef struct ink {
    const rim_stroke *stroke;
    rim_pixel color, halo;
} ink;

static void paint_piece(rim_canvas *c, const ink *k, rim_pt a, rim_pt b)
{
    piece q;
    if (!make_piece(&q, c, k->stroke, a, b))
        return;
    for (int y = q.y0; y < q.y1; y++) {
        uint8_t *near = c->near + y * c->near_stride;
        rim_pixel *row = (rim_pixel *)(void *)rim_frame_row8(c->picture, y);
        int x0, x1;
        piece_row(&q, y, &x0, &x1);
        for (int x = x0; x < x1; x++) {
            if (near[x] == 0)
                continue;
            const int d = 255 - near[x];
            const rim_pixel dark = rim_pixel_blend(row[x], k->halo, k->stroke->halo[d]);
            row[x] = rim_pixel_blend(dark, k->color, k->stroke->line[d]);
            near[x] = 0;
        }
    }
}

// Where a walk along a line is within its dashes.
typedef struct walk {
    int32_t on, off, at; // 24.8
} walk;

static rim_pt between(rim_pt a, rim_pt b, int32_t t, int32_t length)
{
    return (rim_pt){a.x + (int32_t)((int64_t)(b.x - a.x) * t / length),
                    a.y + (int32_t)((int64_t)(b.y - a.y) * t / length)};
}

static bool out_of_reach(const rim_canvas *c, const rim_stroke *s, rim_pt a, rim_pt b)
{
    const int32_t reach = s->reach * 16 + 16;
    return larger(a.y, b.y) + reach < c->clip.y0 * 256 ||
           smaller(a.y, b.y) - reach > c->clip.y1 * 256;
}

// Cuts a -> b into pieces, along dashes. ink NULL: note, else paint.
static void walk_side(rim_canvas *c, const rim_stroke *s, const ink *k, walk *w,
                      rim_pt a, rim_pt b)
{
    if (!w->on && out_of_reach(c, s, a, b))
        return;
    const int64_t dx = b.x - a.x, dy = b.y - a.y;
    const int32_t length = (int32_t)root((uint64_t)(dx * dx + dy * dy));
    for (int32_t t = 0; t < length;) {
        int32_t step = smaller(length - t, PIECE_PX * 256);
        bool on = true;
        if (w->on) {
            on = w->at < w->on;
            step = smaller(step, (on ? w->on : w->on + w->off) - w->at);
            w->at += step;
            if (w->at >= w->on + w->off)
                w->at = 0;
        }
        if (on && !k)
            note_piece(c, s, between(a, b, t, length), between(a, b, t + step, length));
        else if (on)
            paint_piece(c, k, between(a, b, t, length),
                        between(a, b, t + step, length));
        t += step;
    }
}

static int64_t line_length(const rim_pt *p, int count, bool closed)
{
    int64_t sum = 0;
    for (int i = 0; i + (closed ? 0 : 1) < count; i++) {
        const rim_pt a = p[i], b = p[i + 1 < count ? i + 1 : 0];
        const int64_t dx = b.x - a.x, dy = b.y - a.y;
        sum += root((uint64_t)(dx * dx + dy * dy));
    }
    return sum;
}

static walk start_walk(const rim_pt *p, int count, bool closed, rim_dash dash)
{
    walk w = {dash.on_px * 256, dash.off_px * 256, 0};
    if (dash.on_px == 0 || !closed)
        return w;
    const int64_t length = line_length(p, count, closed);
    const int64_t period = w.on + w.off;
    const int64_t periods = larger(1, (int32_t)((length + period / 2) / period));
    w.on = larger(256, (int32_t)(length * w.on / period / periods));
    w.off = larger(256, (int32_t)(length / periods) - w.on);
    return w;
}

void rim_canvas_stroke(rim_canvas *c, const rim_stroke *s, const rim_pt *p, int count,
                       bool closed, rim_dash dash, rim_color color)
{
    const ink k = {s, rim_pixel_of(color), rim_pixel_of((rim_color){0, 0, 0})};
    const walk start = start_walk(p, count, closed, dash);
    for (int pass = 0; pass < 2; pass++) {
        walk w = start;
        for (int i = 0; i + (closed ? 0 : 1) < count; i++)
            walk_side(c, s, pass ? &k : NULL, &w, p[i], p[i + 1 < count ? i + 1 : 0]);
    }
}
