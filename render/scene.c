// scene.c: the list of shapes.
// SPDX-License-Identifier: MIT
#include "render/scene.h"

#include <stdlib.h>
#include <string.h>

// cos and sin of k * 11.25 degrees, k = 0..8, Q14.
static const int g_cos[] = {16384, 16069, 15137, 13623, 11585, 9102, 6270, 3196, 0};

rim_err rim_scene_init(rim_scene *s, int shapes, int points, int pieces, int chars)
{
    *s = (rim_scene){.shapes_max = shapes,
                     .points_max = points,
                     .pieces_max = pieces,
                     .chars_max = chars};
    s->shape = calloc((size_t)shapes, sizeof *s->shape);
    s->point = calloc((size_t)points, sizeof *s->point);
    s->piece = calloc((size_t)pieces, sizeof *s->piece);
    s->ink = calloc(RIM_INKS_MAX, sizeof *s->ink);
    s->text = calloc((size_t)chars, 1);
    if (s->shape && s->point && s->piece && s->ink && s->text)
        return RIM_OK;
    rim_scene_uninit(s);
    return RIM_ERR_MEMORY;
}

void rim_scene_uninit(rim_scene *s)
{
    free(s->shape);
    free(s->point);
    free(s->piece);
    free(s->ink);
    free(s->text);
    *s = (rim_scene){0};
}

void rim_scene_clear(rim_scene *s)
{
    s->shapes = s->points = s->pieces = s->chars = 0;
    if (s->inks > RIM_INKS_MAX / 4) // colours that come and go
        s->inks = 0;
}

static void grow(rim_rect *r, int by)
{
    r->x0 -= by;
    r->y0 -= by;
    r->x1 += by;
    r->y1 += by;
}

static rim_rect box_of(const rim_pt *p, int count)
{
    rim_rect r = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};
    for (int i = 0; i < count; i++) {
        const int x = p[i].x >> 8, y = p[i].y >> 8;
        r.x0 = x < r.x0 ? x : r.x0;
        r.y0 = y < r.y0 ? y : r.y0;
        r.x1 = x + 1 > r.x1 ? x + 1 : r.x1;
        r.y1 = y + 1 > r.y1 ? y + 1 : r.y1;
    }
    return r;
}

// A shape of `count` points (copied); NULL where there is no room.
static rim_shape *add(rim_scene *s, rim_shape_kind kind, const rim_pt *p, int count)
{
    if (s->shapes == s->shapes_max || count > s->points_max - s->points)
        return NULL;
    rim_shape *shape = &s->shape[s->shapes++];
    *shape = (rim_shape){.kind = kind, .first = s->points, .count = count};
    if (count > 0) {
        shape->box = box_of(p, count);
        memcpy(s->point + s->points, p, (size_t)count * sizeof *p);
        s->points += count;
    }
    return shape;
}

// NULL where there is no room.
static const rim_tones *ink_of(rim_scene *s, const rim_stroke *stroke, rim_color c)
{
    for (int i = 0; i < s->inks; i++) {
        const rim_ink *k = &s->ink[i];
        if (k->stroke == stroke && k->color.r == c.r && k->color.g == c.g &&
            k->color.b == c.b)
            return &k->tones;
    }
    if (s->inks == RIM_INKS_MAX)
        return NULL;
    rim_ink *k = &s->ink[s->inks++];
    k->stroke = stroke;
    k->color = c;
    rim_stroke_ink(&k->tones, stroke, c);
    return &k->tones;
}

void rim_scene_stroke(rim_scene *s, const rim_stroke *stroke, const rim_pt *p,
                      int count, bool closed, rim_dash dash, rim_color color)
{
    const rim_tones *ink = count > 1 ? ink_of(s, stroke, color) : NULL;
    rim_shape *shape = ink ? add(s, RIM_SHAPE_STROKE, NULL, 0) : NULL;
    if (!shape)
        return;
    shape->box = box_of(p, count);
    grow(&shape->box, stroke->reach / 16 + 2);
    shape->first = s->pieces;
    shape->count = rim_stroke_cut(s->piece + s->pieces, s->pieces_max - s->pieces,
                                  stroke, p, count, closed, dash);
    s->pieces += shape->count;
    shape->reach = stroke->reach;
    shape->ink = ink;
}

void rim_scene_fill(rim_scene *s, const rim_pt *p, int count, rim_color color,
                    int alpha)
{
    rim_shape *shape = count > 2 ? add(s, RIM_SHAPE_FILL, p, count) : NULL;
    if (!shape)
        return;
    shape->color = color;
    shape->alpha = alpha;
}

void rim_scene_hatch(rim_scene *s, const rim_pt *p, int count, rim_color one,
                     rim_color two, int period_px, int alpha)
{
    rim_shape *shape = count > 2 ? add(s, RIM_SHAPE_HATCH, p, count) : NULL;
    if (!shape)
        return;
    shape->color = one;
    shape->color2 = two;
    shape->period_px = period_px;
    shape->alpha = alpha;
}

void rim_scene_rect(rim_scene *s, rim_rect r, rim_color color, int alpha)
{
    rim_shape *shape = add(s, RIM_SHAPE_RECT, NULL, 0);
    if (!shape)
        return;
    shape->box = r;
    shape->color = color;
    shape->alpha = alpha;
}

// Point k of a quarter circle's 8 steps, quarters counted on: k = 0..31.
static rim_pt on_circle(rim_pt center, int radius_q8, int k)
{
    const int step = k & 7, quarter = k >> 3 & 3;
    const int c = radius_q8 * g_cos[step] / 16384,
              s = radius_q8 * g_cos[8 - step] / 16384;
    switch (quarter) {
    case 0:
        return (rim_pt){center.x + c, center.y + s};
    case 1:
        return (rim_pt){center.x - s, center.y + c};
    case 2:
        return (rim_pt){center.x - c, center.y - s};
    default:
        return (rim_pt){center.x + s, center.y - c};
    }
}

void rim_scene_panel(rim_scene *s, rim_rect r, int radius_px, rim_color color,
                     int alpha)
{
    rim_shape *shape = add(s, RIM_SHAPE_PANEL, NULL, 0);
    if (!shape)
        return;
    shape->box = r;
    shape->radius_px = radius_px;
    shape->color = color;
    shape->alpha = alpha;
}

void rim_scene_disc(rim_scene *s, rim_pt center, int radius_q8, rim_color color)
{
    rim_pt p[32];
    for (int k = 0; k < 32; k++)
        p[k] = on_circle(center, radius_q8, k);
    rim_scene_fill(s, p, 32, color, 256);
}

int rim_scene_text(rim_scene *s, const rim_font *font, int x, int y, rim_color color,
                   const char *text)
{
    const int length = (int)strlen(text) + 1, width = rim_font_text_width(font, text);
    const int cap = rim_font_cap_px(font);
    if (length > s->chars_max - s->chars)
        return width;
    rim_shape *shape = add(s, RIM_SHAPE_TEXT, NULL, 0);
    if (!shape)
        return width;
    shape->box = (rim_rect){x - cap, y - 2 * cap, x + width + cap, y + cap};
    shape->first = s->chars;
    shape->x = x;
    shape->y = y;
    shape->font = font;
    shape->color = color;
    memcpy(s->text + s->chars, text, (size_t)length);
    s->chars += length;
    return width;
}

static void paint(const rim_scene *s, const rim_shape *shape, rim_canvas *c,
                  rim_edges *edges)
{
    switch (shape->kind) {
    case RIM_SHAPE_STROKE:
        rim_canvas_stroke(c, s->piece + shape->first, shape->count, shape->reach,
                          shape->ink, shape->box);
        return;
    case RIM_SHAPE_FILL:
    case RIM_SHAPE_HATCH:
        rim_edges_clear(edges);
        rim_edges_add_contour(edges, s->point + shape->first, shape->count);
        if (shape->kind == RIM_SHAPE_FILL)
            rim_canvas_fill(c, edges, shape->color, shape->alpha);
        else
            rim_canvas_hatch(c, edges, shape->color, shape->color2, shape->period_px,
                             shape->alpha);
        return;
    case RIM_SHAPE_RECT:
        rim_canvas_fill_rect(c, shape->box, shape->color, shape->alpha);
        return;
    case RIM_SHAPE_PANEL:
        rim_canvas_panel(c, shape->box, shape->radius_px, shape->color, shape->alpha);
        return;
    case RIM_SHAPE_TEXT:
        rim_canvas_text(c, shape->font, shape->x, shape->y, s->text + shape->first,
                        shape->color);
        return;
    case RIM_SHAPE_NONE:
        return;
    }
}

void rim_scene_paint(const rim_scene *s, rim_canvas *c, rim_edges *edges)
{
    for (int i = 0; i < s->shapes; i++) {
        const rim_rect r = rim_rect_intersect(s->shape[i].box, c->clip);
        if (r.x0 < r.x1 && r.y0 < r.y1)
            paint(s, &s->shape[i], c, edges);
    }
}
