// residuals.c: residual fluorescence on the cut surface.
//
// A hatched area with a thick contour, an arrow and a flag: told from a lesion by
// shape as well as by colour, and never too small to be noticed.
// SPDX-License-Identifier: MIT
#include "render/overlay_internal.h"

#include <math.h>
#include <stdio.h>

enum { CIRCLE = 24 }; // corners

// The residual's contour; one too small to be noticed is shown as a circle.
static int residual_line(rim_pt p[RIM_LINE_MAX], const rim_overlay *o,
                         const rim_pane *pane, const rim_residual *r)
{
    const int least = rim_overlay_px(o, 26);
    if (rim_line_outline(p, pane, &r->outline)) {
        const rim_rect box = rim_line_box(p, r->outline.count);
        if (box.x1 - box.x0 >= least || box.y1 - box.y0 >= least)
            return r->outline.count;
    }
    rim_pt center;
    if (!isfinite(r->x) || !isfinite(r->y) || !rim_pane_map(&center, pane, r->x, r->y))
        return 0;
    for (int i = 0; i < CIRCLE; i++) {
        const double t = 360.0 * i / CIRCLE;
        p[i].x = center.x + (int32_t)floor(least * 128 * rim_sine_deg(t + 90) + 0.5);
        p[i].y = center.y + (int32_t)floor(least * 128 * rim_sine_deg(t) + 0.5);
    }
    return CIRCLE;
}

// From the flag to the contour, with a head.
static void plan_arrow(rim_overlay *o, rim_pt from, rim_pt tip)
{
    const double dx = tip.x - from.x, dy = tip.y - from.y;
    const double length = sqrt(dx * dx + dy * dy);
    const int size = rim_overlay_px(o, 16) * 256;
    if (length < size)
        return;
    const double ux = dx / length, uy = dy / length;
    for (int k = 0; k < 2; k++) { // a dark head, then a smaller one on it
        const double s = k ? size * 0.78 : size, back = k ? size * 0.08 : 0;
        const rim_pt at = {tip.x - (int32_t)(ux * back), tip.y - (int32_t)(uy * back)};
        const rim_pt head[3] = {at,
                                {at.x - (int32_t)(s * (ux + 0.5 * uy)),
                                 at.y - (int32_t)(s * (uy - 0.5 * ux))},
                                {at.x - (int32_t)(s * (ux - 0.5 * uy)),
                                 at.y - (int32_t)(s * (uy + 0.5 * ux))}};
        const rim_pt line[2] = {
            from,
            {tip.x - (int32_t)(ux * size * 0.8), tip.y - (int32_t)(uy * size * 0.8)}};
        if (k == 0)
            rim_scene_stroke(&o->scene, &o->style.alarm, line, 2, false,
                             (rim_dash){0, 0}, rim_color_alarm);
        rim_scene_fill(&o->scene, head, 3, k ? rim_color_alarm : rim_color_dark, 256);
    }
}

static void plan_flag(rim_overlay *o, rim_rect r, const char *title, const char *text)
{
    const int pad = rim_overlay_px(o, 7), cap = rim_font_cap_px(o->label);
    const int x = r.x0 + pad, y = r.y0 + pad + cap;
    const int border = rim_overlay_px(o, 2);
    const rim_rect inner = {r.x0 + border, r.y0 + border, r.x1 - border, r.y1 - border};
    rim_scene_panel(&o->scene, r, rim_overlay_px(o, 4), rim_color_dark, 256);
    rim_scene_panel(&o->scene, inner, rim_overlay_px(o, 3), rim_color_alarm, 256);
    rim_scene_text(&o->scene, o->label, x, y, rim_color_dark, title);
    rim_scene_text(&o->scene, o->small, x, r.y1 - pad, rim_color_dark, text);
}

static void word_residual(char *out, size_t size, const rim_residual *r)
{
    char sbr[16], area[16];
    rim_text_tenths(sbr, sizeof sbr, r->sbr);
    rim_text_tenths(area, sizeof area, r->area_mm2);
    if (r->area_mm2 > 0)
        snprintf(out, size, "SBR %s   %s mm²", sbr, area);
    else
        snprintf(out, size, "SBR %s", sbr);
}

typedef struct residual_flag {
    char title[24], text[48];
    rim_rect box; // of no width: there was no room
} residual_flag;

// Finds the flag's place and draws the arrow from it.
static void place_flag(rim_overlay *o, residual_flag *f, const rim_residual *r,
                       const rim_pt *p, int count)
{
    snprintf(f->title, sizeof f->title, "RESIDUAL %d", r->id);
    word_residual(f->text, sizeof f->text, r);
    const int pad = rim_overlay_px(o, 7);
    const int wide = rim_font_text_width(o->label, f->title);
    const int wide2 = rim_font_text_width(o->small, f->text);
    rim_place *last = rim_mark_place(o->residual_place, r->id);
    const rim_layout_wish wish = {.width = (wide > wide2 ? wide : wide2) + 2 * pad,
                                  .height = rim_font_cap_px(o->label) +
                                            rim_font_cap_px(o->small) + 3 * pad,
                                  .gap_px = rim_overlay_px(o, 34),
                                  .rings = RIM_LAYOUT_RINGS,
                                  .over_lesions = true,
                                  .last = last->place};
    last->place = rim_layout_find(&o->layout, &f->box, rim_line_box(p, count), &wish);
    if (last->place == RIM_LAYOUT_NOWHERE) {
        f->box = (rim_rect){0, 0, 0, 0};
        return;
    }
    const rim_pt tip = rim_line_nearest(p, count, rim_rect_center(f->box));
    plan_arrow(o, rim_rect_edge(f->box, tip), tip);
    rim_layout_take_rect(&o->layout, f->box, RIM_TAKEN_TEXT);
}

static void plan_contour(rim_overlay *o, const rim_residual *r, const rim_pt *p,
                         int count)
{
    const int period = rim_overlay_px(o, 12) > 4 ? rim_overlay_px(o, 12) : 4;
    rim_scene_hatch(&o->scene, p, count, rim_color_alarm, rim_color_dark, period, 200);
    rim_scene_stroke(&o->scene, &o->style.alarm, p, count, true,
                     rim_mark_dash(o, r->confidence), rim_color_alarm);
    rim_layout_take_outline(&o->layout, p, count, RIM_TAKEN_RESIDUAL);
}

// All contours, then all arrows, then the flags: an arrow never covers a flag.
void rim_marks_plan_residuals(rim_overlay *o, const rim_pane *pane, const rim_result *r)
{
    const rim_surface *s = &r->surface;
    rim_pt p[RIM_LINE_MAX];
    residual_flag flag[RIM_RESIDUALS_MAX];
    int flags = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < s->residual_count; i++) {
            const int count = residual_line(p, o, pane, &s->residual[i]);
            if (count == 0 || !rim_line_seen(pane, rim_line_box(p, count)))
                continue;
            if (pass == 0)
                plan_contour(o, &s->residual[i], p, count);
            else
                place_flag(o, &flag[flags++], &s->residual[i], p, count);
        }
    }
    for (int i = 0; i < flags; i++)
        if (flag[i].box.x1 > flag[i].box.x0)
            plan_flag(o, flag[i].box, flag[i].title, flag[i].text);
}
