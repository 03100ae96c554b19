// polygon.c: scan conversion.
// SPDX-License-Identifier: MIT
#include "render/polygon.h"

#include <string.h>

enum { CROSSINGS_MAX = 128 };

typedef struct crossing {
    int32_t x;
    int dir;
} crossing;

void rim_edges_clear(rim_edges *e)
{
    e->count = 0;
    e->top = INT32_MAX;
    e->bottom = INT32_MIN;
}

bool rim_edges_add(rim_edges *e, rim_pt a, rim_pt b)
{
    if (a.y == b.y)
        return true;
    if (e->count == RIM_EDGES_MAX)
        return false;
    const rim_edge edge = a.y < b.y ? (rim_edge){a.x, a.y, b.x, b.y, 1}
                                    : (rim_edge){b.x, b.y, a.x, a.y, -1};
    e->edge[e->count++] = edge;
    if (edge.y0 >> 8 < e->top)
        e->top = edge.y0 >> 8;
    if ((edge.y1 + 255) >> 8 > e->bottom)
        e->bottom = (edge.y1 + 255) >> 8;
    return true;
}

bool rim_edges_add_contour(rim_edges *e, const rim_pt *p, int count)
{
    for (int i = 0; i < count; i++)
        if (!rim_edges_add(e, p[i], p[i + 1 < count ? i + 1 : 0]))
            return false;
    return true;
}

// Where the line `at` (24.8) crosses, from left to right.
static int find_crossings(crossing *c, const rim_edges *e, int32_t at)
{
    int n = 0;
    for (int i = 0; i < e->count && n < CROSSINGS_MAX; i++) {
        const rim_edge *s = &e->edge[i];
        if (at < s->y0 || at >= s->y1)
            continue;
        const int64_t dx = s->x1 - s->x0, dy = s->y1 - s->y0;
        const crossing new = {s->x0 + (int32_t)(dx * (at - s->y0) / dy), s->dir};
        int j = n++;
        for (; j > 0 && c[j - 1].x > new.x; j--)
            c[j] = c[j - 1];
        c[j] = new;
    }
    return n;
}

// Adds the span [a, b) (24.8, from the row's first pixel) to part and step: part
// holds what one pixel has, step what holds from a pixel on.
static void add_span(int32_t *part, int32_t *step, int32_t a, int32_t b)
{
    const int i = a >> 8, j = b >> 8;
    if (i == j) {
        part[i] += b - a;
        return;
    }
    part[i] += 256 - (a & 255);
    step[i + 1] += 256;
    step[j] -= 256;
    part[j] += b & 255;
}

static int32_t clamp_to(int32_t v, int32_t low, int32_t high)
{
    return v < low ? low : v > high ? high : v;
}

bool rim_edges_row(int32_t *cover, int32_t *work, const rim_edges *e, int y, int x0,
                   int x1, int samples)
{
    if (y < e->top || y >= e->bottom || x0 >= x1)
        return false;
    const int width = x1 - x0;
    const int32_t left = x0 * 256, right = x1 * 256;
    memset(work, 0, sizeof *work * (size_t)(width + 1));
    memset(cover, 0, sizeof *cover * (size_t)(width + 1));
    bool any = false;
    for (int k = 0; k < samples; k++) {
        crossing c[CROSSINGS_MAX];
        const int n = find_crossings(c, e, y * 256 + (2 * k + 1) * 128 / samples);
        for (int i = 0, winding = 0; i + 1 < n; i++) {
            winding += c[i].dir;
            if (winding == 0)
                continue;
            const int32_t a = clamp_to(c[i].x, left, right);
            const int32_t b = clamp_to(c[i + 1].x, left, right);
            if (a < b) {
                add_span(cover, work, a - left, b - left);
                any = true;
            }
        }
    }
    if (!any)
        return false;
    for (int i = 0, run = 0; i < width; i++) {
        run += work[i];
        cover[i] = (cover[i] + run) / samples;
    }
    return true;
}
