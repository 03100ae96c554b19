// marks.c: lesions, residuals, the cut surface, and their labels.
//
// A twin line is a rim, a single one a lesion bright throughout; dashed is a
// confidence below 0.8. A residual is a hatched area with a thick contour, an arrow
// and a flag: told from a lesion by shape as well as by colour.
// SPDX-License-Identifier: MIT
#include "render/overlay_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { POINTS_MAX = 96, POINTS_MIN = 20, SIDE_PX = 6 };

static const double g_sure = 0.8; // confidence from which a line is solid

// sin of an angle in degrees by its series; +, -, * and / only, so that it is the
// same everywhere.
static double sine(double degrees)
{
    double d = fmod(degrees, 360.0);
    if (d > 180)
        d -= 360;
    if (d < -180)
        d += 360;
    if (d > 90)
        d = 180 - d;
    if (d < -90)
        d = -180 - d;
    const double x = d * (3.14159265358979323846 / 180.0), square = x * x;
    double term = x, sum = x;
    for (int k = 1; k < 10; k++) {
        term *= -square / ((2 * k) * (2 * k + 1));
        sum += term;
    }
    return sum;
}

// Corners for an ellipse with these half axes in the pane: sides of some SIDE_PX.
static int corners_of(const rim_pane *pane, double x, double y, double a)
{
    rim_pt c, e;
    if (!rim_pane_map(&c, pane, x, y) || !rim_pane_map(&e, pane, x + a, y))
        return 0;
    const double dx = (e.x - c.x) / 256.0, dy = (e.y - c.y) / 256.0;
    const double n = 6.3 / SIDE_PX * sqrt(dx * dx + dy * dy);
    return n < POINTS_MIN ? POINTS_MIN : n > POINTS_MAX ? POINTS_MAX : (int)n;
}

// The ellipse as a closed line in the pane. Returns its corners; 0: not to be drawn.
static int ellipse(rim_pt p[POINTS_MAX], const rim_pane *pane, double x, double y,
                   double a, double b, double angle)
{
    const double far = 4 * RIM_FRAME_SIDE_MAX;
    if (!(fabs(x) < far && fabs(y) < far && a > 0 && a < far && b > 0 && b < far))
        return 0;
    const double turn = isfinite(angle) ? angle : 0;
    const double c = sine(turn + 90), s = sine(turn);
    const int count = corners_of(pane, x, y, a > b ? a : b);
    for (int i = 0; i < count; i++) {
        const double t = 360.0 * i / count;
        const double u = a * sine(t + 90), v = b * sine(t);
        if (!rim_pane_map(&p[i], pane, x + u * c - v * s, y + u * s + v * c))
            return 0;
    }
    return count;
}

static bool outline(rim_pt p[RIM_OUTLINE_MAX], const rim_pane *pane,
                    const rim_outline *in)
{
    if (in->count < 3 || in->count > RIM_OUTLINE_MAX)
        return false;
    for (int i = 0; i < in->count; i++)
        if (!rim_pane_map(&p[i], pane, in->point[i].x, in->point[i].y))
            return false;
    return true;
}

static rim_rect box_of(const rim_pt *p, int count)
{
    rim_rect r = {p[0].x >> 8, p[0].y >> 8, (p[0].x >> 8) + 1, (p[0].y >> 8) + 1};
    for (int i = 1; i < count; i++) {
        const int x = p[i].x >> 8, y = p[i].y >> 8;
        r.x0 = x < r.x0 ? x : r.x0;
        r.y0 = y < r.y0 ? y : r.y0;
        r.x1 = x + 1 > r.x1 ? x + 1 : r.x1;
        r.y1 = y + 1 > r.y1 ? y + 1 : r.y1;
    }
    return r;
}

// Is any of it on the pane?
static bool seen(const rim_pane *pane, rim_rect box)
{
    const rim_rect r = rim_rect_intersect(pane->rect, box);
    return r.x0 < r.x1 && r.y0 < r.y1;
}

static rim_dash dash_for(const rim_overlay *o, double confidence)
{
    const int on = rim_overlay_px(o, 9), off = rim_overlay_px(o, 8);
    return confidence >= g_sure ? (rim_dash){0, 0} : (rim_dash){on, off};
}

static rim_place *place_of(rim_place *places, int id)
{
    rim_place *p = &places[(unsigned)id % RIM_PLACES];
    if (p->id != id)
        *p = (rim_place){id, RIM_LAYOUT_NOWHERE, 2, 0};
    return p;
}

void rim_text_tenths(char *out, size_t size, double v)
{
    if (!(v >= 0)) {
        snprintf(out, size, "–");
        return;
    }
    const int tenths = v < 9999 ? (int)(v * 10 + 0.5) : 99990;
    if (tenths < 1000)
        snprintf(out, size, "%d.%d", tenths / 10, tenths % 10);
    else
        snprintf(out, size, "%d", (tenths + 5) / 10);
}

void rim_marks_plan_lines(rim_overlay *o, const rim_pane *pane, const rim_result *r)
{
    rim_pt p[POINTS_MAX];
    const rim_outline *surface = &r->surface.polygon;
    if (r->surface.state != RIM_SURFACE_OFF && outline(p, pane, surface))
        rim_scene_stroke(&o->scene, &o->style.surface, p, surface->count, true,
                         r->surface.state == RIM_SURFACE_CANNOT_ASSESS
                             ? dash_for(o, 0)
                             : (rim_dash){0, 0},
                         rim_color_surface);
    for (int i = 0; i < r->lesion_count; i++) {
        const rim_lesion *l = &r->lesion[i];
        const int count = ellipse(p, pane, l->x, l->y, l->a, l->b, l->angle);
        if (count == 0)
            continue;
        const bool ring =
            l->pattern == RIM_PATTERN_RIM || l->pattern == RIM_PATTERN_PARTIAL;
        rim_scene_stroke(&o->scene, ring ? &o->style.twin : &o->style.single, p, count,
                         true, dash_for(o, l->confidence), rim_color_white);
        rim_layout_take_outline(&o->layout, p, count, RIM_TAKEN_LESION);
    }
}

// Where a line from `from` first meets the box, for leaders and arrows.
static rim_pt nearest_of(const rim_pt *p, int count, rim_pt from)
{
    rim_pt best = p[0];
    int64_t least = INT64_MAX;
    for (int i = 0; i < count; i++) {
        const int64_t dx = p[i].x - from.x, dy = p[i].y - from.y;
        if (dx * dx + dy * dy < least) {
            least = dx * dx + dy * dy;
            best = p[i];
        }
    }
    return best;
}

// The point of r nearest to `to`.
static rim_pt edge_point(rim_rect r, rim_pt to)
{
    const int32_t x0 = r.x0 * 256, x1 = r.x1 * 256, y0 = r.y0 * 256, y1 = r.y1 * 256;
    return (rim_pt){to.x < x0   ? x0
                    : to.x > x1 ? x1
                                : to.x,
                    to.y < y0   ? y0
                    : to.y > y1 ? y1
                                : to.y};
}

static rim_pt center_of(rim_rect r)
{
    return (rim_pt){(r.x0 + r.x1) * 128, (r.y0 + r.y1) * 128};
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
        p[i].x = center.x + (int32_t)floor(inner * sine(15.0 * i + 105) + 0.5);
        p[i].y = center.y + (int32_t)floor(inner * sine(15.0 * i + 15) + 0.5);
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
    const rim_pt tip = nearest_of(p, count, center_of(label));
    const rim_pt line[2] = {edge_point(label, tip), tip};
    rim_scene_stroke(&o->scene, &o->style.thin, line, 2, false, (rim_dash){0, 0},
                     rim_color_white);
}

// The fullest label that fits beside the lesion, else its number with a leader.
static void plan_lesion_label(rim_overlay *o, const rim_pane *pane, const rim_lesion *l)
{
    rim_pt p[POINTS_MAX];
    const int count = ellipse(p, pane, l->x, l->y, l->a, l->b, l->angle);
    if (count == 0 || !seen(pane, box_of(p, count)))
        return;
    rim_place *last = place_of(o->lesion_place, l->id);
    for (int detail = detail_to_try(last); detail >= 0; detail--) {
        lesion_label t;
        rim_rect r;
        word(o, &t, l, detail);
        const rim_layout_wish wish = {
            t.width, t.height,   rim_overlay_px(o, 7), detail ? 1 : RIM_LAYOUT_RINGS,
            false,   last->place};
        const int n = rim_layout_find(&o->layout, &r, box_of(p, count), &wish);
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

// The residual's contour; one too small to be noticed is shown as a circle.
static int residual_line(rim_pt p[POINTS_MAX], const rim_overlay *o,
                         const rim_pane *pane, const rim_residual *r)
{
    const int least = rim_overlay_px(o, 26);
    if (outline(p, pane, &r->outline)) {
        const rim_rect box = box_of(p, r->outline.count);
        if (box.x1 - box.x0 >= least || box.y1 - box.y0 >= least)
            return r->outline.count;
    }
    rim_pt center;
    if (!isfinite(r->x) || !isfinite(r->y) || !rim_pane_map(&center, pane, r->x, r->y))
        return 0;
    for (int i = 0; i < POINTS_MIN; i++) {
        const double t = 360.0 * i / POINTS_MIN;
        p[i].x = center.x + (int32_t)floor(least * 128 * sine(t + 90) + 0.5);
        p[i].y = center.y + (int32_t)floor(least * 128 * sine(t) + 0.5);
    }
    return POINTS_MIN;
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

static void plan_residual_flag(rim_overlay *o, const rim_residual *r, const rim_pt *p,
                               int count)
{
    char title[24], text[48];
    snprintf(title, sizeof title, "RESIDUAL %d", r->id);
    word_residual(text, sizeof text, r);
    const int pad = rim_overlay_px(o, 7);
    const int wide = rim_font_text_width(o->label, title);
    const int wide2 = rim_font_text_width(o->small, text);
    const int width = (wide > wide2 ? wide : wide2) + 2 * pad;
    const int height = rim_font_cap_px(o->label) + rim_font_cap_px(o->small) + 3 * pad;
    rim_place *last = place_of(o->residual_place, r->id);
    rim_rect box;
    const rim_layout_wish wish = {
        width, height, rim_overlay_px(o, 34), RIM_LAYOUT_RINGS, true, last->place};
    const int n = rim_layout_find(&o->layout, &box, box_of(p, count), &wish);
    last->place = n;
    if (n == RIM_LAYOUT_NOWHERE)
        return;
    const rim_pt tip = nearest_of(p, count, center_of(box));
    plan_arrow(o, edge_point(box, tip), tip);
    plan_flag(o, box, title, text);
    rim_layout_take_rect(&o->layout, box, RIM_TAKEN_TEXT);
}

void rim_marks_plan_residuals(rim_overlay *o, const rim_pane *pane, const rim_result *r)
{
    const int period = rim_overlay_px(o, 10) > 4 ? rim_overlay_px(o, 10) : 4;
    for (int pass = 0; pass < 2; pass++) { // all contours first, then the flags
        for (int i = 0; i < r->surface.residual_count; i++) {
            const rim_residual *s = &r->surface.residual[i];
            rim_pt p[POINTS_MAX];
            const int count = residual_line(p, o, pane, s);
            if (count == 0 || !seen(pane, box_of(p, count)))
                continue;
            if (pass == 1) {
                plan_residual_flag(o, s, p, count);
                continue;
            }
            rim_scene_hatch(&o->scene, p, count, rim_color_alarm, rim_color_dark,
                            period, 150);
            rim_scene_stroke(&o->scene, &o->style.alarm, p, count, true,
                             dash_for(o, s->confidence), rim_color_alarm);
            rim_layout_take_outline(&o->layout, p, count, RIM_TAKEN_RESIDUAL);
        }
    }
}
