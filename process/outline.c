// outline.c: rays, closed path, half maximum, measures.
// SPDX-License-Identifier: MIT
#include "process/outline.h"

#include "process/ellipse.h"
#include "process/fixed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_OUT_MM  4.0  // how far beyond twice the radius rays look
#define SIDE_MM      0.6  // over which the inside and outside of an edge are averaged
#define GAP_MM       1.0  // between the outline and where its background begins
#define EDGE_CAP     1024 // Q10: an edge of a factor of two is as good as any
#define LEAST_FALL   0.08 // of the background: a ray that falls less does not stand out
#define PART_OF_FALL 0.3  // of the median fall, likewise

typedef struct rays {
    int count;     // of rays, up to RIM_RAYS
    double step;   // grid pixels from sample to sample
    double radius; // of the candidate
    int path[RIM_RAYS];
    double t[RIM_RAYS][RIM_STEPS];    // signal; 0 where not valid
    int16_t log[RIM_RAYS][RIM_STEPS]; // Q10
    bool valid[RIM_RAYS][RIM_STEPS];
    uint8_t full[RIM_RAYS][RIM_STEPS];
    double dx[RIM_RAYS], dy[RIM_RAYS];
    rim_ray ray[RIM_RAYS];
} rays;

// The value with `part` of the n values below it; puts them in another order. NAN for
// none. (Hoare 1961, CACM 4:321; qsort() takes memory.)
static double quantile(double *v, int n, double part)
{
    if (n == 0)
        return NAN;
    const int k = (int)(part * (n - 1) + 0.5);
    int low = 0, high = n - 1;
    while (low < high) {
        const double pivot = v[k];
        int i = low, j = high;
        while (i <= j) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i <= j) {
                const double swap = v[i];
                v[i++] = v[j];
                v[j--] = swap;
            }
        }
        if (j < k)
            low = i;
        if (i > k)
            high = j;
    }
    return v[k];
}

static void sample_rays(rays *r, const rim_scene *s, const rim_candidate *c, int count)
{
    const int w = s->grid->width, h = s->grid->height;
    r->count = count;
    r->radius = c->radius;
    r->step = (2.0 * c->radius + LOOK_OUT_MM / s->grid->mm) / (RIM_STEPS - 1);
    for (int i = 0; i < r->count; i++) {
        rim_turn(&r->dy[i], &r->dx[i], i, r->count);
        for (int k = 0; k < RIM_STEPS; k++) {
            const double x = c->x + k * r->step * r->dx[i],
                         y = c->y + k * r->step * r->dy[i];
            r->valid[i][k] = false;
            r->t[i][k] = 0.0;
            r->log[i][k] = 0;
            r->full[i][k] = 0;
            if (!(x >= 0.0 && y >= 0.0 && x < w - 1 && y < h - 1))
                continue;
            const int x0 = (int)x, y0 = (int)y;
            const size_t p = (size_t)y0 * (size_t)w + (size_t)x0, d = (size_t)w;
            const uint8_t *v = s->valid + p;
            if (!(v[0] & v[1] & v[d] & v[d + 1]))
                continue;
            const double fx = x - x0, fy = y - y0;
            const int16_t *q = s->ratio + p;
            const double log = (q[0] * (1 - fx) + q[1] * fx) * (1 - fy) +
                               (q[d] * (1 - fx) + q[d + 1] * fx) * fy;
            r->valid[i][k] = true;
            r->log[i][k] = (int16_t)floor(log + 0.5);
            r->t[i][k] = s->linear[r->log[i][k] - RIM_RATIO_MIN];
            r->full[i][k] = s->saturated[p];
        }
    }
}

// How much the ray falls around sample k, Q10, -EDGE_CAP..EDGE_CAP; 0 where unknown.
static int edge_at(const rays *r, int ray, int k, int side)
{
    int in = 0, out = 0;
    for (int j = 0; j < side; j++) {
        const int a = k - j, b = k + 1 + j;
        if (a < 0 || b >= RIM_STEPS || !r->valid[ray][a] || !r->valid[ray][b])
            return 0;
        in += r->log[ray][a];
        out += r->log[ray][b];
    }
    const int e = (in - out) / side;
    return e > EDGE_CAP ? EDGE_CAP : e < -EDGE_CAP ? -EDGE_CAP : e;
}

// The closed path of steepest fall, radii within 0.45 to 1.75 of the candidate's.
static void find_path(rays *r, const rim_scene *s)
{
    enum { TURNS = 2, SWING = 2 };
    int side = (int)(SIDE_MM / s->grid->mm / r->step + 0.5);
    side = side < 1 ? 1 : side > 6 ? 6 : side;
    int low = (int)(0.45 * r->radius / r->step),
        high = (int)(1.75 * r->radius / r->step);
    low = low < 1 ? 1 : low;
    high = high > RIM_STEPS - 2 ? RIM_STEPS - 2 : high;
    int32_t best[RIM_STEPS], next[RIM_STEPS];
    int8_t from[TURNS * RIM_RAYS][RIM_STEPS];
    memset(best, 0, sizeof best);
    for (int i = 0; i < TURNS * r->count; i++) {
        for (int k = low; k <= high; k++) {
            int32_t top = INT32_MIN;
            for (int d = -SWING; d <= SWING; d++) {
                if (k + d < low || k + d > high)
                    continue;
                const int32_t v = best[k + d] - 24 * d * d;
                if (v > top) {
                    top = v;
                    from[i][k] = (int8_t)d;
                }
            }
            next[k] = top + edge_at(r, i % r->count, k, side);
        }
        memcpy(best, next, sizeof best);
    }
    int k = low;
    for (int j = low + 1; j <= high; j++)
        if (best[j] > best[k])
            k = j;
    // Only the middle turn knows both its ends.
    for (int i = TURNS * r->count - 1; i >= r->count / 2; i--) {
        if (i < r->count / 2 + r->count)
            r->path[i % r->count] = k;
        k += from[i][k];
    }
}

// Median of one ray beyond the outline; NAN where little of it is known.
static double beyond(const rays *r, const rim_scene *s, int i)
{
    double v[RIM_STEPS];
    int n = 0;
    const int gap = (int)(GAP_MM / s->grid->mm / r->step + 1.0);
    for (int k = r->path[i] + gap; k < RIM_STEPS; k++)
        if (r->valid[i][k])
            v[n++] = r->t[i][k];
    return n >= 3 ? quantile(v, n, 0.5) : NAN;
}

// Where three equally spaced values of b + A q^n end: b (Aitken 1926). The last of
// them where they do not fall ever slower.
static double fades_to(double t1, double t2, double t3)
{
    const double d1 = t1 - t2, d2 = t2 - t3;
    return d2 > 0.0 && d1 > 1.05 * d2 ? t3 - d2 * d2 / (d1 - d2) : t3;
}

// The background of the place. A lesion's own glow reaches far beyond its outline and
// fades as an exponential (Farrell 1992), so what lies around is brighter than what
// lies under it: where that is so, the glow is followed to its end, but not below
// the model's background (T = 1).
static double background_around(const rays *r, const rim_scene *s)
{
    enum { PARTS = 3, MOST = RIM_RAYS * RIM_STEPS / 2 };
    double v[PARTS][MOST], level[PARTS];
    int n[PARTS] = {0}, all = 0;
    const int gap = (int)(GAP_MM / s->grid->mm / r->step + 1.0);
    for (int i = 0; i < r->count; i++) {
        const int first = r->path[i] + gap, length = RIM_STEPS - first;
        for (int k = first; k < RIM_STEPS; k += 2)
            if (r->valid[i][k]) {
                const int part = (k - first) * PARTS / length;
                v[part][n[part]++] = r->t[i][k];
                all++;
            }
    }
    if (all < r->count)
        return NAN;
    for (int part = 0; part < PARTS; part++) {
        if (n[part] < r->count / 4)
            return part > 0 ? level[part - 1] : NAN;
        level[part] = quantile(v[part], n[part], 0.3);
    }
    if (level[PARTS - 1] <= 1.0) {
        const double middle = quantile(v[1], n[1], 0.5);
        return middle < 1.0 ? middle : 1.0;
    }
    const double end = fades_to(level[0], level[1], level[2]);
    return end > 1.0 ? end : 1.0;
}

// Radius, between samples, where the ray first falls below `level` after sample k.
// NAN where it does not; *cut tells that it left what is known.
static double falls_below(const rays *r, int i, int k, double level, bool *cut)
{
    *cut = false;
    for (; k + 1 < RIM_STEPS; k++) {
        if (!r->valid[i][k + 1]) {
            *cut = true;
            return NAN;
        }
        if (r->t[i][k + 1] < level) {
            const double a = r->t[i][k], b = r->t[i][k + 1];
            const double part = a > b ? (a - level) / (a - b) : 0.0;
            return (k + (part > 0.0 ? part : 0.0)) * r->step;
        }
    }
    return NAN;
}

// The same inwards from sample k: radius where the ray first lies below `level`.
static double falls_inwards(const rays *r, int i, int k, double level)
{
    for (; k > 0; k--) {
        if (!r->valid[i][k - 1])
            return NAN;
        if (r->t[i][k - 1] < level) {
            const double a = r->t[i][k], b = r->t[i][k - 1];
            const double part = a > b ? (a - level) / (a - b) : 0.0;
            return (k - part) * r->step;
        }
    }
    return NAN;
}

// Peak, half way and widths of one ray, given the background around the lesion.
static void measure_ray(rays *r, const rim_scene *s, int i, double around)
{
    rim_ray *ray = &r->ray[i];
    // On the dark side of a step the ray's own surroundings count.
    double bg = ray->background;
    if (!(bg < around))
        bg = around;
    else if (bg < 0.6 * around)
        bg = 0.6 * around;
    ray->background = bg;
    int at = 0;
    for (int k = 0; k <= r->path[i]; k++)
        if (r->valid[i][k] && r->t[i][k] > r->t[i][at])
            at = k;
    ray->peak = r->t[i][at];
    ray->peak_at = at * r->step;
    ray->inner = ray->peak;
    for (int k = 0; k < at; k++)
        if (r->valid[i][k] && r->t[i][k] < ray->inner)
            ray->inner = r->t[i][k];
    const double fall = ray->peak - bg;
    bool ignored;
    ray->outline = falls_below(r, i, at, bg + 0.5 * fall, &ray->cut);
    const double low = falls_below(r, i, at, bg + 0.25 * fall, &ignored);
    const double high = falls_below(r, i, at, bg + 0.75 * fall, &ignored);
    ray->edge_mm = (low - high) * s->grid->mm;
    const double valley = ray->inner > bg ? ray->inner : bg;
    const double inner = ray->inner < 0.9 * ray->peak
                             ? falls_inwards(r, i, at, 0.5 * (ray->peak + valley))
                             : NAN;
    ray->width = ray->outline - inner;
    // The path already touches the end of the known.
    if (!r->valid[i][r->path[i]] ||
        (r->path[i] + 1 < RIM_STEPS && !r->valid[i][r->path[i] + 1]))
        ray->cut = true;
}

static double median_of(const rays *r, size_t offset, bool standing_only)
{
    double v[RIM_RAYS];
    int n = 0;
    for (int i = 0; i < r->count; i++) {
        const double x =
            *(const double *)(const void *)((const char *)&r->ray[i] + offset);
        if (!isnan(x) && (!standing_only || r->ray[i].stands_out))
            v[n++] = x;
    }
    return quantile(v, n, 0.5);
}
#define MEDIAN(rays_, field, standing_only)                                            \
    median_of(rays_, offsetof(rim_ray, field), standing_only)

// Samples beyond the outline: robust deviation, and the part above half way.
static void measure_around(const rays *r, const rim_scene *s, double around,
                           double fall, double *spread, double *crowd)
{
    double v[RIM_RAYS * RIM_STEPS / 2];
    int n = 0, bright = 0;
    const int gap = (int)(GAP_MM / s->grid->mm / r->step + 1.0);
    for (int i = 0; i < r->count; i++)
        for (int k = r->path[i] + gap; k < RIM_STEPS; k += 2)
            if (r->valid[i][k]) {
                bright += r->t[i][k] > around + 0.5 * fall;
                v[n++] = fabs(r->t[i][k] - around);
            }
    *spread = n ? 1.48 * quantile(v, n, 0.5) : NAN;
    *crowd = n ? (double)bright / n : 1.0;
}

// All of r->ray; returns the background around, NAN where there is none.
static double measure_rays(rays *r, const rim_scene *s)
{
    const double around = background_around(r, s);
    if (isnan(around))
        return NAN;
    for (int i = 0; i < r->count; i++) {
        r->ray[i].background = beyond(r, s, i);
        r->ray[i].stands_out = false;
    }
    double fall[RIM_RAYS];
    for (int i = 0; i < r->count; i++) {
        measure_ray(r, s, i, around);
        fall[i] = r->ray[i].peak - r->ray[i].background;
    }
    const double usual = quantile(fall, r->count, 0.5);
    for (int i = 0; i < r->count; i++) {
        rim_ray *ray = &r->ray[i];
        const double f = ray->peak - ray->background;
        ray->stands_out = !isnan(ray->outline) && f > LEAST_FALL * around &&
                          f > PART_OF_FALL * usual && ray->outline > 0.3 * r->radius &&
                          ray->outline < 1.9 * r->radius;
    }
    return around;
}

// Centre shift and radius from the standing rays:
// outline = c0 + c1 cos + s1 sin + c2 cos 2 + s2 sin 2, gaps pulled to round.
static bool recentre(const rays *r, double *cx, double *cy, double *radius)
{
    enum { N = 5 };
    double m[N][N] = {{0}}, v[N] = {0};
    int standing = 0;
    for (int i = 0; i < r->count; i++) {
        if (!r->ray[i].stands_out)
            continue;
        standing++;
        double s2, c2;
        rim_turn(&s2, &c2, 2 * i, r->count);
        const double t[N] = {1.0, r->dx[i], r->dy[i], c2, s2};
        for (int a = 0; a < N; a++) {
            for (int b = 0; b < N; b++)
                m[a][b] += t[a] * t[b];
            v[a] += t[a] * r->ray[i].outline;
        }
    }
    if (standing < r->count / 6)
        return false;
    for (int a = 1; a < N; a++)
        m[a][a] += a < 3 ? 1.0 : 3.0;
    for (int i = 0; i < N; i++)
        for (int j = i + 1; j < N; j++) {
            const double f = m[j][i] / m[i][i];
            for (int k = i; k < N; k++)
                m[j][k] -= f * m[i][k];
            v[j] -= f * v[i];
        }
    for (int i = N - 1; i >= 0; i--) {
        for (int k = i + 1; k < N; k++)
            v[i] -= m[i][k] * v[k];
        v[i] /= m[i][i];
    }
    const double shift = sqrt(v[1] * v[1] + v[2] * v[2]);
    const double most = 0.6 * r->radius;
    const double part = shift > most ? most / shift : 1.0;
    *cx += part * v[1];
    *cy += part * v[2];
    *radius = v[0];
    return v[0] > 2.0 && isfinite(v[0]);
}

static void fit_outline(rim_spot *spot, const rays *r, double cx, double cy)
{
    rim_point p[RIM_RAYS];
    double weight[RIM_RAYS];
    for (int i = 0; i < RIM_RAYS; i++) {
        const bool on = r->ray[i].stands_out;
        weight[i] = on;
        p[i] = (rim_point){cx + (on ? r->ray[i].outline * r->dx[i] : 0.0),
                           cy + (on ? r->ray[i].outline * r->dy[i] : 0.0)};
    }
    const double radius = MEDIAN(r, outline, true);
    rim_ellipse e;
    const bool fits = rim_ellipse_fit(&e, p, weight, RIM_RAYS);
    const double ex = e.x - cx, ey = e.y - cy;
    if (!fits || e.a > 2.2 * radius || e.b < 0.4 * radius ||
        ex * ex + ey * ey > radius * radius)
        e = (rim_ellipse){cx, cy, radius, radius, 0.0};
    spot->x = e.x;
    spot->y = e.y;
    spot->a = e.a;
    spot->b = e.b;
    spot->angle = e.angle;
    // Roughness: distances along rays from the ellipse's own centre.
    double sum = 0.0;
    int n = 0;
    for (int i = 0; i < RIM_RAYS; i++) {
        spot->outline[i] = rim_ellipse_radius(&e, r->dx[i], r->dy[i]);
        if (weight[i] == 0.0)
            continue;
        const double dx = p[i].x - e.x, dy = p[i].y - e.y, d = sqrt(dx * dx + dy * dy);
        if (!(d > 0.0))
            continue;
        const double miss = d - rim_ellipse_radius(&e, dx / d, dy / d);
        sum += miss * miss;
        n++;
    }
    spot->rough = n ? sqrt(sum / n) / sqrt(e.a * e.b) : 1.0;
}

// What lies inside the outline: core, saturation, grain.
static void measure_inside(rim_spot *spot, const rays *r, const rim_scene *s)
{
    double core = 0.0, grain = 0.0;
    int cores = 0, grains = 0, n = 0;
    double full = 0.0, area = 0.0;
    int h = (int)(0.4 / s->grid->mm / r->step + 0.5);
    h = h < 1 ? 1 : h;
    for (int i = 0; i < RIM_RAYS; i++)
        for (int k = 0; k <= r->path[i]; k++) {
            if (!r->valid[i][k])
                continue;
            n++;
            area += k;
            full += k * (r->full[i][k] / 255.0);
            if (k * r->step <= fmax(0.15 * r->radius, r->step)) {
                core += r->t[i][k];
                cores++;
            }
            if (k >= h && k + h < RIM_STEPS && r->valid[i][k - h] &&
                r->valid[i][k + h]) {
                grain += fabs(r->t[i][k - h] - 2 * r->t[i][k] + r->t[i][k + h]);
                grains++;
            }
        }
    spot->core = cores ? core / cores : NAN;
    spot->saturated = area > 0.0 ? full / area : 0.0;
    spot->grain = grains ? grain / grains : 0.0;
}

bool rim_outline_centre(rim_candidate *c, const rim_scene *scene)
{
    rays r;
    sample_rays(&r, scene, c, RIM_RAYS / 2);
    find_path(&r, scene);
    return !isnan(measure_rays(&r, scene)) && recentre(&r, &c->x, &c->y, &c->radius);
}

bool rim_outline_fit(rim_spot *spot, const rim_scene *scene, const rim_candidate *c)
{
    static const double least_radius_mm = 0.6;
    rays r;
    sample_rays(&r, scene, c, RIM_RAYS);
    find_path(&r, scene);
    const double around = measure_rays(&r, scene);
    if (isnan(around))
        return false;
    *spot = (rim_spot){.background = around};
    int standing = 0, cut = 0;
    double peak[RIM_RAYS], fall[RIM_RAYS], usual;
    int peaks = 0;
    for (int i = 0; i < RIM_RAYS; i++) {
        standing += r.ray[i].stands_out;
        spot->stands_out |= (uint64_t)r.ray[i].stands_out << i;
        cut += r.ray[i].cut;
        if (r.ray[i].stands_out)
            peak[peaks++] = r.ray[i].peak;
        fall[i] = r.ray[i].stands_out ? r.ray[i].peak - r.ray[i].background : 0.0;
    }
    if (standing < RIM_RAYS / 6)
        return false;
    spot->coverage = (double)standing / RIM_RAYS;
    spot->cut = (double)cut / RIM_RAYS;
    spot->peak = quantile(peak, peaks, 0.9);
    spot->patchy = (spot->peak - quantile(peak, peaks, 0.25)) / (spot->peak - around);
    spot->sbr = spot->peak / around;
    spot->inner = MEDIAN(&r, inner, true);
    spot->rim_width = MEDIAN(&r, width, true);
    spot->edge_mm = MEDIAN(&r, edge_mm, true);
    fit_outline(spot, &r, c->x, c->y);
    if (!(spot->b * scene->grid->mm > least_radius_mm) || !(spot->peak > around))
        return false;
    double copy[RIM_RAYS];
    memcpy(copy, fall, sizeof copy);
    usual = quantile(copy, RIM_RAYS, 0.75);
    spot->weakest = 1.0;
    for (int i = 0; i < RIM_RAYS; i++) {
        double sum = 0.0;
        for (int j = 0; j < RIM_RAYS / 8; j++)
            sum += fall[(i + j) % RIM_RAYS];
        spot->weakest = fmin(spot->weakest, sum / (RIM_RAYS / 8) / usual);
    }
    measure_around(&r, scene, around, spot->peak - around, &spot->spread, &spot->crowd);
    measure_inside(spot, &r, scene);
    spot->grain /= spot->peak - around;
    return isfinite(spot->x) && isfinite(spot->a) && isfinite(spot->spread);
}
