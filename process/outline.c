// outline.c: centring on an outline, and the measures of it.
// SPDX-License-Identifier: MIT
#include "process/outline.h"

#include "process/ellipse.h"
#include "process/outline_rays.h"
#include "process/quantile.h"
#include "process/solve.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define LEAST_RADIUS_MM 0.6
#define RING_DIP        0.1
#define BEYOND          0.1  // radii that a centre may lie beyond the frame
#define AGREES          0.35 // radii from the ellipse
#define FAR             0.15 // radii: a ray that is this far off has half of its weight
#define LOOK_RAYS       8    // a part of RIM_RAYS: where only the centre is asked for
#define LOOK_STEPS      24

static double linear(const rim_scene *s, int log)
{
    return s->linear[log - RIM_RATIO_MIN];
}

static int quantile(const rim_rays *r, const int16_t *v, int n, double part)
{
    return rim_quantile_i16(r->scene->kernels, v, n, part);
}

enum { TERMS = 5 };

// Rows of the harmonics that a round outline is made of.
static void harmonics(double t[TERMS], rim_point u)
{
    t[0] = 1.0;
    t[1] = u.x;
    t[2] = u.y;
    t[3] = u.x * u.x - u.y * u.y;
    t[4] = 2.0 * u.x * u.y;
}

static double miss_of(const double v[TERMS], const rim_rays *r, int i)
{
    double t[TERMS], miss = r->ray[i].outline;
    harmonics(t, rim_rays_way(r, i));
    for (int a = 0; a < TERMS; a++)
        miss -= v[a] * t[a];
    return miss;
}

// Centre shift and radius from the standing rays:
// outline = c0 + c1 cos + s1 sin + c2 cos 2 + s2 sin 2, gaps pulled to round; once more
// with less of the rays that lie far from it.
static bool fit_harmonics(double v[TERMS], const rim_rays *r)
{
    double sharp = 0.0;
    for (int round = 0; round < 2; round++) {
        double m[TERMS][TERMS] = {{0}}, g[TERMS] = {0}, t[TERMS];
        int standing = 0;
        for (int i = 0; i < r->count; i++) {
            if (!r->ray[i].stands_out)
                continue;
            standing++;
            const double off = sharp * miss_of(v, r, i), w = 1.0 / (1.0 + off * off);
            harmonics(t, rim_rays_way(r, i));
            for (int a = 0; a < TERMS; a++) {
                for (int b = a; b < TERMS; b++)
                    m[a][b] += w * t[a] * t[b];
                g[a] += w * t[a] * r->ray[i].outline;
            }
        }
        if (standing < r->count / 6)
            return false;
        for (int a = 1; a < TERMS; a++)
            m[a][a] += a < 3 ? 1.0 : 3.0;
        if (!rim_solve(&m[0][0], g, TERMS) || !(g[0] > 0.0))
            return false;
        memcpy(v, g, sizeof g);
        sharp = 1.0 / (FAR * v[0]);
    }
    return isfinite(v[0]);
}

// What the outline promises: a linear guess at the log odds of the whole measurement,
// fitted to them on phantoms.
static double promise_of(const rim_rays *r, const double v[TERMS])
{
    double rough = 0.0, fall[RIM_RAYS], weakest = INFINITY, most = 0.0;
    int16_t contrast[RIM_RAYS];
    int standing = 0, cut = 0, seen = 0, dip = 0;
    for (int i = 0; i < r->count; i++) {
        const rim_ray *ray = &r->ray[i];
        fall[i] = ray->stands_out ? ray->fall : 0.0;
        cut += ray->cut;
        seen += ray->stands_out || !ray->cut;
        if (!ray->stands_out)
            continue;
        const double miss = miss_of(v, r, i);
        rough += miss * miss;
        dip += ray->peak - r->log[i][0];
        contrast[standing++] = (int16_t)(ray->peak - ray->background);
    }
    const int part = r->count / 8;
    for (int i = 0; i < r->count; i++) {
        double sum = 0.0;
        for (int j = 0; j < part; j++)
            sum += fall[(i + j) % r->count];
        weakest = fmin(weakest, sum);
        most = fmax(most, sum);
    }
    const double n = standing, high = quantile(r, contrast, standing, 0.9) / 1024.0;
    const double closed = n / seen; // of what the frame does not cut off
    const double radius_mm = v[0] * r->step * r->scene->grid->mm;
    const double size = fmin(fmax(rim_log2(radius_mm), -1.0), 4.0);
    return -9.8 - 4.0 * n / r->count + 10.0 * closed - 3.9 * fmax(closed - 0.7, 0.0) -
           6.7 * cut / r->count + 0.9 * fmin(high, 2.0) + 2.2 * fmin(high, 0.6) -
           13.0 * fmin(sqrt(rough / n) / v[0], 0.4) + 1.9 * weakest / most +
           1.1 * size - 2.1 * fmin(fmax(1.0 - size, 0.0), 1.0) -
           0.7 * fmin(dip / n / 1024.0, 2.0);
}

bool rim_outline_centre(rim_candidate *c, const rim_scene *scene)
{
    rim_rays r;
    int around;
    rim_rays_sample(&r, scene, c, LOOK_RAYS, LOOK_STEPS);
    rim_rays_find_path(&r);
    if (!rim_rays_background(&r, &around))
        return false;
    rim_rays_measure(&r, around);
    double v[TERMS] = {0};
    if (!fit_harmonics(v, &r))
        return false;
    c->promise = promise_of(&r, v);
    const double shift = sqrt(v[1] * v[1] + v[2] * v[2]), most = 0.6 * r.radius;
    const double part = r.step * (shift > most ? most / shift : 1.0);
    // Rays start within the frame, also where the middle of what it cuts lies beyond.
    c->x = fmin(fmax(c->x + part * v[1], 1.0), scene->grid->width - 3.0);
    c->y = fmin(fmax(c->y + part * v[2], 1.0), scene->grid->height - 3.0);
    c->radius = v[0] * r.step;
    return c->radius > 2.0;
}

// Median of a measure over some rays; NAN: none has it.
static double median_of(const rim_rays *r, uint64_t rays, size_t offset)
{
    double v[RIM_RAYS];
    int n = 0;
    for (int i = 0; i < r->count; i++) {
        const double x =
            *(const double *)(const void *)((const char *)&r->ray[i] + offset);
        if (rays >> i & 1 && !isnan(x))
            v[n++] = x;
    }
    return n ? rim_quantile(v, n, 0.5) : NAN;
}

// The ellipse, and which rays stand out and agree with it. False: none stands out.
static bool fit_outline(rim_spot *spot, const rim_rays *r, const rim_candidate *c)
{
    rim_point p[RIM_RAYS];
    double weight[RIM_RAYS], miss[RIM_RAYS] = {0};
    uint64_t on_outline = 0;
    for (int i = 0; i < RIM_RAYS; i++) {
        const bool on = r->ray[i].stands_out;
        const double d = on ? r->ray[i].outline * r->step : 0.0;
        const rim_point u = rim_rays_way(r, i);
        weight[i] = on;
        on_outline |= (uint64_t)on << i;
        p[i] = (rim_point){c->x + d * u.x, c->y + d * u.y};
    }
    if (!on_outline)
        return false;
    const double radius =
        r->step * median_of(r, on_outline, offsetof(rim_ray, outline));
    const rim_ellipse guess = {c->x, c->y, radius, radius, 0.0};
    rim_ellipse e;
    if (!rim_ellipse_fit(&e, miss, p, weight, RIM_RAYS, &guess))
        e = guess;
    spot->x = e.x;
    spot->y = e.y;
    spot->a = e.a;
    spot->b = e.b;
    spot->angle = e.angle;
    const rim_ellipse_form form = rim_ellipse_form_of(&e);
    const double size = sqrt(e.a * e.b), most = AGREES * size;
    double sum = 0.0;
    int n = 0;
    for (int i = 0; i < RIM_RAYS; i++) {
        const rim_point u = rim_rays_way(r, i);
        spot->outline[i] = rim_ellipse_radius(&form, u.x, u.y);
        if (weight[i] == 0.0)
            continue;
        if (fabs(miss[i]) < most)
            spot->stands_out |= UINT64_C(1) << i;
        const double m = fmin(fabs(miss[i]), most);
        sum += m * m;
        n++;
    }
    spot->rough = n ? sqrt(sum / n) / size : 1.0;
    return true;
}

// What the rays that are on the outline have in common, of those that are seen. False:
// too few.
static bool sum_up(rim_spot *spot, const rim_rays *r, int around)
{
    int standing = 0, seen = 0;
    double fall[RIM_RAYS], copy[RIM_RAYS];
    int16_t peak[RIM_RAYS], inner[RIM_RAYS];
    for (int i = 0; i < RIM_RAYS; i++) {
        const rim_ray *ray = &r->ray[i];
        const bool on = spot->stands_out >> i & 1;
        if (ray->cut && !on)
            continue;
        copy[seen] = fall[seen] = on ? ray->fall : 0.0;
        seen++;
        if (!on)
            continue;
        peak[standing] = (int16_t)ray->peak;
        inner[standing++] = (int16_t)ray->inner;
    }
    if (standing < RIM_RAYS / 6)
        return false;
    spot->background = linear(r->scene, around);
    spot->coverage = (double)standing / RIM_RAYS;
    spot->cut = 1.0 - (double)seen / RIM_RAYS;
    spot->peak = linear(r->scene, quantile(r, peak, standing, 0.9));
    spot->patchy = (spot->peak - linear(r->scene, quantile(r, peak, standing, 0.25))) /
                   (spot->peak - spot->background);
    spot->sbr = spot->peak / spot->background;
    spot->inner = linear(r->scene, quantile(r, inner, standing, 0.5));
    spot->rim_width =
        r->step * median_of(r, spot->stands_out, offsetof(rim_ray, width));
    spot->edge_mm = r->step * r->scene->grid->mm *
                    median_of(r, spot->stands_out, offsetof(rim_ray, edge));
    const double usual = rim_quantile(copy, seen, 0.75);
    spot->weakest = 1.0;
    for (int i = 0; i < seen; i++) {
        double sum = 0.0;
        for (int j = 0; j < RIM_RAYS / 8; j++)
            sum += fall[(i + j) % seen];
        spot->weakest = fmin(spot->weakest, sum / (RIM_RAYS / 8) / usual);
    }
    return spot->peak > spot->background;
}

// Samples beyond the outline: robust deviation, and the part above half way.
static void measure_around(rim_spot *spot, const rim_rays *r, int around)
{
    int16_t v[RIM_RAYS / 2 * RIM_STEPS];
    int n = 0, bright = 0;
    const int top = (int)(RIM_LOG2_ONE * rim_log2(spot->sbr)) + around;
    const int half = rim_outline_scene_between(
        r->scene, RIM_PART_HALF, around, top < RIM_RATIO_MAX ? top : RIM_RATIO_MAX);
    for (int i = 0; i < RIM_RAYS; i += 2) {
        const int first = rim_rays_outside(r, i);
        const uint64_t all = UINT64_MAX >> (64 - r->steps);
        if (r->valid[i] == all && first < r->steps) {
            memcpy(v + n, r->log[i] + first, (size_t)(r->steps - first) * sizeof *v);
            n += r->steps - first;
            continue;
        }
        for (int k = first; k < r->steps; k++)
            if (r->valid[i] >> k & 1)
                v[n++] = r->log[i][k];
    }
    for (int i = 0; i < n; i++) {
        const int16_t off = (int16_t)(v[i] - around);
        bright += v[i] > half;
        v[i] = off < 0 ? (int16_t)-off : off;
    }
    // In the logarithm a small deviation is one of the background.
    const double ln2 = 0.69314718055994530942;
    spot->spread =
        n ? 1.48 * ln2 / RIM_LOG2_ONE * quantile(r, v, n, 0.5) * spot->background : NAN;
    spot->crowd = n ? (double)bright / n : 1.0;
}

// Part of a ray's inside that is at full scale, by area.
static void count_full(double *full, double *area, const rim_rays *r,
                       const rim_candidate *c, int i)
{
    const rim_scene *s = r->scene;
    const rim_point u = rim_rays_way(r, i);
    for (int k = 1; k <= r->path[i]; k += 2) {
        if (!(r->valid[i] >> k & 1))
            continue;
        const int x = (int)(c->x + k * r->step * u.x),
                  y = (int)(c->y + k * r->step * u.y);
        *full += k * s->saturated[(size_t)y * (size_t)s->grid->width + (size_t)x];
        *area += k;
    }
}

// What lies inside the outline: core, saturation, grain.
static void measure_inside(rim_spot *spot, const rim_rays *r, const rim_candidate *c)
{
    double core = 0.0, grain = 0.0, full = 0.0, area = 0.0;
    int cores = 0, grains = 0;
    int h = (int)(0.4 / r->scene->grid->mm / r->step + 0.5);
    h = h < 1 ? 1 : h;
    const double middle = fmax(0.15 * r->radius, 1.0);
    for (int i = 0; i < RIM_RAYS; i += 2) {
        const int last = r->path[i] + h < r->steps ? r->path[i] : r->steps - 1 - h;
        double t[RIM_STEPS];
        for (int k = 0; k <= last + h; k++)
            t[k] = linear(r->scene, r->log[i][k]);
        for (int k = 0; k <= middle; k++)
            if (r->valid[i] >> k & 1) {
                core += t[k];
                cores++;
            }
        for (int k = h; k <= last; k++)
            grain += fabs(t[k - h] - 2 * t[k] + t[k + h]);
        grains += last >= h ? last - h + 1 : 0;
        count_full(&full, &area, r, c, i);
    }
    spot->core = cores ? core / cores : NAN;
    spot->saturated = area > 0.0 ? full / 255.0 / area : 0.0;
    // A ring is at least half of the highest, and a tenth of it above the core.
    const double half = 0.5 * (spot->peak + spot->background);
    const double dip = fmin(spot->core, spot->inner) + RING_DIP * spot->peak;
    int ring = 0, seen = 0;
    for (int i = 0; i < RIM_RAYS; i++) {
        const double peak = linear(r->scene, r->ray[i].peak);
        const bool on = spot->stands_out >> i & 1;
        ring += on && peak >= half && peak >= dip;
        seen += on || !r->ray[i].cut;
    }
    spot->ring = (double)ring / seen; // what the frame cuts off is taken to go on
    spot->grain = grains ? grain / grains / (spot->peak - spot->background) : 0.0;
}

// A lesion whose middle is not in view is not told from an organ or a spill.
static bool in_frame(const rim_spot *s, const rim_grid *g)
{
    const double most = BEYOND * sqrt(s->a * s->b);
    return s->x > -most && s->y > -most && s->x < g->width - 1 + most &&
           s->y < g->height - 1 + most;
}

bool rim_outline_fit(rim_spot *spot, const rim_scene *scene, const rim_candidate *c)
{
    rim_rays r;
    int around;
    *spot = (rim_spot){0};
    rim_rays_sample(&r, scene, c, RIM_RAYS, RIM_STEPS);
    rim_rays_find_path(&r);
    if (!rim_rays_background(&r, &around))
        return false;
    rim_rays_measure(&r, around);
    rim_rays_measure_widths(&r);
    if (!fit_outline(spot, &r, c) || !sum_up(spot, &r, around))
        return false;
    if (!(spot->b * scene->grid->mm > LEAST_RADIUS_MM) || !in_frame(spot, scene->grid))
        return false;
    measure_around(spot, &r, around);
    measure_inside(spot, &r, c);
    return isfinite(spot->x) && isfinite(spot->a) && isfinite(spot->spread);
}
