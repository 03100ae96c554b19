// tools.c: time line, loupe, region.
// SPDX-License-Identifier: MIT
#include "render/tools.h"

#include "render/overlay_internal.h"
#include "render/tools_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

rim_err rim_tools_create(rim_tools **out, int width, int height)
{
    *out = NULL;
    rim_tools *t = calloc(1, sizeof *t);
    if (!t)
        return RIM_ERR_MEMORY;
    t->width = width;
    t->height = height;
    rim_render_kernels_init(&t->kernels, 0); // little is drawn
    const int by_height = height * 256 / 720, by_width = width * 256 / 960;
    t->unit_q8 = by_height < by_width ? by_height : by_width;
    t->unit_q8 = t->unit_q8 > 6 * 256 ? 6 * 256 : t->unit_q8;
    const int small = rim_tools_px(t, 11);
    rim_err err = rim_font_create(&t->small, small < 7 ? 7 : small);
    if (!err)
        err = rim_scene_init(&t->scene, 8192, 16384, 16, 4096);
    t->rows = calloc(2 * ((size_t)width + 1), sizeof *t->rows);
    t->edges = calloc(1, sizeof *t->edges);
    if (!err && (!t->rows || !t->edges))
        err = RIM_ERR_MEMORY;
    if (err)
        rim_tools_destroy(&t);
    *out = t;
    return err;
}

void rim_tools_destroy(rim_tools **p)
{
    rim_tools *t = *p;
    if (!t)
        return;
    rim_font_destroy(&t->small);
    rim_scene_uninit(&t->scene);
    free(t->rows);
    free(t->edges);
    free(t);
    *p = NULL;
}

void rim_tools_paint(rim_tools *t, rim_frame *picture)
{
    rim_canvas c = {.kernels = &t->kernels,
                    .picture = picture,
                    .clip = {0, 0, picture->width, picture->height},
                    .cover = t->rows,
                    .work = t->rows + picture->width + 1};
    rim_scene_paint(&t->scene, &c, t->edges);
    rim_scene_clear(&t->scene);
}

// ---- loupe ----

// The four sides of r.
static void frame(rim_tools *t, rim_rect r, int thick, rim_color color)
{
    const rim_rect side[4] = {{r.x0, r.y0, r.x1, r.y0 + thick},
                              {r.x0, r.y1 - thick, r.x1, r.y1},
                              {r.x0, r.y0, r.x0 + thick, r.y1},
                              {r.x1 - thick, r.y0, r.x1, r.y1}};
    for (int i = 0; i < 4; i++)
        rim_scene_rect(&t->scene, side[i], color, 256);
}

static int plan_loupe_text(rim_tools *t, const rim_loupe *l, int x, int y)
{
    const int cap = rim_font_cap_px(t->small), step = cap + rim_tools_px(t, 8);
    for (int i = 0; i < l->lines; i++)
        rim_scene_text(&t->scene, t->small, x, y + cap + i * step, rim_color_white,
                       l->line[i]);
    return l->lines * step;
}

static void plan_cells(rim_tools *t, const rim_loupe *l, int x, int y, int cell)
{
    const int middle = RIM_LOUPE_SIDE / 2;
    for (int j = 0; j < RIM_LOUPE_SIDE; j++)
        for (int i = 0; i < RIM_LOUPE_SIDE; i++) {
            const uint8_t v = l->grey[j * RIM_LOUPE_SIDE + i];
            const rim_rect r = {x + i * cell, y + j * cell, x + (i + 1) * cell,
                                y + (j + 1) * cell};
            rim_scene_rect(&t->scene, r, (rim_color){v, v, v}, 256);
        }
    const int edge = rim_tools_px(t, 2) > 1 ? rim_tools_px(t, 2) : 1;
    frame(t,
          (rim_rect){x + middle * cell - edge, y + middle * cell - edge,
                     x + (middle + 1) * cell + edge, y + (middle + 1) * cell + edge},
          edge, rim_color_surface);
}

void rim_tools_draw_loupe(rim_tools *t, rim_frame *picture, const rim_loupe *l)
{
    const int cell = rim_tools_px(t, 11) > 3 ? rim_tools_px(t, 11) : 3;
    const int pad = rim_tools_px(t, 8), side = RIM_LOUPE_SIDE * cell;
    const int step = rim_font_cap_px(t->small) + rim_tools_px(t, 8);
    int text = side;
    for (int i = 0; i < l->lines; i++) {
        const int w = rim_font_text_width(t->small, l->line[i]);
        text = w > text ? w : text;
    }
    const int wide = text + 2 * pad, high = side + 3 * pad + l->lines * step;
    const int away = rim_tools_px(t, 24);
    int x = (int)l->at.x + away, y = (int)l->at.y + away;
    if (x + wide > t->width)
        x = (int)l->at.x - away - wide;
    if (y + high > t->height)
        y = (int)l->at.y - away - high;
    x = x < 0 ? 0 : x;
    y = y < 0 ? 0 : y;
    rim_scene_panel(&t->scene, (rim_rect){x, y, x + wide, y + high}, rim_tools_px(t, 5),
                    rim_color_dark, 235);
    plan_cells(t, l, x + (wide - side) / 2, y + pad, cell);
    plan_loupe_text(t, l, x + pad, y + side + 2 * pad);
    rim_tools_paint(t, picture);
}

// ---- region ----

static void plan_side(rim_tools *t, rim_pt a, rim_pt b, int width_q8, rim_color color)
{
    const double dx = b.x - a.x, dy = b.y - a.y, length = sqrt(dx * dx + dy * dy);
    if (!(length > 1))
        return;
    const int nx = (int)(-dy / length * width_q8 / 2);
    const int ny = (int)(dx / length * width_q8 / 2);
    const rim_pt p[4] = {{a.x + nx, a.y + ny},
                         {b.x + nx, b.y + ny},
                         {b.x - nx, b.y - ny},
                         {a.x - nx, a.y - ny}};
    rim_scene_fill(&t->scene, p, 4, color, 256);
}

static bool range_of(const rim_region *r, float *low, float *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (int i = 0; i < r->samples; i++) {
        *low = r->value[i] < *low ? r->value[i] : *low;
        *high = r->value[i] > *high ? r->value[i] : *high;
    }
    return *low <= *high;
}

static rim_pt curve_point(const rim_region *r, rim_rect box, int i, float low,
                          float high)
{
    const double x = r->samples > 1 ? (double)i / (r->samples - 1) : 0;
    const double y = (r->value[i] - low) / (double)(high - low);
    return (rim_pt){(int32_t)((box.x0 + x * (box.x1 - box.x0)) * 256),
                    (int32_t)((box.y1 - y * (box.y1 - box.y0)) * 256)};
}

static void plan_curve(rim_tools *t, const rim_region *r, rim_rect box)
{
    float low, high;
    char text[48];
    rim_scene_rect(&t->scene, box, rim_color_white, 24);
    if (!range_of(r, &low, &high))
        return;
    if (high - low < 0.2f) { // a quiet curve is not blown up
        const float middle = (low + high) / 2;
        low = middle - 0.1f;
        high = middle + 0.1f;
    }
    for (int i = 1; i < r->samples; i++) {
        if (isnan(r->value[i - 1]) || isnan(r->value[i]))
            continue;
        const int wide = rim_tools_px(t, 2) > 1 ? rim_tools_px(t, 2) : 1;
        plan_side(t, curve_point(r, box, i - 1, low, high),
                  curve_point(r, box, i, low, high), wide * 256, rim_color_surface);
    }
    const int cap = rim_font_cap_px(t->small), gap = rim_tools_px(t, 4);
    snprintf(text, sizeof text, "%.2f", (double)high);
    rim_scene_text(&t->scene, t->small, box.x0 + gap, box.y0 + cap + gap,
                   rim_color_quiet, text);
    snprintf(text, sizeof text, "%.2f", (double)low);
    rim_scene_text(&t->scene, t->small, box.x0 + gap, box.y1 - gap, rim_color_quiet,
                   text);
    snprintf(text, sizeof text, "%s, last %.1f s", r->curve_name, r->seconds);
    rim_scene_text(&t->scene, t->small,
                   box.x1 - rim_font_text_width(t->small, text) - gap, box.y1 - gap,
                   rim_color_quiet, text);
}

static void plan_numbers(rim_tools *t, const rim_region *r)
{
    const int pad = rim_tools_px(t, 9), cap = rim_font_cap_px(t->small);
    const int step = cap + rim_tools_px(t, 8), curve = rim_tools_px(t, 90);
    int wide = rim_tools_px(t, 200);
    for (int i = 0; i < r->lines; i++) {
        const int w = rim_font_text_width(t->small, r->line[i]);
        wide = w > wide ? w : wide;
    }
    const int high = r->lines * step + curve + 3 * pad;
    // On the other side of the picture.
    const int edge = rim_tools_px(t, 14), whole = wide + 2 * pad;
    const bool left = (r->corner[0].x + r->corner[2].x) / 512 > t->width / 2;
    const int x0 = left ? edge : t->width - edge - whole, x1 = x0 + whole;
    const int y0 = (t->height - high) / 2;
    rim_scene_panel(&t->scene, (rim_rect){x0, y0, x1, y0 + high}, rim_tools_px(t, 5),
                    rim_color_dark, 235);
    for (int i = 0; i < r->lines; i++)
        rim_scene_text(&t->scene, t->small, x0 + pad, y0 + pad + cap + i * step,
                       rim_color_white, r->line[i]);
    const int top = y0 + pad + r->lines * step;
    plan_curve(t, r, (rim_rect){x0 + pad, top, x1 - pad, top + curve});
}

void rim_tools_draw_region(rim_tools *t, rim_frame *picture, const rim_region *r)
{
    const int thin = rim_tools_px(t, 2) > 1 ? rim_tools_px(t, 2) : 1;
    for (int i = 0; i < 4; i++)
        plan_side(t, r->corner[i], r->corner[(i + 1) & 3], (thin + 2) * 256,
                  rim_color_dark);
    for (int i = 0; i < 4; i++)
        plan_side(t, r->corner[i], r->corner[(i + 1) & 3], thin * 256,
                  rim_color_surface);
    if (r->lines > 0)
        plan_numbers(t, r);
    rim_tools_paint(t, picture);
}
