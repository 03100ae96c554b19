// canvas.c: fills and text; lines are in stroke.c.
// SPDX-License-Identifier: MIT
#include "render/canvas.h"

#include <math.h>
#include <string.h>

enum {
    SAMPLES = 4, // rows a pixel of a filled shape is sampled with
    AHEAD = 4,   // rows of a panel that are asked for before their turn
};

rim_pixel rim_pixel_of(rim_color c)
{
    const uint8_t bytes[4] = {c.b, c.g, c.r, 255};
    rim_pixel p;
    memcpy(&p, bytes, sizeof p);
    return p;
}

static rim_pixel *row_of(const rim_canvas *c, int y)
{
    return (rim_pixel *)(void *)rim_frame_row8(c->picture, y);
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

rim_rect rim_rect_intersect(rim_rect a, rim_rect b)
{
    return (rim_rect){larger(a.x0, b.x0), larger(a.y0, b.y0), smaller(a.x1, b.x1),
                      smaller(a.y1, b.y1)};
}

void rim_canvas_fill_rect(rim_canvas *c, rim_rect r, rim_color color, int alpha)
{
    const rim_rect in = rim_rect_intersect(r, c->clip);
    const rim_pixel pixel = rim_pixel_of(color);
    for (int y = in.y0; y < in.y1; y++) {
        rim_pixel *row = row_of(c, y);
        for (int x = in.x0; x < in.x1 && alpha == 256; x++)
            row[x] = pixel;
        if (alpha < 256 && in.x0 < in.x1)
            c->kernels->shade((uint8_t *)(row + in.x0), pixel, alpha, in.x1 - in.x0);
    }
}

// How much of the pixel `x` from the side and `y` from the end a round corner covers.
static int corner(int radius, int x, int y)
{
    const int dx = 2 * (radius - x) - 1, dy = 2 * (radius - y) - 1; // half pixels
    const double square = (double)((int64_t)(dx * dx + dy * dy) << 14);
    const int away = (int)sqrt(square); // 1/256 px, properly rounded down
    const int v = radius * 256 - away + 128;
    return v < 0 ? 0 : v > 256 ? 256 : v;
}

// Pixels that are wanted soon and may be in no cache.
static void ask(const rim_pixel *row, int width)
{
    for (int x = 0; x < width; x += 16)
        __builtin_prefetch(row + x, 1);
}

void rim_canvas_panel(rim_canvas *c, rim_rect r, int radius_px, rim_color color,
                      int alpha)
{
    const rim_rect in = rim_rect_intersect(r, c->clip);
    const rim_pixel pixel = rim_pixel_of(color);
    const int half = smaller(r.x1 - r.x0, r.y1 - r.y0) / 2;
    const int radius = smaller(radius_px, half);
    for (int y = in.y0; y < in.y1; y++) {
        const int from_end = smaller(y - r.y0, r.y1 - 1 - y);
        const int round = from_end < radius ? radius : 0;
        rim_pixel *row = row_of(c, y);
        for (int x = 0; x < round; x++) {
            const uint32_t a = (uint32_t)(corner(radius, x, from_end) * alpha) >> 8;
            const int left = r.x0 + x, right = r.x1 - 1 - x;
            if (left >= in.x0 && left < in.x1)
                row[left] = rim_pixel_blend(row[left], pixel, a);
            if (right >= in.x0 && right < in.x1)
                row[right] = rim_pixel_blend(row[right], pixel, a);
        }
        if (y + AHEAD < in.y1)
            ask(row_of(c, y + AHEAD) + in.x0, in.x1 - in.x0);
        const int x0 = larger(r.x0 + round, in.x0), x1 = smaller(r.x1 - round, in.x1);
        if (x0 < x1)
            c->kernels->shade((uint8_t *)(row + x0), pixel, alpha, x1 - x0);
    }
}

// The part of the clip that the edges touch.
static rim_rect edges_clip(const rim_canvas *c, const rim_edges *e)
{
    rim_rect r = c->clip;
    if (e->count == 0)
        return (rim_rect){0, 0, 0, 0};
    int32_t left = INT32_MAX, right = INT32_MIN;
    for (int i = 0; i < e->count; i++) {
        const rim_edge *s = &e->edge[i];
        left = smaller(left, smaller(s->x0, s->x1));
        right = larger(right, larger(s->x0, s->x1));
    }
    const rim_rect all = {left >> 8, e->top, (right + 255) >> 8, e->bottom};
    return rim_rect_intersect(r, all);
}

void rim_canvas_fill(rim_canvas *c, const rim_edges *e, rim_color color, int alpha)
{
    const rim_rect r = edges_clip(c, e);
    const rim_pixel pixel = rim_pixel_of(color);
    for (int y = r.y0; y < r.y1; y++) {
        if (!rim_edges_row(c->cover, c->work, e, y, r.x0, r.x1, SAMPLES))
            continue;
        rim_pixel *row = row_of(c, y) + r.x0;
        for (int x = 0; x < r.x1 - r.x0; x++)
            row[x] =
                rim_pixel_blend(row[x], pixel, (uint32_t)(c->cover[x] * alpha) >> 8);
    }
}

// How much of the second stripe pixel (x, y) shows, 0..256: a triangle wave of the
// diagonal distance, steepened to an edge about a pixel wide.
static int stripe(int x, int y, int period)
{
    const int at = (x + y) % period;
    const int wave = at * 2 < period ? at : period - at; // 0..period/2
    const int v = (wave * 4 - period) * 64 + 128;
    return v < 0 ? 0 : v > 256 ? 256 : v;
}

void rim_canvas_hatch(rim_canvas *c, const rim_edges *e, rim_color one, rim_color two,
                      int period_px, int alpha)
{
    const rim_rect r = edges_clip(c, e);
    const rim_pixel a = rim_pixel_of(one), b = rim_pixel_of(two);
    for (int y = r.y0; y < r.y1; y++) {
        if (!rim_edges_row(c->cover, c->work, e, y, r.x0, r.x1, SAMPLES))
            continue;
        rim_pixel *row = row_of(c, y) + r.x0;
        for (int x = 0; x < r.x1 - r.x0; x++) {
            const int s = stripe(x + r.x0, y, period_px), cover = c->cover[x];
            const int dim = (cover * s >> 8) * alpha >> 10; // a quarter of alpha
            row[x] = rim_pixel_blend(row[x], b, (uint32_t)dim);
            row[x] = rim_pixel_blend(row[x], a,
                                     (uint32_t)((cover * (256 - s) >> 8) * alpha >> 8));
        }
    }
}

static void draw_glyph(rim_canvas *c, const rim_glyph *g, int x, int y, rim_pixel pixel)
{
    const rim_rect box = {x + g->left, y - g->top, x + g->left + g->width,
                          y - g->top + g->height};
    const rim_rect r = rim_rect_intersect(box, c->clip);
    if (r.x0 < r.x1 && r.y0 < r.y1)
        c->kernels->ink((uint8_t *)(row_of(c, r.y0) + r.x0), c->picture->stride,
                        g->cov + (ptrdiff_t)(r.y0 - box.y0) * g->width + r.x0 - box.x0,
                        g->width, pixel, r.x1 - r.x0, r.y1 - r.y0);
}

void rim_canvas_text(rim_canvas *c, const rim_font *font, int x, int y,
                     const char *text, rim_color color)
{
    const rim_pixel pixel = rim_pixel_of(color);
    for (const rim_glyph *g; (g = rim_font_next(font, &text)); x += g->advance)
        draw_glyph(c, g, x, y, pixel);
}
