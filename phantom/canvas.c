// canvas.c: the maps of a scene's surface: memory, looking up, noise, brushes.
// SPDX-License-Identifier: MIT
#include "phantom/canvas.h"
#include "phantom/exact.h"

#include "base/log.h"

#include <math.h>
#include <stdlib.h>

// As large as all frames together see, and a little more.
static void bounds(rim_canvas *c, const rim_phantom *p)
{
    const rim_phantom_options *o = &p->o;
    double x0 = 1e9, y0 = 1e9, x1 = -1e9, y1 = -1e9;
    for (int n = 0; n < o->frames; n++) {
        rim_view v;
        rim_view_at(&v, &p->motion, o, n);
        for (int k = 0; k < 8; k++) { // corners and middles of the sides
            static const double at[8][2] = {{0, 0},  {1, 0},  {0, 1},  {1, 1},
                                            {.5, 0}, {.5, 1}, {0, .5}, {1, .5}};
            double x, y;
            rim_view_to_scene(&v, o, at[k][0] * (o->width - 1),
                              at[k][1] * (o->height - 1), &x, &y);
            x0 = x < x0 ? x : x0;
            y0 = y < y0 ? y : y0;
            x1 = x > x1 ? x : x1;
            y1 = y > y1 ? y : y1;
        }
    }
    const double margin = 2.0 * fabs(p->motion.bend_mm) + 4.0 * o->mm_per_px;
    c->mm = o->mm_per_px;
    c->x0 = x0 - margin;
    c->y0 = y0 - margin;
    c->width = (int)ceil((x1 - x0 + 2.0 * margin) / c->mm) + 1;
    c->height = (int)ceil((y1 - y0 + 2.0 * margin) / c->mm) + 1;
}

rim_err rim_canvas_init(rim_phantom *p)
{
    rim_canvas *c = &p->canvas;
    bounds(c, p);
    const size_t n = (size_t)c->width * (size_t)c->height;
    c->glow = calloc(n, sizeof *c->glow);
    c->base = calloc(n, sizeof *c->base);
    c->shade = calloc(n, sizeof *c->shade);
    c->leak = calloc(n, sizeof *c->leak);
    c->bump = calloc(n, sizeof *c->bump);
    c->rgb = calloc(n, 3 * sizeof *c->rgb);
    c->cover = calloc(n, 1);
    if (c->glow && c->base && c->shade && c->leak && c->bump && c->rgb && c->cover)
        return RIM_OK;
    rim_log_error("phantom: no memory for a scene of %dx%d; choose a smaller --size",
                  c->width, c->height);
    return RIM_ERR_MEMORY;
}

void rim_canvas_uninit(rim_canvas *c)
{
    free(c->glow);
    free(c->base);
    free(c->shade);
    free(c->leak);
    free(c->bump);
    free(c->rgb);
    free(c->cover);
    *c = (rim_canvas){0};
}

double rim_border_beyond(const rim_border *b, double x, double y)
{
    const double k = b->wave_length_mm;
    return x * b->nx + y * b->ny - b->at +
           b->wave_mm * rim_fractal(b->seed, x / k, y / k, 3);
}

double rim_canvas_at(const rim_canvas *c, const float *map, double x, double y)
{
    const double limit_x = c->width - 1.001, limit_y = c->height - 1.001;
    double fx = (x - c->x0) / c->mm, fy = (y - c->y0) / c->mm;
    fx = fx < 0.0 ? 0.0 : fx > limit_x ? limit_x : fx;
    fy = fy < 0.0 ? 0.0 : fy > limit_y ? limit_y : fy;
    const int i = (int)fx, j = (int)fy;
    const double u = fx - i, v = fy - j;
    const float *a = map + (size_t)j * (size_t)c->width + i, *b = a + c->width;
    return (1.0 - v) * ((1.0 - u) * (double)a[0] + u * (double)a[1]) +
           v * ((1.0 - u) * (double)b[0] + u * (double)b[1]);
}

int rim_canvas_cover(const rim_canvas *c, double x, double y)
{
    const int i = (int)floor((x - c->x0) / c->mm + 0.5);
    const int j = (int)floor((y - c->y0) / c->mm + 0.5);
    if (i < 0 || j < 0 || i >= c->width || j >= c->height)
        return RIM_COVER_NONE;
    return c->cover[(size_t)j * (size_t)c->width + (size_t)i];
}

// Gradient noise (Perlin): a random slope at each lattice point, (dx, dy) from it.
static double slope(uint64_t seed, int64_t x, int64_t y, double dx, double dy)
{
    const uint64_t h =
        rim_rng_hash(seed ^ ((uint64_t)x * UINT64_C(0x9e3779b185ebca87) +
                             (uint64_t)y * UINT64_C(0xc2b2ae3d27d4eb4f)));
    const double gx = (double)(h & 0xffff) / 32767.5 - 1.0,
                 gy = (double)(h >> 16 & 0xffff) / 32767.5 - 1.0;
    return gx * dx + gy * dy;
}

double rim_noise(uint64_t seed, double x, double y)
{
    const double fx = floor(x), fy = floor(y);
    const int64_t i = (int64_t)fx, j = (int64_t)fy;
    const double p = x - fx, q = y - fy;
    const double u = p * p * p * (p * (6.0 * p - 15.0) + 10.0);
    const double v = q * q * q * (q * (6.0 * q - 15.0) + 10.0);
    const double a = slope(seed, i, j, p, q), b = slope(seed, i + 1, j, p - 1.0, q),
                 c = slope(seed, i, j + 1, p, q - 1.0),
                 d = slope(seed, i + 1, j + 1, p - 1.0, q - 1.0);
    return 1.6 * (a + u * (b - a) + v * ((c - a) + u * (a - b - c + d)));
}

double rim_fractal(uint64_t seed, double x, double y, int octaves)
{
    double sum = 0.0, part = 0.5;
    for (int k = 0; k < octaves; k++) {
        sum += part * rim_noise(seed + (uint64_t)k, x, y);
        // Turned by some 37 degrees, so that the lattices do not line up.
        const double t = 2.03 * (0.8 * x - 0.6 * y);
        y = 2.03 * (0.6 * x + 0.8 * y);
        x = t;
        part *= 0.5;
    }
    return sum;
}

double rim_step(double x, double lo, double hi)
{
    const double t = x <= lo ? 0.0 : x >= hi ? 1.0 : (x - lo) / (hi - lo);
    return t * t * (3.0 - 2.0 * t);
}

void rim_brush_line(const rim_canvas *c, float *map, const rim_segment *s,
                    double soft_mm, double strength)
{
    const double reach = s->radius + 3.0 * soft_mm;
    const double lx = s->x0 < s->x1 ? s->x0 : s->x1, hx = s->x0 < s->x1 ? s->x1 : s->x0;
    const double ly = s->y0 < s->y1 ? s->y0 : s->y1, hy = s->y0 < s->y1 ? s->y1 : s->y0;
    int i0 = (int)floor((lx - reach - c->x0) / c->mm),
        i1 = (int)ceil((hx + reach - c->x0) / c->mm);
    int j0 = (int)floor((ly - reach - c->y0) / c->mm),
        j1 = (int)ceil((hy + reach - c->y0) / c->mm);
    i0 = i0 < 0 ? 0 : i0;
    j0 = j0 < 0 ? 0 : j0;
    i1 = i1 >= c->width ? c->width - 1 : i1;
    j1 = j1 >= c->height ? c->height - 1 : j1;
    const double ex = s->x1 - s->x0, ey = s->y1 - s->y0,
                 len2 = ex * ex + ey * ey + 1e-12;
    for (int j = j0; j <= j1; j++) {
        for (int i = i0; i <= i1; i++) {
            const double x = c->x0 + i * c->mm - s->x0, y = c->y0 + j * c->mm - s->y0;
            double t = (x * ex + y * ey) / len2;
            t = t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
            const double dx = x - t * ex, dy = y - t * ey;
            const double out = sqrt(dx * dx + dy * dy) - s->radius;
            const float v =
                (float)(strength * (1.0 - rim_step(out, -soft_mm, 2.0 * soft_mm)));
            float *at = &map[(size_t)j * (size_t)c->width + (size_t)i];
            *at = v > *at ? v : *at;
        }
    }
}
