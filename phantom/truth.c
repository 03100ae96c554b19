// truth.c: the truth of a frame, in the report's terms: what measure.c found on the
// tissue, carried into the frame by its view, and what hides or veils it there.
// SPDX-License-Identifier: MIT
#include "phantom/exact.h"
#include "phantom/scene.h"

#include <math.h>
#include <string.h>

typedef struct ellipse {
    double x, y, a, b, angle, area;
} ellipse;

// The ellipse with the area's first and second moments.
static ellipse fit_ellipse(const rim_point *q, int n)
{
    double area = 0.0, mx = 0.0, my = 0.0, xx = 0.0, xy = 0.0, yy = 0.0;
    const double ox = q[0].x, oy = q[0].y;
    for (int i = 0; i < n; i++) {
        const double x0 = q[i].x - ox, y0 = q[i].y - oy, x1 = q[(i + 1) % n].x - ox,
                     y1 = q[(i + 1) % n].y - oy, k = x0 * y1 - x1 * y0;
        area += k / 2.0;
        mx += k * (x0 + x1) / 6.0;
        my += k * (y0 + y1) / 6.0;
        xx += k * (x0 * x0 + x0 * x1 + x1 * x1) / 12.0;
        yy += k * (y0 * y0 + y0 * y1 + y1 * y1) / 12.0;
        xy += k * (x0 * y1 + 2.0 * x0 * y0 + 2.0 * x1 * y1 + x1 * y0) / 24.0;
    }
    ellipse e = {.x = ox, .y = oy, .area = fabs(area)};
    if (e.area < 1e-6)
        return e;
    const double cx = mx / area, cy = my / area;
    const double a = xx / area - cx * cx, b = xy / area - cx * cy,
                 c = yy / area - cy * cy;
    const double root = sqrt(0.25 * (a - c) * (a - c) + b * b);
    e.x += cx;
    e.y += cy;
    e.a = 2.0 * sqrt(fmax(0.5 * (a + c) + root, 0.0));
    e.b = 2.0 * sqrt(fmax(0.5 * (a + c) - root, 0.0));
    e.angle = 0.5 * rim_exact_atan2(2.0 * b, a - c) * 180.0 / RIM_PI;
    return e;
}

// What a point of the scene looks like in the frame.
typedef struct look {
    const rim_phantom *p;
    const rim_view *view;
    int index;
} look;

static bool in_view(const look *l, double u, double v)
{
    const rim_phantom_options *o = &l->p->o;
    const rim_camera *c = &l->p->camera;
    if (u < 0.0 || v < 0.0 || u > o->width - 1 || v > o->height - 1)
        return false;
    const double dx = u - c->round_x, dy = v - c->round_y;
    return c->round_radius_px <= 0.0 ||
           dx * dx + dy * dy < c->round_radius_px * c->round_radius_px;
}

static bool hidden(const look *l, double x, double y, double u, double v)
{
    double across;
    const int cover = rim_canvas_cover(&l->p->canvas, x, y);
    return cover == RIM_COVER_GAUZE || cover == RIM_COVER_BLOOD ||
           rim_instrument_covers(l->p, l->index, u, v, &across);
}

// Light at a frame's point after smoke.
static double veiled(const look *l, double u, double v, double light)
{
    const rim_smoke *s = &l->p->smoke;
    const double pass = rim_exact_exp(-rim_smoke_depth(s, l->index, u, v));
    return light * pass + s->glow * (1.0 + l->p->leakage) * (1.0 - pass);
}

// Parts of a focus that are in view, and of those the parts that are hidden.
static void visibility(const look *l, const rim_focus *f, double *seen, double *covered)
{
    int total = 0, inside = 0, under = 0;
    for (int i = 0; i < f->outline_count; i += 4) {
        for (int k = 1; k <= 3; k++) {
            const double x = f->x + (f->outline[i].x - f->x) * k / 3.0,
                         y = f->y + (f->outline[i].y - f->y) * k / 3.0;
            double u, v;
            rim_view_to_frame(l->view, &l->p->o, x, y, &u, &v);
            total++;
            if (in_view(l, u, v)) {
                inside++;
                under += hidden(l, x, y, u, v);
            }
        }
    }
    *seen = (double)inside / total;
    *covered = inside ? (double)under / inside : 0.0;
}

// The contrast that the frame shows, counts included.
static void contrast(const look *l, const rim_focus *f, rim_lesion *out, double *excess)
{
    const rim_camera *c = &l->p->camera;
    double u, v;
    rim_view_to_frame(l->view, &l->p->o, f->peak_x, f->peak_y, &u, &v);
    const double signal = veiled(l, u, v, f->peak + f->peak_leak),
                 ground = veiled(l, u, v, f->peak_background + f->peak_leak);
    const double counts = rim_camera_gain(c, l->index) * c->per_light *
                          rim_camera_field(c, u, v) * (c->full - c->black_level) /
                          c->electrons_full;
    out->target = signal * counts;
    out->background = ground * counts;
    out->sbr = signal / ground;
    out->core_ratio = veiled(l, u, v, f->core_value) / signal;
    out->cnr = NAN;
    *excess = (signal - ground) / ground;
}

#define SEEN_LEAST   0.25 // less in view: left out
#define COVERED_MOST 0.7  // more hidden: left out

static void add_object(const look *l, rim_truth *t, const rim_focus *f, int id)
{
    double seen, covered, excess;
    visibility(l, f, &seen, &covered);
    if (seen < SEEN_LEAST || covered > COVERED_MOST)
        return;
    rim_point outline[RIM_RAYS];
    for (int i = 0; i < f->outline_count; i++)
        rim_view_to_frame(l->view, &l->p->o, f->outline[i].x, f->outline[i].y,
                          &outline[i].x, &outline[i].y);
    const ellipse e = fit_ellipse(outline, f->outline_count);
    const double mm = l->p->o.mm_per_px;
    rim_lesion s = {.id = id,
                    .x = e.x,
                    .y = e.y,
                    .a = e.a,
                    .b = e.b,
                    .angle = e.angle,
                    .rim_width = f->rim_width_mm / (mm * l->view->scale),
                    .coverage = f->coverage,
                    .pattern = f->pattern,
                    .confidence = 1.0,
                    .diameter_mm = 2.0 * sqrt(e.a * e.b) * mm};
    s.why =
        (seen < 0.98 ? RIM_WHY_AT_EDGE : 0u) | (covered > 0.2 ? RIM_WHY_HIDDEN : 0u);
    contrast(l, f, &s, &excess);
    rim_truth_object o = {.depth_mm = f->shape == RIM_SHAPE_FILM ? 0.0 : f->top,
                          .uptake = f->uptake,
                          .detectable = excess >= 0.3};
    memcpy(o.class_name, f->class_name, sizeof o.class_name);
    if (!f->residual && t->seen.lesion_count < RIM_LESIONS_MAX) {
        t->lesion[t->seen.lesion_count] = o;
        t->seen.lesion[t->seen.lesion_count++] = s;
    }
    if (f->residual && t->seen.surface.residual_count < RIM_RESIDUALS_MAX) {
        rim_residual *r = &t->seen.surface.residual[t->seen.surface.residual_count];
        t->residual[t->seen.surface.residual_count++] = o;
        *r = (rim_residual){.id = id,
                            .x = e.x,
                            .y = e.y,
                            .area_px = e.area,
                            .area_mm2 = e.area * mm * mm,
                            .sbr = s.sbr,
                            .target = s.target,
                            .background = s.background,
                            .cnr = s.cnr,
                            .confidence = 1.0,
                            .why = s.why};
        r->outline.count = RIM_RAYS / 2;
        for (int i = 0; i < r->outline.count; i++)
            r->outline.point[i] = outline[2 * i];
    }
}

static bool inside_polygon(const rim_outline *o, double x, double y)
{
    bool in = false;
    for (int i = 0, k = o->count - 1; i < o->count; k = i++) {
        const rim_point a = o->point[i], b = o->point[k];
        if ((a.y > y) != (b.y > y) && x < a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x))
            in = !in;
    }
    return in;
}

// Can a judgement be made at this point of the surface?
static bool assessable(const look *l, double x, double y, unsigned *why)
{
    const rim_camera *c = &l->p->camera;
    double u, v;
    rim_view_to_frame(l->view, &l->p->o, x, y, &u, &v);
    if (!in_view(l, u, v)) {
        *why |= RIM_WHY_OUT_OF_VIEW;
        return false;
    }
    if (hidden(l, x, y, u, v) ||
        rim_canvas_cover(&l->p->canvas, x, y) == RIM_COVER_CHAR) {
        *why |= RIM_WHY_HIDDEN;
        return false;
    }
    if (rim_smoke_depth(&l->p->smoke, l->index, u, v) > 1.2) { // 30 % passes
        *why |= RIM_WHY_SMOKE;
        return false;
    }
    const double light =
        veiled(l, u, v, rim_canvas_at(&l->p->canvas, l->p->canvas.glow, x, y));
    const double part = light * c->per_light * rim_camera_field(c, u, v) *
                        rim_camera_gain(c, l->index) / c->electrons_full;
    if (part >= 1.0)
        *why |= RIM_WHY_SATURATED;
    return part < 1.0;
}

static void judge_surface(const look *l, rim_truth *t)
{
    rim_surface *s = &t->seen.surface;
    const rim_outline *o = &l->p->surface_mm;
    double x0 = 1e9, y0 = 1e9, x1 = -1e9, y1 = -1e9;
    for (int i = 0; i < o->count; i++) {
        x0 = fmin(x0, o->point[i].x);
        y0 = fmin(y0, o->point[i].y);
        x1 = fmax(x1, o->point[i].x);
        y1 = fmax(y1, o->point[i].y);
        rim_view_to_frame(l->view, &l->p->o, o->point[i].x, o->point[i].y,
                          &s->polygon.point[i].x, &s->polygon.point[i].y);
    }
    s->polygon.count = o->count;
    int total = 0, good = 0;
    unsigned why = 0;
    for (int j = 0; j < 40; j++) {
        for (int i = 0; i < 40; i++) {
            const double x = x0 + (x1 - x0) * (i + 0.5) / 40,
                         y = y0 + (y1 - y0) * (j + 0.5) / 40;
            if (!inside_polygon(o, x, y))
                continue;
            total++;
            good += assessable(l, x, y, &why);
        }
    }
    s->assessable = total ? (double)good / total : 0.0;
    s->visible_depth_mm = NAN;
    s->state =
        s->assessable < 0.5 ? RIM_SURFACE_CANNOT_ASSESS : RIM_SURFACE_NONE_DETECTED;
    s->why = s->assessable < 0.5 ? why : 0;
    for (int i = 0; i < s->residual_count; i++)
        if (t->residual[i].detectable &&
            strcmp(t->residual[i].class_name, "residual") == 0)
            s->state = RIM_SURFACE_RESIDUAL;
}

// How far the tissue has moved since the frame before, the mean of nine points.
static double moved_px(const rim_phantom *p, const rim_view *now, int index)
{
    if (index == 0)
        return NAN;
    rim_view before;
    rim_view_at(&before, &p->motion, &p->o, index - 1);
    double sum = 0.0;
    for (int k = 0; k < 9; k++) {
        const double u = (0.2 + 0.3 * (k % 3)) * p->o.width,
                     v = (0.2 + 0.3 * (k / 3)) * p->o.height;
        double x, y, nu, nv;
        rim_view_to_scene(&before, &p->o, u, v, &x, &y);
        rim_view_to_frame(now, &p->o, x, y, &nu, &nv);
        sum += sqrt((nu - u) * (nu - u) + (nv - v) * (nv - v));
    }
    return sum / 9.0;
}

// Saturated and dark parts of the frame, on a grid of points.
static void judge_quality(const look *l, rim_quality *q)
{
    const rim_phantom_options *o = &l->p->o;
    const rim_camera *c = &l->p->camera;
    int saturated = 0, dark = 0;
    for (int j = 0; j < 40; j++) {
        for (int i = 0; i < 64; i++) {
            const double u = (i + 0.5) / 64 * (o->width - 1),
                         v = (j + 0.5) / 40 * (o->height - 1);
            double x, y;
            rim_view_to_scene(l->view, o, u, v, &x, &y);
            const double light = rim_canvas_at(&l->p->canvas, l->p->canvas.glow, x, y);
            const double part = veiled(l, u, v, light) * c->per_light *
                                rim_camera_field(c, u, v) *
                                rim_camera_gain(c, l->index) / c->electrons_full;
            saturated += part >= 1.0 && in_view(l, u, v);
            dark += part < 0.005 || !in_view(l, u, v);
        }
    }
    q->saturated = saturated / 2560.0;
    q->dark = dark / 2560.0;
}

void rim_truth_frame(const rim_phantom *p, rim_truth *t, const rim_view *view,
                     int index)
{
    const look l = {p, view, index};
    memset(t, 0, sizeof *t);
    t->seen.frame = (uint64_t)index;
    t->seen.t_ns = (int64_t)floor(index * 1e9 / p->o.fps + 0.5);
    for (int k = 0; k < p->focus_count; k++)
        if (p->focus[k].visible)
            add_object(&l, t, &p->focus[k], k + 1);
    if (p->surface_mm.count)
        judge_surface(&l, t);
    judge_quality(&l, &t->seen.quality);
    t->seen.quality.motion_px = moved_px(p, view, index);
}
