// marks.c: lesions, the cut surface, and their labels.
//
// A twin line is a rim, a single one a lesion bright throughout; dashed is a
// confidence below 0.8.
// SPDX-License-Identifier: MIT
#include "render/overlay_internal.h"

#include <math.h>
#include <stdio.h>

rim_dash rim_mark_dash(const rim_overlay *o, double confidence)
{
    const double sure = 0.8; // a line is solid from here on
    const int on = rim_overlay_px(o, 9), off = rim_overlay_px(o, 8);
    return confidence >= sure ? (rim_dash){0, 0} : (rim_dash){on, off};
}

rim_place *rim_mark_place(rim_place *places, int id)
{
    rim_place *p = &places[(unsigned)id % RIM_PLACES];
    if (p->id != id)
        *p = (rim_place){id, RIM_LAYOUT_NOWHERE, 2, 0};
    return p;
}

void rim_marks_plan_lines(rim_overlay *o, const rim_pane *pane, const rim_result *r)
{
    rim_pt p[RIM_LINE_MAX];
    const rim_outline *surface = &r->surface.polygon;
    if (r->surface.state != RIM_SURFACE_OFF && rim_line_outline(p, pane, surface))
        rim_scene_stroke(&o->scene, &o->style.surface, p, surface->count, true,
                         r->surface.state == RIM_SURFACE_CANNOT_ASSESS
                             ? rim_mark_dash(o, 0)
                             : (rim_dash){0, 0},
                         rim_color_surface);
    for (int i = 0; i < r->lesion_count; i++) {
        const rim_lesion *l = &r->lesion[i];
        const int count = rim_line_ellipse(p, pane, l->x, l->y, l->a, l->b, l->angle);
        if (count == 0)
            continue;
        const bool ring =
            l->pattern == RIM_PATTERN_RIM || l->pattern == RIM_PATTERN_PARTIAL;
        rim_scene_stroke(&o->scene, ring ? &o->style.twin : &o->style.single, p, count,
                         true, rim_mark_dash(o, l->confidence), rim_color_white);
        rim_layout_take_outline(&o->layout, p, count, RIM_TAKEN_LESION);
    }
}

typedef struct lesion_label {
    char id[12], text[40]; // text "": the id alone
    rim_pattern pattern;
    int height, chip, width; // px
} lesion_label;

static void measure(const rim_overlay *o, lesion_label *t)
{
    const int cap = rim_font_cap_px(o->label), pad = rim_overlay_px(o, 5);
    t->height = cap + 2 * rim_overlay_px(o, 6);
    t->chip = rim_font_text_width(o->label, t->id) + 2 * pad;
    t->width = t->chip;
    if (t->text[0])
        t->width += pad + cap + pad + rim_font_text_width(o->label, t->text) + pad + 1;
}

// detail: 2 everything, 1 without the diameter, 0 the id alone.
static void word(const rim_overlay *o, lesion_label *t, const rim_lesion *l, int detail)
{
    char sbr[16], mm[16];
    *t = (lesion_label){.pattern = l->pattern};
    snprintf(t->id, sizeof t->id, "%d", l->id);
    rim_text_tenths(sbr, sizeof sbr, l->sbr);
    rim_text_tenths(mm, sizeof mm, l->diameter_mm);
    if (detail == 2 && l->diameter_mm > 0)
        snprintf(t->text, sizeof t->text, "SBR %s  %s mm", sbr, mm);
    else if (detail > 0)
        snprintf(t->text, sizeof t->text, "SBR %s", sbr);
    measure(o, t);
}

// A ring, a ring with gaps or a disc.
static void plan_icon(rim_overlay *o, rim_pattern pattern, rim_pt center, int radius_q8)
{
    if (pattern == RIM_PATTERN_NONE)
        return;
    if (pattern == RIM_PATTERN_TOTAL) {
        rim_scene_disc(&o->scene, center, radius_q8, rim_color_white);
        return;
    }
    enum { CORNERS = 24 };
    rim_pt p[CORNERS];
    const int inner = radius_q8 - o->style.icon_q4 * 8; // the middle of the ring
    for (int i = 0; i < CORNERS; i++) {
        p[i].x = center.x + (int32_t)floor(inner * rim_sine_deg(15.0 * i + 105) + 0.5);
        p[i].y = center.y + (int32_t)floor(inner * rim_sine_deg(15.0 * i + 15) + 0.5);
    }
    // Three arcs with gaps of half their length; round ends eat into the gaps.
    const int third = inner * 21 / 10 / 256;
    const rim_dash arcs = {third * 5 / 10, third - third * 5 / 10};
    rim_scene_stroke(&o->scene, &o->style.icon, p, CORNERS, true,
                     pattern == RIM_PATTERN_PARTIAL ? arcs : (rim_dash){0, 0},
                     rim_color_white);
}

static void plan_label(rim_overlay *o, const lesion_label *t, rim_rect r)
{
    const int cap = rim_font_cap_px(o->label), pad = rim_overlay_px(o, 5);
    const int radius = rim_overlay_px(o, 4), base = (r.y0 + r.y1 + cap) / 2;
    rim_scene_panel(&o->scene, r, radius, rim_color_dark, 200);
    const rim_rect chip = {r.x0, r.y0, r.x0 + t->chip, r.y1};
    rim_scene_panel(&o->scene, chip, radius, rim_color_white, 256);
    rim_scene_text(&o->scene, o->label, r.x0 + pad, base, rim_color_dark, t->id);
    if (!t->text[0])
        return;
    const int x = chip.x1 + pad;
    const rim_pt center = {x * 256 + cap * 128, (base * 2 - cap) * 128};
    plan_icon(o, t->pattern, center, cap * 128);
    rim_scene_text(&o->scene, o->label, x + cap + pad, base, rim_color_white, t->text);
}

// A label that had to be shortened stays so for a while: it must not flicker.
static int detail_to_try(const rim_place *last)
{
    enum { STAY_FRAMES = 30 };
    return last->frames < STAY_FRAMES ? last->detail : 2;
}

static void plan_leader(rim_overlay *o, rim_rect label, const rim_pt *p, int count)
{
    const rim_pt tip = rim_line_nearest(p, count, rim_rect_center(label));
    const rim_pt line[2] = {rim_rect_edge(label, tip), tip};
    rim_scene_stroke(&o->scene, &o->style.thin, line, 2, false, (rim_dash){0, 0},
                     rim_color_white);
}

// The fullest label that fits beside the lesion, else its number with a leader.
static void plan_lesion_label(rim_overlay *o, const rim_pane *pane, const rim_lesion *l)
{
    rim_pt p[RIM_LINE_MAX];
    const int count = rim_line_ellipse(p, pane, l->x, l->y, l->a, l->b, l->angle);
    if (count == 0 || !rim_line_seen(pane, rim_line_box(p, count)))
        return;
    rim_place *last = rim_mark_place(o->lesion_place, l->id);
    for (int detail = detail_to_try(last); detail >= 0; detail--) {
        lesion_label t;
        rim_rect r;
        word(o, &t, l, detail);
        const rim_layout_wish wish = {
            t.width, t.height,   rim_overlay_px(o, 7), detail ? 1 : RIM_LAYOUT_RINGS,
            false,   last->place};
        const int n = rim_layout_find(&o->layout, &r, rim_line_box(p, count), &wish);
        if (n == RIM_LAYOUT_NOWHERE)
            continue;
        last->frames = detail == last->detail ? last->frames + 1 : 0;
        last->detail = detail;
        last->place = n;
        if (n >= RIM_LAYOUT_PLACES)
            plan_leader(o, r, p, count);
        plan_label(o, &t, r);
        rim_layout_take_rect(&o->layout, r, RIM_TAKEN_TEXT);
        return;
    }
}

void rim_marks_plan_labels(rim_overlay *o, const rim_pane *pane, const rim_result *r)
{
    for (int i = 0; i < r->lesion_count; i++)
        plan_lesion_label(o, pane, &r->lesion[i]);
}
