// outline_level.c: background, peaks and half ways of rays whose path is known.
// SPDX-License-Identifier: MIT
#include "process/outline_rays.h"
#include "process/quantile.h"

#include <math.h>
#include <string.h>

#define LEAST_FALL   0.08 // of the background: a ray that falls less does not stand out
#define PART_OF_FALL 0.3  // of the median fall, likewise
#define VALLEY_RISE  60   // Q10, 4 per cent: noise
#define DARK_SIDE    (-755) // Q10, 0.6: no ray's background lies lower than this under all

static double linear(const rim_scene *s, int log)
{
    return s->linear[log - RIM_RATIO_MIN];
}

static int quantile(const rim_rays *r, const int16_t *v, int n, double part)
{
    return rim_quantile_i16(r->scene->kernels, v, n, part);
}

// Which samples of ray i lie below `level`.
static uint64_t below(const rim_rays *r, int i, int level)
{
    return r->scene->kernels->below_row(r->log[i], level, r->steps);
}

// Where three equally spaced values of b + A q^n end: b (Aitken 1926). The last of
// them where they do not fall ever slower.
static double fades_to(double t1, double t2, double t3)
{
    const double d1 = t1 - t2, d2 = t2 - t3;
    return d2 > 0.0 && d1 > 1.05 * d2 ? t3 - d2 * d2 / (d1 - d2) : t3;
}

// A lesion's own glow reaches far beyond its outline and fades as an exponential
// (Farrell 1992), so what lies around is brighter than what lies under it: where that
// is so, the glow is followed to its end, but not below the model's background (T = 1).
bool rim_rays_background(const rim_rays *r, int *around)
{
    // Neighbours say the same: sixteen rays are enough. Whole parts are copied, and
    // what is behind them is written over.
    enum { PARTS = 3, RAYS = 16, PART = 24, MOST = (RAYS + 1) * PART };
    const int rays = r->count < RAYS ? r->count : RAYS;
    int16_t v[PARTS][MOST];
    const uint64_t all = UINT64_MAX >> (64 - r->steps);
    int n[PARTS] = {0}, level[PARTS];
    for (int i = 0; i < r->count; i += r->count / rays) {
        const int first = rim_rays_outside(r, i), length = r->steps - first;
        for (int part = 0; part < PARTS; part++) {
            const int end = first + length * (part + 1) / PARTS;
            int k = first + length * part / PARTS;
            int16_t *to = v[part] + n[part];
            if (r->valid[i] == all && k < end) {
                memcpy(to, r->log[i] + k, PART * sizeof *to);
                to += end - k;
                k = end;
            }
            for (; k < end; k++)
                if (r->valid[i] >> k & 1)
                    *to++ = r->log[i][k];
            n[part] = (int)(to - v[part]);
        }
    }
    if (n[0] + n[1] + n[2] < 2 * rays)
        return false;
    for (int part = 0; part < PARTS; part++) {
        if (n[part] < rays / 2) {
            if (part == 0)
                return false;
            *around = level[part - 1];
            return true;
        }
        level[part] = quantile(r, v[part], n[part], 0.3);
    }
    if (level[PARTS - 1] <= 0) {
        const int middle = quantile(r, v[1], n[1], 0.5);
        *around = middle < 0 ? middle : 0;
        return true;
    }
    const double end = fades_to(linear(r->scene, level[0]), linear(r->scene, level[1]),
                                linear(r->scene, level[2]));
    *around = end > 1.0 ? (int)(1024.0 * rim_log2(end) + 0.5) : 0;
    return true;
}

static int count(uint64_t bits)
{
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) +
           (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (int)(bits * UINT64_C(0x0101010101010101) >> 56);
}

// On the dark side of a step the ray's own surroundings count: their median.
static int background_of(const rim_rays *r, int i, int around)
{
    const int first = rim_rays_outside(r, i), low = around + DARK_SIDE;
    const int16_t *l = r->log[i];
    if (first >= r->steps)
        return around;
    int n = 0;
    const int dark = count(below(r, i, around - 24) >> first); // 1.6 per cent
    if (2 * dark < r->steps - first) // unknown samples repeat known ones
        return around;
    int16_t some[RIM_STEPS];
    const int16_t *v = l + first;
    if (r->valid[i] == UINT64_MAX >> (64 - r->steps)) {
        n = r->steps - first;
    } else {
        for (int k = first; k < r->steps; k++) {
            some[n] = l[k];
            n += (int)(r->valid[i] >> k & 1);
        }
        v = some;
    }
    if (n < 2)
        return around;
    const int own = quantile(r, v, n, 0.5);
    return own > around ? around : own < low ? low : own;
}

// Number of samples known in a row from k on.
static int known_from(const rim_rays *r, int i, int k)
{
    const uint64_t gap = ~(r->valid[i] >> k);
    return gap ? __builtin_ctzll(gap) : RIM_STEPS;
}

// Where the ray first falls below `level` after sample *k, between samples; *k becomes
// the last one before. NAN where it does not before sample `end`.
static double falls_below(const rim_rays *r, int i, int *k, int end, int level)
{
    const int16_t *l = r->log[i];
    if (*k + 1 >= end)
        return NAN;
    const uint64_t left = below(r, i, level) >> (*k + 1);
    const int first = *k + 1 + (left ? __builtin_ctzll(left) : RIM_STEPS);
    if (first >= end) {
        *k = end - 1;
        return NAN;
    }
    *k = first - 1;
    const int a = l[first - 1], b = l[first];
    return *k + (a > level ? (double)(a - level) / (a - b) : 0.0);
}

// Where the ray climbs another lesion's flank before it has come down to half way, the
// path of steepest fall is the outline.
static void stop_in_valley(rim_rays *r, int i, int end)
{
    rim_ray *ray = &r->ray[i];
    const int16_t *l = r->log[i];
    int lowest = l[r->path[i]];
    for (int k = r->path[i] + 1; k < end && k < r->steps; k++) {
        lowest = l[k] < lowest ? l[k] : lowest;
        if (l[k] <=
                rim_outline_scene_between(r->scene, RIM_PART_QUARTER, lowest,
                                          ray->peak > lowest ? ray->peak : lowest) ||
            l[k] <= lowest + VALLEY_RISE)
            continue;
        ray->outline = r->path[i];
        ray->fall = linear(r->scene, ray->peak) - linear(r->scene, lowest);
        return;
    }
}

static void measure_ray(rim_rays *r, int i, int around)
{
    rim_ray *ray = &r->ray[i];
    const int16_t *l = r->log[i];
    *ray = (rim_ray){.background = background_of(r, i, around), .outline = NAN};
    const int peak = r->scene->kernels->highest_row(l, r->path[i] + 1);
    const int at = __builtin_ctzll(~below(r, i, peak)); // the first of them
    ray->peak = peak;
    ray->peak_at = at;
    const int known = at + known_from(r, i, at);
    // The path touches the end of the known, or the ray leaves it on the way down.
    ray->cut = !(r->valid[i] >> r->path[i] & 1) ||
               (r->path[i] + 1 < r->steps && !(r->valid[i] >> (r->path[i] + 1) & 1));
    if (peak <= ray->background)
        return;
    ray->fall = linear(r->scene, peak) - linear(r->scene, ray->background);
    int k = at;
    const int half =
        rim_outline_scene_between(r->scene, RIM_PART_HALF, ray->background, peak);
    ray->outline = falls_below(r, i, &k, known < r->steps ? known : r->steps, half);
    ray->cut |= isnan(ray->outline) && known < r->steps;
    stop_in_valley(r, i, isnan(ray->outline) ? known : k + 1);
}

void rim_rays_measure(rim_rays *r, int around)
{
    int16_t fall[RIM_RAYS]; // Q8: T is at most 64
    for (int i = 0; i < r->count; i++) {
        measure_ray(r, i, around);
        fall[i] = (int16_t)(256.0 * r->ray[i].fall);
    }
    const double usual = PART_OF_FALL / 256.0 * quantile(r, fall, r->count, 0.5);
    const double least = LEAST_FALL * linear(r->scene, around);
    for (int i = 0; i < r->count; i++) {
        rim_ray *ray = &r->ray[i];
        ray->stands_out = !isnan(ray->outline) && ray->fall > least &&
                          ray->fall > usual && ray->outline > 0.3 * r->radius &&
                          ray->outline < 1.9 * r->radius;
    }
}

// The same inwards from the peak.
static double rises_to(const rim_rays *r, int i, int level)
{
    const int16_t *l = r->log[i];
    for (int k = r->ray[i].peak_at; k > 0; k--) {
        if (!(r->valid[i] >> (k - 1) & 1))
            return NAN;
        if (l[k - 1] < level) {
            const int a = l[k], b = l[k - 1];
            return k - (a > level ? (double)(a - level) / (a - b) : 0.0);
        }
    }
    return NAN;
}

void rim_rays_measure_widths(rim_rays *r)
{
    const rim_scene *s = r->scene;
    for (int i = 0; i < r->count; i++) {
        rim_ray *ray = &r->ray[i];
        ray->inner = ray->peak;
        for (int k = 0; k < ray->peak_at; k++)
            if (r->log[i][k] < ray->inner)
                ray->inner = r->log[i][k];
        ray->edge = ray->width = NAN;
        if (!ray->stands_out)
            continue;
        int k = ray->peak_at, end = k + known_from(r, i, k);
        end = end < r->steps ? end : r->steps;
        const int quarter = rim_outline_scene_between(s, RIM_PART_QUARTER,
                                                      ray->background, ray->peak),
                  most = rim_outline_scene_between(s, RIM_PART_MOST, ray->background,
                                                   ray->peak);
        const double high = falls_below(r, i, &k, end, most);
        ray->edge = falls_below(r, i, &k, end, quarter) - high;
        // A ridge has a valley at least a tenth lower than itself.
        if (ray->inner >= ray->peak - 156)
            continue;
        const int valley = ray->inner > ray->background ? ray->inner : ray->background;
        ray->width =
            ray->outline -
            rises_to(r, i,
                     rim_outline_scene_between(s, RIM_PART_HALF, valley, ray->peak));
    }
}
