// tissue.c: paints the surface: liver, cut surface, what lies on them, and the
// light of the foci.
// SPDX-License-Identifier: MIT
#include "phantom/canvas.h"
#include "phantom/exact.h"

#include "base/log.h"

#include <math.h>
#include <stdlib.h>

#define ROWS_A_JOB 32
#define SPOTS_MAX  24

typedef struct rgb {
    double r, g, b;
} rgb;

// Linear reflectances. [assumptions, by eye from laparoscopic pictures]
static const rgb liver_colour = {0.185, 0.042, 0.036},
                 raw_colour = {0.20, 0.040, 0.030}, vein_colour = {0.085, 0.022, 0.035},
                 fat_colour = {0.62, 0.32, 0.085}, tumour_colour = {0.50, 0.36, 0.27},
                 bile_colour = {0.30, 0.24, 0.018}, bladder_colour = {0.36, 0.39, 0.37},
                 gauze_colour = {0.85, 0.84, 0.80}, blood_colour = {0.13, 0.006, 0.006},
                 char_colour = {0.018, 0.013, 0.011},
                 cooked_colour = {0.42, 0.30, 0.20};

// A patch that lies on the tissue: blood, char, gauze. Its outline is a focus's.
typedef struct spot {
    int cover;
    double depth; // of blood, mm
    rim_focus edge;
} spot;

typedef struct painter {
    rim_phantom *p;
    rim_canvas *c;
    uint64_t seed;
    float *vein; // strength of vessels
    int spots;
    spot spot[SPOTS_MAX];
    double outside_glow; // light of what is not liver
    double segment_step; // contrast across a segment's border
} painter;

static void mix(rgb *c, const rgb *to, double part)
{
    c->r += part * (to->r - c->r);
    c->g += part * (to->g - c->g);
    c->b += part * (to->b - c->b);
}

static void scale(rgb *c, double k)
{
    c->r *= k;
    c->g *= k;
    c->b *= k;
}

// ---- what is where, drawn once ----

static void draw_spot(painter *t, rim_rng *r, int cover, double radius, double spread)
{
    if (t->spots == SPOTS_MAX)
        return;
    spot *s = &t->spot[t->spots++];
    const double w = t->p->o.width * t->c->mm, h = t->p->o.height * t->c->mm;
    const double turn = rim_rng_uniform(r, 0.0, 2.0 * RIM_PI);
    *s = (spot){.cover = cover, .depth = rim_rng_log_uniform(r, 0.25, 2.0)};
    s->edge.ax = radius;
    s->edge.ay = radius * rim_rng_uniform(r, 0.4, 1.0);
    s->edge.cos_t = rim_exact_cos(turn);
    s->edge.sin_t = rim_exact_sin(turn);
    s->edge.x = 0.5 * spread * w * rim_rng_uniform(r, -1.0, 1.0);
    s->edge.y = 0.5 * spread * h * rim_rng_uniform(r, -1.0, 1.0);
    rim_waves_draw(&s->edge.bumps, r, 2, RIM_WAVES,
                   cover == RIM_COVER_GAUZE ? 0.04 : 0.14);
}

static void draw_branch(painter *t, rim_rng *r, double x, double y, double angle,
                        double radius, int steps)
{
    for (int i = 0; i < steps; i++) {
        const double len = rim_rng_uniform(r, 1.5, 4.0);
        angle += rim_rng_uniform(r, -0.3, 0.3);
        rim_segment s = {x, y, x + len * rim_exact_cos(angle),
                         y + len * rim_exact_sin(angle), radius};
        rim_brush_line(t->c, t->vein, &s, 0.5 + 0.5 * radius, 0.2 + 0.5 * radius);
        x = s.x1;
        y = s.y1;
        radius *= 0.96;
        if (radius > 0.15 && rim_rng_chance(r, 0.25))
            draw_branch(t, r, x, y, angle + (rim_rng_chance(r, 0.5) ? 0.6 : -0.6),
                        0.7 * radius, steps - i - 1);
    }
}

// Blood that has run together on the cut surface.
static void draw_pool(painter *t, rim_rng *r)
{
    const rim_phantom *p = t->p;
    if (p->o.scene != RIM_PHANTOM_WOUND || p->pool <= 0.0)
        return;
    draw_spot(t, r, RIM_COVER_BLOOD, 1.0, 0.0);
    spot *s = &t->spot[t->spots - 1];
    const double k = sqrt(p->pool);
    s->depth = 3.0;
    s->edge.x = p->wound_x + 0.1 * p->wound_a;
    s->edge.y = p->wound_y + 0.1 * p->wound_b;
    s->edge.ax = k * p->wound_a;
    s->edge.ay = k * p->wound_b;
    s->edge.cos_t = p->wound_cos;
    s->edge.sin_t = p->wound_sin;
}

static void draw_plan(painter *t)
{
    rim_phantom *p = t->p;
    rim_rng r;
    rim_rng_init(&r, p->o.seed, RIM_STREAM_CANVAS);
    t->seed = rim_rng_next(&r);
    const double w = p->o.width * t->c->mm, h = p->o.height * t->c->mm;
    const unsigned d = p->distractors;
    if (d >> RIM_DISTRACTOR_vessel & 1u)
        for (int n = rim_rng_int(&r, 1, 3); n > 0; n--) {
            // One statement a number: the order of arguments is the compiler's.
            const double x = 0.5 * w * rim_rng_uniform(&r, -1.2, 1.2);
            const double y = 0.5 * h * rim_rng_uniform(&r, -1.2, 1.2);
            const double angle = rim_rng_uniform(&r, 0.0, 2.0 * RIM_PI);
            draw_branch(t, &r, x, y, angle, rim_rng_uniform(&r, 0.3, 0.9), 14);
        }
    t->outside_glow = rim_rng_uniform(&r, 0.03, 0.2);
    t->segment_step = rim_rng_chance(&r, 0.5) ? rim_rng_uniform(&r, 0.25, 0.8)
                                              : rim_rng_uniform(&r, -0.5, -0.2);
    draw_pool(t, &r);
    const bool wound = p->o.scene == RIM_PHANTOM_WOUND;
    if (d >> RIM_DISTRACTOR_cautery & 1u)
        for (int n = rim_rng_int(&r, wound ? 3 : 1, wound ? 8 : 3); n > 0; n--)
            draw_spot(t, &r, RIM_COVER_CHAR,
                      rim_rng_log_uniform(&r, 0.6, wound ? 3.5 : 2.0),
                      wound ? 0.6 : 0.8);
    if (d >> RIM_DISTRACTOR_blood & 1u)
        for (int n = rim_rng_int(&r, 1, 4); n > 0; n--)
            draw_spot(t, &r, RIM_COVER_BLOOD, rim_rng_log_uniform(&r, 1.5, 10.0), 0.8);
    if (d >> RIM_DISTRACTOR_gauze & 1u)
        draw_spot(t, &r, RIM_COVER_GAUZE, rim_rng_uniform(&r, 7.0, 16.0), 1.0);
}

// ---- one point ----

typedef struct point {
    double x, y;
    double base, shade, leak, bump;
    rgb colour;
    int cover;
} point;

static double wound_inside(const rim_phantom *p, double x, double y)
{
    const double dx = x - p->wound_x, dy = y - p->wound_y;
    const double a = p->wound_cos * dx + p->wound_sin * dy,
                 b = p->wound_cos * dy - p->wound_sin * dx;
    const double len = sqrt(a * a + b * b) + 1e-9;
    const double unit =
        sqrt(a * a / (p->wound_a * p->wound_a) + b * b / (p->wound_b * p->wound_b)) +
        1e-9;
    return len / unit * (1.0 + rim_waves_at(&p->wound_edge, a / len, b / len)) - len;
}

static void paint_liver(const painter *t, point *q)
{
    const uint64_t s = t->seed;
    const double relief = rim_fractal(s + 10, q->x / 18.0, q->y / 18.0, 2);
    const double large = rim_fractal(s + 20, q->x / 7.0, q->y / 7.0, 2);
    const double lobule = rim_fractal(s + 30, q->x / 1.1, q->y / 1.1, 2);
    q->base = 1.0 + 0.2 * large + 0.07 * lobule;
    q->shade = 1.0 + 0.25 * relief;
    q->bump = 1.4 * rim_fractal(s + 40, q->x / 5.0, q->y / 5.0, 4);
    q->colour = liver_colour;
    scale(&q->colour, (1.0 + 0.35 * relief) * (1.0 + 0.2 * large + 0.25 * lobule));
    q->leak = 1.0 + 0.3 * relief + 0.1 * lobule;
}

static void paint_segment(const painter *t, point *q)
{
    const double side = rim_border_beyond(&t->p->segment, q->x, q->y);
    const double part = rim_step(side, -0.8, 0.8);
    q->base *= 1.0 + t->segment_step * part;
    const rgb dusky = {0.10, 0.026, 0.034};
    if (t->segment_step < 0.0)
        mix(&q->colour, &dusky, 0.35 * part);
}

static void paint_vein(const painter *t, point *q, size_t i)
{
    const double v = (double)t->vein[i];
    q->base *= 1.0 - 0.55 * v;
    q->leak *= 1.0 - 0.35 * v;
    mix(&q->colour, &vein_colour, 0.8 * v);
}

// Beyond the liver's edge: fat and bowel, which hold no dye.
static void paint_outside(const painter *t, point *q)
{
    const double side = rim_border_beyond(&t->p->edge, q->x, q->y);
    const double rim = rim_step(side, -6.0, 0.0); // the liver rounds off to its edge
    const double out = rim_step(side, -0.15, 0.15);
    scale(&q->colour, 1.0 - 0.55 * rim);
    q->shade *= 1.0 - 0.45 * rim;
    q->leak *= 1.0 - 0.4 * rim;
    if (out <= 0.0)
        return;
    const double lump = rim_fractal(t->seed + 70, q->x / 11.0, q->y / 11.0, 3);
    rgb fat = fat_colour;
    scale(&fat, (0.75 + 0.5 * lump) * (0.35 + 0.65 * rim_step(side, 0.0, 5.0)));
    mix(&q->colour, &fat, out);
    q->base += out * (t->outside_glow * (1.0 + 0.5 * lump) - q->base);
    q->shade += out * (1.0 - q->shade);
    q->leak += out * (1.9 * (1.0 + 0.4 * lump) - q->leak);
    q->bump += out * 0.3 * lump;
    if (out > 0.5)
        q->cover = RIM_COVER_OUTSIDE;
}

static void paint_wound(const painter *t, point *q)
{
    const uint64_t s = t->seed + 100;
    const double in = wound_inside(t->p, q->x, q->y);
    const double part = rim_step(in, -0.4, 0.4);
    // The capsule's edge is seared where the resection began.
    const double seam = rim_step(in, -1.6, 0.0) - rim_step(in, 0.0, 1.0);
    mix(&q->colour, &cooked_colour, 0.45 * seam);
    q->base *= 1.0 - 0.25 * seam;
    if (part <= 0.0)
        return;
    const double coarse = rim_fractal(s, q->x / 4.0, q->y / 4.0, 3);
    const double grain = rim_fractal(s + 10, q->x / 0.8, q->y / 0.8, 2);
    rgb raw = raw_colour;
    scale(&raw, (0.8 + 0.7 * coarse) * (1.0 + 0.6 * grain));
    mix(&raw, &cooked_colour, 0.6 * rim_step(coarse + 0.4 * grain, 0.1, 0.6));
    mix(&q->colour, &raw, part);
    q->base *= 1.0 + part * (0.30 * coarse + 0.16 * grain);
    q->shade *= 1.0 + part * (0.28 * coarse + 0.14 * grain - 0.05);
    q->leak *= 1.0 + part * (0.3 * coarse + 0.25 * grain);
    q->bump = q->bump * (1.0 - 0.5 * part) + part * (0.8 * grain + 0.4 * coarse);
}

static void paint_gauze(const painter *t, const spot *s, point *q, double inside)
{
    const double dx = q->x - s->edge.x, dy = q->y - s->edge.y;
    const double a = s->edge.cos_t * dx + s->edge.sin_t * dy,
                 b = s->edge.cos_t * dy - s->edge.sin_t * dx;
    const double fold = rim_fractal(t->seed + 80, a / 5.0, b / 9.0, 2);
    const double weave = 0.5 +
                         0.25 * rim_exact_sin(2.0 * RIM_PI * (a + 0.3 * fold) / 0.9) +
                         0.25 * rim_exact_sin(2.0 * RIM_PI * (b + 0.2 * fold) / 0.9);
    const double light = (0.6 + 0.4 * weave) * (1.0 + 0.4 * fold);
    // Bile that it has soaked up, in part of all gauzes.
    const double soak =
        rim_step(rim_fractal(t->seed + 85, q->x / 6.0, q->y / 6.0, 3), 0.15, 0.5) *
        (t->seed & 1 ? 1.0 : 0.0);
    q->cover = RIM_COVER_GAUZE;
    q->colour = gauze_colour;
    scale(&q->colour, light * (0.5 + 0.5 * rim_step(inside, 0.0, 1.0)));
    mix(&q->colour, &bile_colour, 0.35 * soak);
    q->base = soak * (2.0 + 3.0 * (double)(t->seed >> 8 & 3)) * light;
    q->shade = 1.0;
    q->leak = 3.0 * light;
    q->bump = -1.0;
}

static void paint_spot(const painter *t, const spot *s, point *q)
{
    const double in = rim_focus_inside(&s->edge, q->x, q->y);
    if (in < -2.0)
        return;
    if (s->cover == RIM_COVER_CHAR) {
        // A ring of cooked tissue, then char; the dye is lost in both.
        const double cooked = rim_step(in, -1.2, -0.2), burnt = rim_step(in, -0.2, 0.3);
        mix(&q->colour, &cooked_colour, 0.6 * cooked);
        mix(&q->colour, &char_colour, 0.95 * burnt);
        q->shade *= (1.0 - 0.3 * cooked) * (1.0 - 0.85 * burnt);
        q->leak *= (1.0 + 0.4 * cooked) * (1.0 - 0.9 * burnt);
        if (in > 0.0)
            q->cover = RIM_COVER_CHAR;
    } else if (s->cover == RIM_COVER_BLOOD) {
        // Deeper in the middle; light passes it twice (0.94 per mm at 810 nm).
        const double depth = s->depth * rim_step(in, -0.1, 0.35 * s->edge.ay + 0.2);
        const double film = rim_step(in, -0.1, 0.1);
        const double pass = rim_exact_exp(-0.94 * depth);
        mix(&q->colour, &blood_colour,
            film * (0.55 + 0.45 * rim_step(depth, 0.0, 0.6)));
        q->shade *= pass;
        q->leak *= 0.3 + 0.7 * pass;
        q->bump += 0.25 * film;
        if (depth > 0.8)
            q->cover = RIM_COVER_BLOOD;
    } else if (in > 0.0) {
        paint_gauze(t, s, q, in);
    }
}

// The white-light look of foci that reach the surface.
static void paint_focus(const rim_focus *f, point *q)
{
    const double in = rim_focus_inside(f, q->x, q->y);
    if (in < -1.0)
        return;
    if (f->shape == RIM_SHAPE_FILM && f->segments == 0) {
        const bool bladder = f->class_name[0] == 'g';
        const double part = rim_step(in, -0.05, bladder ? 0.3 : 0.15);
        const rgb *colour = bladder ? &bladder_colour : &bile_colour;
        rgb to = *colour;
        if (bladder)
            scale(&to, 0.5 + 0.5 * rim_step(in, 0.0, 0.5 * f->ay));
        mix(&q->colour, &to, (bladder ? 1.0 : 0.75) * part);
        q->bump += 0.3 * part;
    } else if (f->shape == RIM_SHAPE_SHELL && f->top < 1.0) {
        // Pale where the tumour reaches the surface; a millimetre of liver hides it.
        const double dx = q->x - f->x, dy = q->y - f->y;
        const double len = sqrt(dx * dx + dy * dy), rho = len / (len + in + 1e-9);
        const double cap = rho < 1.0 ? sqrt(1.0 - rho * rho) : 0.0;
        const double depth = f->top + f->az * (1.0 - cap) +
                             0.25 * rim_fractal(9, q->x / 1.5, q->y / 1.5, 3);
        const double dimple = rim_step(in, 0.4 * f->ay, 0.9 * f->ay);
        rgb pale = tumour_colour;
        scale(&pale,
              1.0 - 0.25 * dimple + 0.3 * rim_fractal(8, q->x / 2.0, q->y / 2.0, 3));
        if (in > 0.0)
            mix(&q->colour, &pale, 0.75 * (1.0 - rim_step(depth, -0.2, 0.9)));
    }
}

// ---- rows ----

static void store(rim_canvas *c, size_t i, const point *q, double leakage)
{
    const double k[3] = {q->colour.r, q->colour.g, q->colour.b};
    for (int n = 0; n < 3; n++) {
        const double v = k[n] < 0.0 ? 0.0 : k[n] > 1.0 ? 1.0 : k[n];
        c->rgb[3 * i + (size_t)n] = (uint16_t)(v * 65535.0 + 0.5);
    }
    const double shade = q->shade < 0.02 ? 0.02 : q->shade,
                 base = q->base < 0.0 ? 0.0 : q->base;
    c->base[i] = (float)(base * shade);
    c->shade[i] = (float)shade;
    c->leak[i] = (float)(leakage * (q->leak < 0.0 ? 0.0 : q->leak));
    c->glow[i] = c->base[i] + c->leak[i];
    c->bump[i] = (float)q->bump;
    c->cover[i] = (uint8_t)q->cover;
}

static void paint_rows(void *ctx, int job)
{
    const painter *t = ctx;
    const rim_phantom *p = t->p;
    rim_canvas *c = t->c;
    const int end =
        (job + 1) * ROWS_A_JOB < c->height ? (job + 1) * ROWS_A_JOB : c->height;
    for (int j = job * ROWS_A_JOB; j < end; j++) {
        for (int i = 0; i < c->width; i++) {
            const size_t at = (size_t)j * (size_t)c->width + (size_t)i;
            point q = {.x = c->x0 + i * c->mm, .y = c->y0 + j * c->mm};
            paint_liver(t, &q);
            if (p->segment.there)
                paint_segment(t, &q);
            paint_vein(t, &q, at);
            if (p->o.scene == RIM_PHANTOM_WOUND)
                paint_wound(t, &q);
            if (p->edge.there)
                paint_outside(t, &q);
            for (int k = 0; k < p->focus_count; k++)
                paint_focus(&p->focus[k], &q);
            for (int k = 0; k < t->spots; k++)
                paint_spot(t, &t->spot[k], &q);
            store(c, at, &q, p->leakage);
        }
    }
}

// Shades a focus's light as the tissue before it does, and adds it to the glow.
static void add_focus_light(rim_canvas *c, rim_focus *f)
{
    rim_patch *m = &f->light;
    for (int j = 0; j < m->height; j++) {
        for (int i = 0; i < m->width; i++) {
            float *v = &m->value[(size_t)j * (size_t)m->width + (size_t)i];
            *v *=
                (float)rim_canvas_at(c, c->shade, m->x0 + i * m->mm, m->y0 + j * m->mm);
        }
    }
    for (int j = 0; j < c->height; j++) {
        const double y = c->y0 + j * c->mm;
        if (y < m->y0 || y > m->y0 + m->height * m->mm)
            continue;
        for (int i = 0; i < c->width; i++) {
            const size_t at = (size_t)j * (size_t)c->width + (size_t)i;
            const double add = rim_patch_at(m, c->x0 + i * c->mm, y);
            if (c->cover[at] == RIM_COVER_GAUZE)
                continue; // hides what is below
            const float sum = c->glow[at] + (float)add;
            c->glow[at] = sum > 0.0f ? sum : 0.0f;
        }
    }
}

rim_err rim_canvas_paint(rim_phantom *p)
{
    painter *t = calloc(1, sizeof *t);
    const size_t n = (size_t)p->canvas.width * (size_t)p->canvas.height;
    float *vein = calloc(n, sizeof *vein);
    if (!t || !vein) {
        free(t);
        free(vein);
        rim_log_error(
            "phantom: no memory for a scene of %dx%d; choose a smaller --size",
            p->canvas.width, p->canvas.height);
        return RIM_ERR_MEMORY;
    }
    t->p = p;
    t->c = &p->canvas;
    t->vein = vein;
    draw_plan(t);
    rim_workers_run(p->workers, paint_rows, t,
                    (p->canvas.height + ROWS_A_JOB - 1) / ROWS_A_JOB);
    free(vein);
    free(t);
    for (int k = 0; k < p->focus_count; k++) {
        rim_focus *f = &p->focus[k];
        const rim_err err = rim_focus_light(f, &p->light, p->canvas.mm);
        if (err)
            return err;
        add_focus_light(&p->canvas, f);
    }
    return RIM_OK;
}
