// plan.c: draws what is in a scene. Ranges and their sources: docs/phantom.md.
// SPDX-License-Identifier: MIT
#include "phantom/exact.h"
#include "phantom/scene.h"

#include <math.h>
#include <string.h>

static double pick(double pinned, double drawn)
{
    return isnan(pinned) ? drawn : pinned;
}

static rim_focus *add_focus(rim_phantom *p, const char *name, rim_shape shape)
{
    if (p->focus_count == RIM_FOCI_MAX)
        return NULL;
    rim_focus *f = &p->focus[p->focus_count++];
    *f = (rim_focus){.shape = shape, .cos_t = 1.0, .core = 1.0, .uptake = 1.0};
    strncpy(f->class_name, name, sizeof f->class_name - 1);
    return f;
}

static void turn_focus(rim_focus *f, rim_rng *r)
{
    const double t = rim_rng_uniform(r, 0.0, RIM_PI);
    f->cos_t = rim_exact_cos(t);
    f->sin_t = rim_exact_sin(t);
}

static double view_w(const rim_phantom *p)
{
    return p->o.width * p->o.mm_per_px;
}

static double view_h(const rim_phantom *p)
{
    return p->o.height * p->o.mm_per_px;
}

// Gap to the nearest other focus, in mm; negative where they overlap.
static double clearance(const rim_phantom *p, const rim_focus *f)
{
    double best = 1e9;
    for (int i = 0; i < p->focus_count; i++) {
        const rim_focus *o = &p->focus[i];
        if (o == f || o->shape == RIM_SHAPE_TUBE)
            continue;
        const double d =
            sqrt((o->x - f->x) * (o->x - f->x) + (o->y - f->y) * (o->y - f->y));
        const double gap = d - o->ax - o->rim - f->ax - f->rim;
        best = gap < best ? gap : best;
    }
    if (p->edge.there) { // within the liver
        const double gap =
            3.0 - f->ax - f->rim - rim_border_beyond(&p->edge, f->x, f->y);
        best = gap < best ? gap : best;
    }
    return best;
}

// Somewhere in the view, `spread` 1 being up to the border; apart from others by
// gap_mm where there is room.
static void place(rim_phantom *p, rim_focus *f, rim_rng *r, double spread,
                  double gap_mm)
{
    const rim_camera *c = &p->camera;
    const double mm = p->o.mm_per_px, round_mm = spread * c->round_radius_px * mm;
    const double mx = (c->round_x - 0.5 * (p->o.width - 1)) * mm,
                 my = (c->round_y - 0.5 * (p->o.height - 1)) * mm;
    double best = -1e9, bx = 0.0, by = 0.0;
    for (int attempt = 0; attempt < 60 && best < gap_mm; attempt++) {
        f->x = 0.5 * spread * view_w(p) * rim_rng_uniform(r, -1.0, 1.0);
        f->y = 0.5 * spread * view_h(p) * rim_rng_uniform(r, -1.0, 1.0);
        double gap = clearance(p, f);
        if (round_mm > 0.0) { // within the round view
            const double dx = f->x - mx, dy = f->y - my;
            const double room = round_mm - sqrt(dx * dx + dy * dy) + gap_mm;
            gap = room < gap ? room : gap;
        }
        if (gap > best) {
            best = gap;
            bx = f->x;
            by = f->y;
        }
    }
    f->x = bx;
    f->y = by;
}

// The same on the cut surface, within `reach` of its half axes.
static void place_on_wound(rim_phantom *p, rim_focus *f, rim_rng *r, double reach,
                           double gap_mm)
{
    double best = -1e9, bx = 0.0, by = 0.0;
    for (int attempt = 0; attempt < 60 && best < gap_mm; attempt++) {
        const double t = rim_rng_uniform(r, 0.0, 2.0 * RIM_PI);
        const double q = reach * sqrt(rim_rng_unit(r));
        const double a = q * p->wound_a * rim_exact_cos(t),
                     b = q * p->wound_b * rim_exact_sin(t);
        f->x = p->wound_x + p->wound_cos * a - p->wound_sin * b;
        f->y = p->wound_y + p->wound_sin * a + p->wound_cos * b;
        const double gap = clearance(p, f);
        if (gap > best) {
            best = gap;
            bx = f->x;
            by = f->y;
        }
    }
    f->x = bx;
    f->y = by;
}

static double draw_uptake(rim_rng *r)
{
    // Median 15, GSD 1.9 give the measured median contrast of 7.0; about one in
    // seven as after chemotherapy [assumption], contrast 2.3 in place of 6.1.
    if (rim_rng_chance(r, 0.15))
        return rim_rng_log_normal(r, 4.0, 1.3, 3.0, 8.0);
    return rim_rng_log_normal(r, 15.0, 1.9, 3.0, 60.0);
}

static rim_pattern draw_pattern(rim_rng *r)
{
    const double u = rim_rng_unit(r);
    return u < 0.60   ? RIM_PATTERN_RIM
           : u < 0.92 ? RIM_PATTERN_PARTIAL
                      : RIM_PATTERN_TOTAL;
}

// Gaps in the shell: few and wide, or patches all around.
static void draw_gaps(rim_focus *f, rim_rng *r)
{
    const bool patchy = rim_rng_chance(r, 0.3);
    rim_waves_draw(&f->gaps, r, patchy ? 2 : 1, patchy ? RIM_WAVES : 2, 1.0);
    f->gap_level = rim_waves_level(&f->gaps, rim_rng_uniform(r, 0.35, 0.75));
    f->gap_soft = rim_rng_uniform(r, 0.15, 0.5);
}

static void shape_lesion(rim_phantom *p, rim_focus *f, rim_rng *r)
{
    const rim_phantom_options *o = &p->o;
    const double side = view_h(p) < view_w(p) ? view_h(p) : view_w(p);
    double diameter = rim_rng_log_uniform(r, 3.0, 30.0);
    if (rim_rng_chance(r, 0.1))
        diameter = rim_rng_log_uniform(r, 2.0, 50.0);
    diameter = diameter > 0.8 * side ? 0.8 * side : diameter;
    diameter = pick(o->diameter_mm, diameter);
    f->ax = 0.5 * diameter;
    f->ay = f->ax * rim_rng_uniform(r, 0.75, 1.0);
    f->az = f->ax * rim_rng_uniform(r, 0.75, 1.0);
    turn_focus(f, r);
    rim_waves_draw(&f->bumps, r, 2, 5, 0.04);
    const double deep = rim_rng_chance(r, 0.3) ? rim_rng_uniform(r, 2.5, 6.0)
                                               : rim_rng_uniform(r, -2.0, 2.5);
    f->top = pick(o->depth_mm, deep);
    if (f->top < -0.8 * f->az)
        f->top = -0.8 * f->az; // the larger part stays in the tissue
    f->uptake = pick(o->uptake, draw_uptake(r));
    f->core = pick(o->core, rim_rng_uniform(r, 0.0, 0.5));
    f->rim = pick(o->rim_mm, rim_rng_uniform(r, 1.0, 2.3)); // median 1.6
    const rim_pattern drawn = draw_pattern(r);
    const rim_pattern pattern = o->pattern ? o->pattern : drawn;
    if (pattern == RIM_PATTERN_PARTIAL)
        draw_gaps(f, r);
    if (pattern == RIM_PATTERN_TOTAL) {
        f->core = f->uptake;
        f->rim = 0.0;
    }
}

static void plan_lesions(rim_phantom *p)
{
    rim_rng r;
    rim_rng_init(&r, p->o.seed, RIM_STREAM_FOCI);
    const int drawn = rim_rng_chance(&r, 0.1) ? 0 : rim_rng_int(&r, 1, 4);
    const int count = p->o.lesions < 0 ? drawn : p->o.lesions;
    for (int i = 0; i < count; i++) {
        rim_focus *f = add_focus(p, "lesion", RIM_SHAPE_SHELL);
        if (!f)
            return;
        shape_lesion(p, f, &r);
        const bool pair = i > 0 && rim_rng_chance(&r, 0.15);
        const bool at_border = rim_rng_chance(&r, 0.12);
        place(p, f, &r, at_border ? 1.0 : 0.75, 5.0);
        if (pair) { // next to the one before, a little into it
            const rim_focus *o = f - 1;
            f->neighbour = o;
            const double t = rim_rng_uniform(&r, 0.0, 2.0 * RIM_PI);
            const double d = (o->ax + f->ax) * rim_rng_uniform(&r, 0.8, 1.2);
            f->x = o->x + d * rim_exact_cos(t);
            f->y = o->y + d * rim_exact_sin(t);
        }
    }
}

static void draw_path(rim_focus *f, rim_rng *r, double x, double y, double angle,
                      double radius, int steps)
{
    for (int i = 0; i < steps && f->segments < RIM_SEGMENTS_MAX; i++) {
        const double len = rim_rng_uniform(r, 2.0, 5.0);
        angle += rim_rng_uniform(r, -0.45, 0.45);
        const double nx = x + len * rim_exact_cos(angle),
                     ny = y + len * rim_exact_sin(angle);
        f->segment[f->segments++] = (rim_segment){x, y, nx, ny, radius};
        x = nx;
        y = ny;
        if (radius > 0.4 && rim_rng_chance(r, 0.3)) {
            const double side = rim_rng_chance(r, 0.5) ? 0.7 : -0.7;
            draw_path(f, r, x, y, angle + side, 0.7 * radius, steps / 2);
        }
    }
}

static void add_nodules(rim_phantom *p, rim_rng *r)
{
    for (int n = rim_rng_int(r, 1, 3); n > 0; n--) {
        rim_focus *f = add_focus(p, "nodule", RIM_SHAPE_SHELL);
        if (!f)
            return;
        f->ax = 0.5 * rim_rng_log_uniform(r, 3.0, 15.0);
        f->ay = f->ax * rim_rng_uniform(r, 0.7, 1.0);
        f->az = f->ax * rim_rng_uniform(r, 0.7, 1.0);
        turn_focus(f, r);
        rim_waves_draw(&f->bumps, r, 2, 5, 0.05);
        f->top = rim_rng_uniform(r, 0.0, 3.0);
        f->uptake = f->core = rim_rng_log_uniform(r, 2.0, 8.0);
        place(p, f, r, 0.9, 5.0);
    }
}

static void add_duct(rim_phantom *p, rim_rng *r)
{
    rim_focus *f = add_focus(p, "duct", RIM_SHAPE_TUBE);
    if (!f)
        return;
    const double radius = rim_rng_uniform(r, 0.4, 1.0);
    f->x = 0.4 * view_w(p) * rim_rng_uniform(r, -1.0, 1.0);
    f->y = 0.4 * view_h(p) * rim_rng_uniform(r, -1.0, 1.0);
    f->ax = f->ay = f->az = radius;
    f->top = rim_rng_uniform(r, 0.3, 3.0);
    f->uptake = rim_rng_log_uniform(r, 6.0, 25.0);
    const double angle = rim_rng_uniform(r, 0.0, 2.0 * RIM_PI);
    const int steps = rim_rng_int(r, 5, 10);
    draw_path(f, r, f->x, f->y, angle, radius, steps);
}

// Ranges of what lies on the surface.
typedef struct film {
    const char *name;
    double radius[2], uptake[2], roundness;
} film;

static const film liver_bile = {"bile", {1.5, 8.0}, {3.0, 20.0}, 0.4},
                  wound_bile = {"bile", {1.5, 6.0}, {2.5, 15.0}, 0.4},
                  cut_duct = {"duct", {0.4, 1.2}, {5.0, 20.0}, 0.7};

static void add_film(rim_phantom *p, rim_rng *r, const film *kind)
{
    rim_focus *f = add_focus(p, kind->name, RIM_SHAPE_FILM);
    if (!f)
        return;
    f->ax = rim_rng_log_uniform(r, kind->radius[0], kind->radius[1]);
    f->uptake = rim_rng_log_uniform(r, kind->uptake[0], kind->uptake[1]);
    f->ay = f->ax * rim_rng_uniform(r, kind->roundness, 1.0);
    f->az = f->ax;
    turn_focus(f, r);
    rim_waves_draw(&f->bumps, r, 2, RIM_WAVES, p->o.round_bile ? 0.01 : 0.12);
    if (p->o.scene == RIM_PHANTOM_WOUND)
        place_on_wound(p, f, r, 0.95, 1.5);
    else
        place(p, f, r, 0.8, 3.0);
}

static void add_gallbladder(rim_phantom *p, rim_rng *r)
{
    rim_focus *f = add_focus(p, "gallbladder", RIM_SHAPE_FILM);
    if (!f)
        return;
    f->ax = rim_rng_uniform(r, 12.0, 22.0);
    f->ay = f->ax * rim_rng_uniform(r, 0.4, 0.6);
    f->az = f->ay;
    f->uptake = rim_rng_log_uniform(r, 3.0, 12.0);
    turn_focus(f, r);
    rim_waves_draw(&f->bumps, r, 2, 4, 0.04);
    f->x = 0.5 * view_w(p) * rim_rng_uniform(r, -0.9, 0.9);
    f->y = 0.5 * view_h(p) + 0.3 * f->ay;
    if (p->edge.there) { // its bed lies at the liver's edge
        const double along = 0.25 * view_h(p) * rim_rng_uniform(r, -1.0, 1.0);
        f->cos_t = -p->edge.ny;
        f->sin_t = p->edge.nx;
        f->x = p->edge.nx * p->edge.at + f->cos_t * along;
        f->y = p->edge.ny * p->edge.at + f->sin_t * along;
        const double off = rim_border_beyond(&p->edge, f->x, f->y) - 0.5 * f->ay;
        f->x -= off * p->edge.nx;
        f->y -= off * p->edge.ny;
    }
}

static void add_cyst(rim_phantom *p, rim_rng *r)
{
    rim_focus *f = add_focus(p, "cyst", RIM_SHAPE_SHELL);
    if (!f)
        return;
    f->ax = 0.5 * rim_rng_log_uniform(r, 4.0, 20.0);
    f->ay = f->ax * rim_rng_uniform(r, 0.85, 1.0);
    f->az = f->ax * rim_rng_uniform(r, 0.6, 1.0);
    turn_focus(f, r);
    f->top = rim_rng_uniform(r, -0.5, 0.3);
    f->rim = rim_rng_uniform(r, 0.3, 0.5);
    f->uptake = rim_rng_uniform(r, 2.0, 5.0);
    f->core = 0.05;
    place(p, f, r, 0.8, 5.0);
}

static bool has(const rim_phantom *p, rim_distractor d)
{
    return p->distractors >> d & 1u;
}

static void plan_liver(rim_phantom *p)
{
    rim_rng r;
    plan_lesions(p);
    rim_rng_init(&r, p->o.seed, RIM_STREAM_PLAN);
    if (has(p, RIM_DISTRACTOR_nodule))
        add_nodules(p, &r);
    if (has(p, RIM_DISTRACTOR_duct))
        add_duct(p, &r);
    if (has(p, RIM_DISTRACTOR_bile))
        add_film(p, &r, &liver_bile);
    if (has(p, RIM_DISTRACTOR_gallbladder))
        add_gallbladder(p, &r);
    if (has(p, RIM_DISTRACTOR_cyst))
        add_cyst(p, &r);
}

static void plan_residuals(rim_phantom *p)
{
    rim_rng r;
    rim_rng_init(&r, p->o.seed, RIM_STREAM_FOCI);
    const int drawn = rim_rng_chance(&r, 0.5) ? 0 : rim_rng_int(&r, 1, 3);
    const int count = p->o.lesions < 0 ? drawn : p->o.lesions;
    for (int i = 0; i < count; i++) {
        rim_focus *f = add_focus(p, "residual", RIM_SHAPE_DISC);
        if (!f)
            return;
        f->residual = true;
        const double radius = rim_rng_log_uniform(&r, 1.5, 6.0);
        f->ax = isnan(p->o.diameter_mm) ? radius : 0.5 * p->o.diameter_mm;
        f->ay = f->ax * rim_rng_uniform(&r, 0.4, 1.0);
        f->az = f->ax;
        turn_focus(f, &r);
        rim_waves_draw(&f->bumps, &r, 2, 5, 0.08);
        f->top = pick(p->o.depth_mm, rim_rng_uniform(&r, 0.0, 5.0));
        f->thickness = pick(p->o.rim_mm, rim_rng_uniform(&r, 1.0, 2.3));
        f->uptake = pick(p->o.uptake, rim_rng_log_normal(&r, 15.0, 1.9, 4.0, 40.0));
        place_on_wound(p, f, &r, 0.75, 3.0);
    }
}

static void plan_wound(rim_phantom *p)
{
    rim_rng r;
    rim_rng_init(&r, p->o.seed, RIM_STREAM_PLAN);
    const double t = rim_rng_uniform(&r, -0.5, 0.5);
    p->wound_cos = rim_exact_cos(t);
    p->wound_sin = rim_exact_sin(t);
    p->wound_a = view_w(p) * rim_rng_uniform(&r, 0.26, 0.38);
    p->wound_b = view_h(p) * rim_rng_uniform(&r, 0.28, 0.38);
    p->wound_x = view_w(p) * rim_rng_uniform(&r, -0.06, 0.06);
    p->wound_y = view_h(p) * rim_rng_uniform(&r, -0.06, 0.06);
    rim_waves_draw(&p->wound_edge, &r, 2, RIM_WAVES, 0.05);
    plan_residuals(p);
    if (has(p, RIM_DISTRACTOR_duct)) // cut ducts: small, bright, sharp
        for (int n = rim_rng_int(&r, 1, 5); n > 0; n--)
            add_film(p, &r, &cut_duct);
    if (has(p, RIM_DISTRACTOR_bile))
        for (int n = rim_rng_int(&r, 1, 2); n > 0; n--)
            add_film(p, &r, &wound_bile);
    for (int i = 0; i < p->focus_count; i++)
        p->focus[i].residual = true;
}

static void draw_distractors(rim_phantom *p)
{
    // How often each is there. [assumptions; bile and ducts on a wound: Kaibori's
    // leak test found none on 28 % of surfaces, ducts on 39 %, leaks on 33 %]
    static const double liver[RIM_DISTRACTOR_COUNT] = {
        [RIM_DISTRACTOR_nodule] = 0.35,  [RIM_DISTRACTOR_duct] = 0.25,
        [RIM_DISTRACTOR_bile] = 0.15,    [RIM_DISTRACTOR_gallbladder] = 0.2,
        [RIM_DISTRACTOR_cyst] = 0.15,    [RIM_DISTRACTOR_cautery] = 0.2,
        [RIM_DISTRACTOR_gauze] = 0.12,   [RIM_DISTRACTOR_instrument] = 0.35,
        [RIM_DISTRACTOR_segment] = 0.15, [RIM_DISTRACTOR_vessel] = 0.6,
        [RIM_DISTRACTOR_edge] = 0.3,     [RIM_DISTRACTOR_blood] = 0.2};
    static const double wound[RIM_DISTRACTOR_COUNT] = {
        [RIM_DISTRACTOR_duct] = 0.5,       [RIM_DISTRACTOR_bile] = 0.35,
        [RIM_DISTRACTOR_cautery] = 0.8,    [RIM_DISTRACTOR_gauze] = 0.25,
        [RIM_DISTRACTOR_instrument] = 0.4, [RIM_DISTRACTOR_vessel] = 0.5,
        [RIM_DISTRACTOR_blood] = 0.6};
    rim_rng r;
    rim_rng_init(&r, p->o.seed, RIM_STREAM_OPTICS);
    // 5, 10 and 15 % of blood in 40, 40 and 20 of 100 [assumption].
    const double u = rim_rng_unit(&r), blood = u < 0.4 ? 0.05 : u < 0.8 ? 0.10 : 0.15;
    const double scatter = rim_rng_uniform(&r, 1.0, 1.35);
    p->blood = pick(p->o.blood, blood);
    rim_optics optics;
    rim_optics_init(&optics, p->blood, scatter, p->o.transport);
    rim_light_init(&p->light, &optics);
    // As large as the fluorescence at worst.
    const double leakage = rim_rng_chance(&r, 0.3) ? rim_rng_uniform(&r, 0.3, 1.0)
                                                   : rim_rng_uniform(&r, 0.0, 0.2);
    p->leakage = pick(p->o.leakage, leakage);
    for (int d = 0; d < RIM_DISTRACTOR_COUNT; d++) {
        const double part = p->o.scene == RIM_PHANTOM_WOUND ? wound[d] : liver[d];
        if (rim_rng_chance(&r, part))
            p->distractors |= 1u << d;
    }
    if (p->o.distractors != RIM_DISTRACTORS_DRAWN)
        p->distractors = p->o.distractors;
}

static void draw_border(rim_border *b, rim_rng *r, double lo, double hi)
{
    const double t = rim_rng_uniform(r, 0.0, 2.0 * RIM_PI);
    b->nx = rim_exact_cos(t);
    b->ny = rim_exact_sin(t);
    b->at = rim_rng_uniform(r, lo, hi);
    b->wave_mm = rim_rng_uniform(r, 2.0, 5.0);
    b->wave_length_mm = rim_rng_uniform(r, 9.0, 16.0);
    b->seed = rim_rng_next(r);
}

static void draw_borders(rim_phantom *p)
{
    rim_rng r;
    rim_rng_init(&r, p->o.seed, RIM_STREAM_BORDERS);
    const double w = view_w(p), h = view_h(p);
    draw_border(&p->edge, &r, 0.28, 0.45);
    p->edge.at *= h + (w - h) * fabs(p->edge.nx);
    p->edge.there = has(p, RIM_DISTRACTOR_edge);
    draw_border(&p->segment, &r, -0.2 * w, 0.2 * w);
    p->segment.there = has(p, RIM_DISTRACTOR_segment);
    const double pool = rim_rng_uniform(&r, 0.3, 0.9);
    p->pool = pick(p->o.pool, rim_rng_chance(&r, 0.07) ? pool : 0.0);
}

void rim_plan_tissue(rim_phantom *p)
{
    draw_distractors(p);
    draw_borders(p);
}

void rim_plan_scene(rim_phantom *p)
{
    if (p->o.scene == RIM_PHANTOM_WOUND)
        plan_wound(p);
    else
        plan_liver(p);
    rim_focus *first = &p->focus[0];
    if (p->focus_count &&
        (first->class_name[0] == 'l' || first->class_name[0] == 'r')) {
        first->x = pick(p->o.x_mm, first->x);
        first->y = pick(p->o.y_mm, first->y);
    }
}
