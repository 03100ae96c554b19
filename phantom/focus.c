// focus.c: where the dye of a focus sits, and the light that it adds.
// SPDX-License-Identifier: MIT
#include "phantom/scene.h"

#include <math.h>
#include <string.h>

// Light farther from the dye than this is below 1 % of liver's for any uptake.
#define MARGIN_MM 12.0

static double ramp(double x)
{
    return x <= 0.0 ? 0.0 : x >= 1.0 ? 1.0 : x;
}

// A point as an ellipsoid sees it.
typedef struct seen_by {
    double out;  // distance outside the core, negative within
    double c, s; // direction from the axis
    double side; // 1 at the equator, 0 at the poles
} seen_by;

static seen_by look_from(const rim_focus *f, double dx, double dy, double dz)
{
    const double p = f->cos_t * dx + f->sin_t * dy, q = f->cos_t * dy - f->sin_t * dx;
    const double flat = sqrt(p * p + q * q), len = sqrt(flat * flat + dz * dz) + 1e-9;
    const double unit = sqrt(p * p / (f->ax * f->ax) + q * q / (f->ay * f->ay) +
                             dz * dz / (f->az * f->az)) +
                        1e-9;
    seen_by v = {.c = flat > 1e-9 ? p / flat : 1.0, .s = flat > 1e-9 ? q / flat : 0.0};
    const double bump = rim_waves_at(&f->bumps, v.c, v.s) * flat / len;
    v.out = len - len / unit * (1.0 + bump);
    v.side = ramp(2.0 * flat / len);
    return v;
}

// Part of the shell's dye in this direction. Gaps do not reach the poles, where
// they would all meet: there the shell holds half of it.
static double shell_part(const rim_focus *f, const seen_by *v)
{
    if (f->gap_soft <= 0.0)
        return 1.0;
    const double wave = rim_waves_at(&f->gaps, v->c, v->s);
    const double part = ramp(0.5 + (wave - f->gap_level) / f->gap_soft);
    return v->side * part + (1.0 - v->side) * 0.5;
}

static double shell_dye(const rim_focus *f, double x, double y, double z, double soft)
{
    const seen_by v = look_from(f, x - f->x, y - f->y, z - (f->top + f->az));
    const double in_core = ramp(0.5 - v.out / soft),
                 in_all = ramp(0.5 - (v.out - f->rim) / soft);
    double dye = (f->core - 1.0) * in_core;
    if (in_all > in_core)
        dye += (f->uptake - 1.0) * shell_part(f, &v) * (in_all - in_core);
    const rim_focus *n = f->neighbour;
    if (dye != 0.0 && n) {
        const double out =
            look_from(n, x - n->x, y - n->y, z - (n->top + n->az)).out - n->rim;
        dye *= 1.0 - ramp(0.5 - out / soft);
    }
    return dye;
}

static void dye_shell(const void *ctx, float *row, int count, double x0, double step,
                      double y, double z, double soft)
{
    const rim_focus *f = ctx;
    const double dy = y - f->y, dz = z - (f->top + f->az);
    const double far = 1.3 * (f->ax > f->ay ? f->ax : f->ay) + f->rim + 2.0 * soft;
    memset(row, 0, (size_t)count * sizeof *row);
    if (fabs(dy) > far || fabs(dz) > 1.3 * f->az + f->rim + 2.0 * soft)
        return;
    for (int i = 0; i < count; i++) {
        const double x = x0 + i * step;
        if (fabs(x - f->x) <= far)
            row[i] = (float)shell_dye(f, x, y, z, soft);
    }
}

double rim_focus_inside(const rim_focus *f, double x, double y)
{
    const double dx = x - f->x, dy = y - f->y;
    const double p = f->cos_t * dx + f->sin_t * dy, q = f->cos_t * dy - f->sin_t * dx;
    const double len = sqrt(p * p + q * q) + 1e-9;
    const double unit = sqrt(p * p / (f->ax * f->ax) + q * q / (f->ay * f->ay)) + 1e-9;
    return len / unit * (1.0 + rim_waves_at(&f->bumps, p / len, q / len)) - len;
}

static void dye_disc(const void *ctx, float *row, int count, double x0, double step,
                     double y, double z, double soft)
{
    const rim_focus *f = ctx;
    // Layers are 0.1 mm, below 1 mm a tenth of the depth.
    const double layer = z < 1.0 ? 0.1 : 0.1 * z;
    const double part = ramp(0.5 + (z - f->top) / layer) *
                        ramp(0.5 + (f->top + f->thickness - z) / layer);
    for (int i = 0; i < count; i++) {
        const double x = x0 + i * step;
        double v = 0.0;
        if (part > 0.0) {
            const double inside = ramp(0.5 + rim_focus_inside(f, x, y) / soft);
            v = (f->uptake - 1.0) * part * inside;
        }
        row[i] = (float)v;
    }
}

// Distance from a segment, less its radius.
static double beyond_segment(const rim_segment *s, double x, double y, double dz)
{
    const double ex = s->x1 - s->x0, ey = s->y1 - s->y0;
    const double len2 = ex * ex + ey * ey + 1e-12;
    const double t = ramp(((x - s->x0) * ex + (y - s->y0) * ey) / len2);
    const double dx = x - (s->x0 + t * ex), dy = y - (s->y0 + t * ey);
    return sqrt(dx * dx + dy * dy + dz * dz) - s->radius;
}

static double tube_inside(const rim_focus *f, double x, double y, double dz)
{
    double best = -1e9;
    for (int k = 0; k < f->segments; k++) {
        const double inside = -beyond_segment(&f->segment[k], x, y, dz);
        best = inside > best ? inside : best;
    }
    return best;
}

static void dye_tube(const void *ctx, float *row, int count, double x0, double step,
                     double y, double z, double soft)
{
    const rim_focus *f = ctx;
    const double dz = z - (f->top + f->az);
    for (int i = 0; i < count; i++) {
        const double inside = tube_inside(f, x0 + i * step, y, dz);
        row[i] = (float)((f->uptake - 1.0) * ramp(0.5 + inside / soft));
    }
}

// Fluid or tissue on the surface: as bright as `uptake` times liver, fading over
// the outer part of a puddle that thins out (bumps of its thickness).
static void fill_film(rim_focus *f)
{
    rim_patch *m = &f->light;
    for (int j = 0; j < m->height; j++) {
        for (int i = 0; i < m->width; i++) {
            const double x = m->x0 + i * m->mm, y = m->y0 + j * m->mm;
            const double inside =
                f->segments ? tube_inside(f, x, y, 0.0) : rim_focus_inside(f, x, y);
            const double edge = ramp(0.5 + inside / m->mm);
            if (edge <= 0.0)
                continue;
            const double r = f->ax < f->ay ? f->ax : f->ay;
            const double swell = 0.75 + 0.25 * ramp(inside / (0.5 * r));
            m->value[(size_t)j * (size_t)m->width + (size_t)i] =
                (float)((f->uptake - f->core) * edge * swell);
        }
    }
}

static void extent(const rim_focus *f, double *x0, double *y0, double *x1, double *y1)
{
    const double r = 1.3 * (f->ax > f->ay ? f->ax : f->ay) + f->rim;
    *x0 = f->x - r;
    *x1 = f->x + r;
    *y0 = f->y - r;
    *y1 = f->y + r;
    for (int k = 0; k < f->segments; k++) {
        const rim_segment *s = &f->segment[k];
        const double lx = s->x0 < s->x1 ? s->x0 : s->x1,
                     hx = s->x0 < s->x1 ? s->x1 : s->x0;
        const double ly = s->y0 < s->y1 ? s->y0 : s->y1,
                     hy = s->y0 < s->y1 ? s->y1 : s->y0;
        *x0 = lx - s->radius < *x0 ? lx - s->radius : *x0;
        *x1 = hx + s->radius > *x1 ? hx + s->radius : *x1;
        *y0 = ly - s->radius < *y0 ? ly - s->radius : *y0;
        *y1 = hy + s->radius > *y1 ? hy + s->radius : *y1;
    }
}

rim_err rim_focus_light(rim_focus *f, const rim_light *light, double mm)
{
    double x0, y0, x1, y1;
    extent(f, &x0, &y0, &x1, &y1);
    // As fine as the picture, but not finer than tissue can show, nor so fine that
    // a large lesion takes seconds.
    const double side = x1 - x0 > y1 - y0 ? x1 - x0 : y1 - y0;
    double fine = 0.7 * mm < 0.05 ? 0.05 : 0.7 * mm > 0.1 ? 0.1 : 0.7 * mm;
    if (fine < side / 450.0)
        fine = side / 450.0;
    const double margin = f->shape == RIM_SHAPE_FILM ? 0.5 : MARGIN_MM;
    const rim_err err = rim_patch_init(&f->light, x0 - margin, y0 - margin, x1 + margin,
                                       y1 + margin, fine);
    if (err)
        return err;
    switch (f->shape) {
    case RIM_SHAPE_SHELL:
        return rim_light_add(light, &f->light, dye_shell, f, f->top - f->rim,
                             f->top + 2.0 * f->az + f->rim);
    case RIM_SHAPE_DISC:
        return rim_light_add(light, &f->light, dye_disc, f, f->top,
                             f->top + f->thickness);
    case RIM_SHAPE_TUBE:
        return rim_light_add(light, &f->light, dye_tube, f, f->top,
                             f->top + 2.0 * f->az);
    case RIM_SHAPE_FILM:
        fill_film(f);
        break;
    case RIM_SHAPE_NONE:
        break;
    }
    return RIM_OK;
}
