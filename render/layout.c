// layout.c: the grid and the search.
// SPDX-License-Identifier: MIT
#include "render/layout.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { COST_LESION = 8 }; // of a covered cell; a place farther down the list costs 1

rim_err rim_layout_init(rim_layout *l, int width, int height, int cell_px)
{
    *l = (rim_layout){.width = width,
                      .height = height,
                      .cell_px = cell_px,
                      .cells_x = (width + cell_px - 1) / cell_px,
                      .cells_y = (height + cell_px - 1) / cell_px};
    l->cell = calloc((size_t)l->cells_x * (size_t)l->cells_y, 1);
    l->left = calloc((size_t)l->cells_y, sizeof *l->left);
    l->right = calloc((size_t)l->cells_y, sizeof *l->right);
    if (l->cell && l->left && l->right)
        return RIM_OK;
    rim_layout_uninit(l);
    return RIM_ERR_MEMORY;
}

void rim_layout_uninit(rim_layout *l)
{
    free(l->cell);
    free(l->left);
    free(l->right);
    *l = (rim_layout){0};
}

void rim_layout_clear(rim_layout *l)
{
    memset(l->cell, 0, (size_t)l->cells_x * (size_t)l->cells_y);
}

static int limit(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

// The cells that r touches.
static rim_rect cells_of(const rim_layout *l, rim_rect r)
{
    const int c = l->cell_px;
    return (rim_rect){limit(r.x0, 0, l->width) / c, limit(r.y0, 0, l->height) / c,
                      (limit(r.x1, 0, l->width) + c - 1) / c,
                      (limit(r.y1, 0, l->height) + c - 1) / c};
}

void rim_layout_take_rect(rim_layout *l, rim_rect r, unsigned bits)
{
    const rim_rect c = cells_of(l, r);
    for (int y = c.y0; y < c.y1; y++)
        for (int x = c.x0; x < c.x1; x++)
            l->cell[y * l->cells_x + x] |= (uint8_t)bits;
}

static void widen(rim_layout *l, int64_t x, int row)
{
    const int cell = (int)(limit((int)(x >> 8), -l->cell_px, l->width) / l->cell_px);
    if (cell < l->left[row])
        l->left[row] = cell;
    if (cell > l->right[row])
        l->right[row] = cell;
}

static void widen_by_side(rim_layout *l, rim_pt a, rim_pt b)
{
    const rim_pt top = a.y < b.y ? a : b, bottom = a.y < b.y ? b : a;
    const int32_t size = l->cell_px * 256;
    const int first = limit(top.y / size, 0, l->cells_y - 1);
    const int final = limit(bottom.y / size, 0, l->cells_y - 1);
    if (bottom.y < 0 || top.y >= l->height * 256)
        return;
    for (int row = first; row <= final; row++) {
        // Where the side enters and leaves this row of cells.
        for (int k = 0; k < 2; k++) {
            const int32_t y = limit((row + k) * size, top.y, bottom.y);
            const int64_t dy = bottom.y - top.y;
            const int64_t dx = (int64_t)(bottom.x - top.x) * (y - top.y);
            widen(l, top.x + (dy ? dx / dy : 0), row);
        }
    }
}

void rim_layout_take_outline(rim_layout *l, const rim_pt *p, int count, unsigned bits)
{
    for (int y = 0; y < l->cells_y; y++) {
        l->left[y] = INT_MAX;
        l->right[y] = INT_MIN;
    }
    for (int i = 0; i < count; i++)
        widen_by_side(l, p[i], p[i + 1 < count ? i + 1 : 0]);
    for (int y = 0; y < l->cells_y; y++) {
        const int x1 = limit(l->right[y], -1, l->cells_x - 1);
        for (int x = limit(l->left[y], 0, l->cells_x); x <= x1; x++)
            l->cell[y * l->cells_x + x] |= (uint8_t)bits;
    }
}

// What a label here would cover; -1 where it must not be.
static int cost_of(const rim_layout *l, rim_rect r)
{
    const rim_rect c = cells_of(l, r);
    int cost = 0;
    for (int y = c.y0; y < c.y1; y++) {
        for (int x = c.x0; x < c.x1; x++) {
            const unsigned bits = l->cell[y * l->cells_x + x];
            if (bits & (RIM_TAKEN_TEXT | RIM_TAKEN_RESIDUAL))
                return -1;
            cost += bits & RIM_TAKEN_LESION ? COST_LESION : 0;
        }
    }
    return cost;
}

// Places 0..7 lie around the object, the next 8 the same but a ring farther away.
static rim_rect place(int number, rim_rect object, int width, int height, int gap)
{
    // Which side: -1 before, 0 level with the middle, 1 behind. Most liked first.
    static const int side[RIM_LAYOUT_PLACES][2] = {{1, -1}, {1, 0},  {1, 1},  {-1, -1},
                                                   {-1, 0}, {-1, 1}, {0, -1}, {0, 1}};
    const int sx = side[number % RIM_LAYOUT_PLACES][0],
              sy = side[number % RIM_LAYOUT_PLACES][1];
    const int ring = number / RIM_LAYOUT_PLACES;
    const int away = gap + ring * (height + gap);
    // At a corner of its box an ellipse is a seventh of the box away.
    const int in_x = sx && sy ? (object.x1 - object.x0) / 7 : 0;
    const int in_y = sx && sy ? (object.y1 - object.y0) / 7 : 0;
    rim_rect r;
    if (sx == 0)
        r.x0 = (object.x0 + object.x1 - width) / 2;
    else
        r.x0 = sx > 0 ? object.x1 + away - in_x : object.x0 - away - width + in_x;
    if (sy == 0)
        r.y0 = (object.y0 + object.y1 - height) / 2;
    else if (sx == 0)
        r.y0 = sy > 0 ? object.y1 + away : object.y0 - away - height;
    else
        r.y0 = sy > 0 ? object.y1 - in_y + ring * away - height / 2
                      : object.y0 + in_y - ring * away - height / 2;
    r.x1 = r.x0 + width;
    r.y1 = r.y0 + height;
    return r;
}

// Lesion that a label may cover: for a large object a sixth of it, else nothing.
static int most_for(const rim_layout *l, rim_rect object)
{
    const rim_rect c = cells_of(l, object);
    const int cells = (c.x1 - c.x0) * (c.y1 - c.y0);
    return cells > 600 ? cells / 6 * COST_LESION : 0;
}

int rim_layout_find(const rim_layout *l, rim_rect *label, rim_rect object,
                    const rim_layout_wish *wish)
{
    const int width = wish->width, height = wish->height;
    const int most = wish->over_lesions ? INT_MAX : most_for(l, object);
    int best = INT_MAX, found = RIM_LAYOUT_NOWHERE;
    if (width > l->width || height > l->height)
        return found;
    for (int n = 0; n < RIM_LAYOUT_PLACES * wish->rings; n++) {
        rim_rect r = place(n, object, width, height, wish->gap_px);
        const int x = limit(r.x0, 0, l->width - width);
        const int y = limit(r.y0, 0, l->height - height);
        const int moved = abs(x - r.x0) + abs(y - r.y0);
        r = (rim_rect){x, y, x + width, y + height};
        const int cost = cost_of(l, r);
        if (cost < 0 || cost > most)
            continue;
        const int ring = n / RIM_LAYOUT_PLACES;
        const int total = cost + n % RIM_LAYOUT_PLACES + ring * 24 + moved -
                          (n == wish->last ? 20 : 0);
        if (total < best) {
            best = total;
            found = n;
            *label = r;
        }
    }
    return found;
}
