// near_rows.h: which pixels of a row a piece of a line is looked at from; for every
// variant of rim_near_fn, so that all look from the same.
//
// A piece is seen in the rectangle about it that `before`, `after` and the reach span:
// beyond that others are nearer. Of each row the pixels within, and for the vectors'
// sake never fewer than 8; what is too far off is not noted anyway.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_KERNELS_NEAR_ROWS_H
#define RIM_RENDER_KERNELS_NEAR_ROWS_H

#include "render/kernels/kernels.h"

enum { RIM_NEAR_LEAST = 8, RIM_NEAR_ROWS = 16 };

// A strip about the piece, of which row dy spans [low + dy * slope, high + dy * slope].
typedef struct near_strip {
    float low, high, slope;
} near_strip;

typedef struct near_rows {
    near_strip across, along;
    float x, y; // of the piece
    int y0, y1; // rows that it is seen in
    int x0, x1; // of the box
} near_rows;

// Whole pixels about v, which may lie far outside of any picture.
static inline int near_limit(float v, int low, int high)
{
    const float a = (float)low, b = (float)high;
    const float w = v > a ? v : a;
    return (int)(w < b ? w : b);
}

static inline float near_size(float v)
{
    return v < 0 ? -v : v;
}

// Where low <= x * by_x + dy * by_y <= high; all of a row where that hardly depends on x.
static inline near_strip near_make_strip(float by_x, float by_y, float low, float high)
{
    if (near_size(by_x) < 0.02F)
        return (near_strip){-1e6F, 1e6F, 0};
    const float part = 1 / by_x, a = low * part, b = high * part;
    return (near_strip){a < b ? a : b, a < b ? b : a, -by_y * part};
}

static inline near_rows near_begin(const rim_piece *q, int reach, const rim_rect *box)
{
    const float px = (float)reach / 16 + 1, end = q->length + q->after;
    const float a = -q->before * q->uy, b = end * q->uy;
    const float aside = px * near_size(q->ux);
    return (near_rows){
        .across = near_make_strip(q->uy, -q->ux, -px, px),
        .along = near_make_strip(q->ux, q->uy, -q->before, end),
        .x = q->x,
        .y = q->y,
        .y0 = near_limit(q->y + (a < b ? a : b) - aside, box->y0, box->y1),
        .y1 = near_limit(q->y + (a < b ? b : a) + aside + 1, box->y0, box->y1),
        .x0 = box->x0,
        .x1 = box->x1,
    };
}

// Pixels *from .. *to - 1 of the row whose centres are dy below the start of the piece.
static inline void near_span(int *from, int *to, const near_rows *r, float dy)
{
    const float p = r->across.low + dy * r->across.slope,
                s = r->along.low + dy * r->along.slope;
    const float q = r->across.high + dy * r->across.slope,
                t = r->along.high + dy * r->along.slope;
    const int x0 = near_limit(r->x + (p > s ? p : s), r->x0, r->x1);
    int x1 = near_limit(r->x + (q < t ? q : t) + 1, r->x0, r->x1);
    if (x0 < x1 && x1 < x0 + RIM_NEAR_LEAST)
        x1 = x0 + RIM_NEAR_LEAST < r->x1 ? x0 + RIM_NEAR_LEAST : r->x1;
    *from = x0;
    *to = x1;
}

// Of RIM_NEAR_ROWS rows from y on at once, which vectors can do.
static inline __attribute__((always_inline)) void
near_spans(int *restrict from, int *restrict to, const near_rows *rows, int y)
{
    const near_rows r = *rows;
    for (int k = 0; k < RIM_NEAR_ROWS; k++)
        near_span(&from[k], &to[k], &r, (float)(y + k) + 0.5F - r.y);
}

#endif
