// measure.c: what can be seen of a focus in the picture before noise: outline,
// ring, pattern, on the tissue, where light does not depend on the view.
//
// docs/phantom.md, "Truth", has the rules.
// SPDX-License-Identifier: MIT
#include "phantom/exact.h"
#include "phantom/scene.h"

#include <math.h>

// Rays whose own peak is below this part of the focus's peak have no outline of
// their own: it is drawn between their neighbours.
#define GAP_PART 0.25
// A ring stands out on a ray whose peak is at least RIM_PART of the focus's peak,
// and above the centre by RIM_DIP of the peak signal.
#define RIM_PART 0.5
#define RIM_DIP  0.1
// Patterns by coverage. Less than the second is a blob beside the centre.
#define COVERAGE_RIM     0.8
#define COVERAGE_PARTIAL 0.35

static double light_of_others(const rim_phantom *p, const rim_focus *f, double x,
                              double y)
{
    double sum = rim_canvas_at(&p->canvas, p->canvas.base, x, y);
    for (int k = 0; k < p->focus_count; k++)
        if (&p->focus[k] != f && p->focus[k].light.value)
            sum += rim_patch_at(&p->focus[k].light, x, y);
    return sum;
}

static void find_peak(rim_focus *f, const rim_phantom *p)
{
    const rim_patch *m = &f->light;
    double best = 0.0;
    for (int j = 0; j < m->height; j++) {
        for (int i = 0; i < m->width; i++) {
            const double v = (double)m->value[(size_t)j * (size_t)m->width + (size_t)i];
            if (v > best) {
                best = v;
                f->peak_x = m->x0 + i * m->mm;
                f->peak_y = m->y0 + j * m->mm;
            }
        }
    }
    const double others = light_of_others(p, f, f->peak_x, f->peak_y);
    f->peak = others + best;
    f->peak_background =
        rim_canvas_at(&p->canvas, p->canvas.base, f->peak_x, f->peak_y);
    f->peak_leak = rim_canvas_at(&p->canvas, p->canvas.leak, f->peak_x, f->peak_y);
    f->visible = best > 0.02;
}

// What one ray from the centre meets.
typedef struct ray {
    double peak, at;     // brightest point and its distance
    double outer, inner; // where it has fallen to half; inner NAN: never
} ray;

#define PROFILE_MAX 1200

static ray cast_ray(const rim_focus *f, double c, double s, double reach)
{
    double profile[PROFILE_MAX] = {0}, lowest = 1e9;
    double step = f->light.mm;
    if (reach / step > PROFILE_MAX - 2)
        step = reach / (PROFILE_MAX - 2);
    const int count = (int)(reach / step);
    int top = 0;
    for (int i = 0; i <= count; i++) {
        profile[i] = rim_patch_at(&f->light, f->x + c * i * step, f->y + s * i * step);
        top = profile[i] > profile[top] ? i : top;
    }
    ray r = {
        .peak = profile[top], .at = top * step, .outer = count * step, .inner = NAN};
    for (int i = top; i < count; i++) {
        if (profile[i + 1] < 0.5 * r.peak) {
            r.outer =
                (i + (profile[i] - 0.5 * r.peak) / (profile[i] - profile[i + 1])) *
                step;
            break;
        }
    }
    for (int i = 0; i < top; i++)
        lowest = profile[i] < lowest ? profile[i] : lowest;
    // The ring's inner side falls to half of the peak, or half way to the core
    // where that is brighter.
    const double half_way = 0.5 * (r.peak + lowest);
    const double level = half_way > 0.5 * r.peak ? half_way : 0.5 * r.peak;
    for (int i = top; i > 0; i--) {
        if (profile[i - 1] < level) {
            r.inner = (i - (profile[i] - level) / (profile[i] - profile[i - 1])) * step;
            break;
        }
    }
    return r;
}

static int compare(const double *a, int n, double v) // how many of a[] are below v
{
    int below = 0;
    for (int i = 0; i < n; i++)
        below += a[i] < v;
    return below;
}

static double median(const double *a, int n)
{
    for (int i = 0; i < n; i++) {
        int equal = 0;
        for (int k = 0; k < n; k++)
            equal += a[k] == a[i];
        const int below = compare(a, n, a[i]);
        if (below <= n / 2 && n / 2 < below + equal)
            return a[i];
    }
    return NAN;
}

// Radii of rays without a peak, between those of their neighbours.
static void bridge_gaps(double *radius, const bool *good)
{
    for (int i = 0; i < RIM_RAYS; i++) {
        if (good[i])
            continue;
        int back = 1, ahead = 1;
        while (back < RIM_RAYS && !good[(i - back + RIM_RAYS) % RIM_RAYS])
            back++;
        while (ahead < RIM_RAYS && !good[(i + ahead) % RIM_RAYS])
            ahead++;
        if (back == RIM_RAYS)
            return; // none is good
        const double a = radius[(i - back + RIM_RAYS) % RIM_RAYS],
                     b = radius[(i + ahead) % RIM_RAYS];
        radius[i] = (a * ahead + b * back) / (back + ahead);
    }
}

static void measure_rays(rim_focus *f, const rim_phantom *p)
{
    const double reach = 1.4 * (f->ax > f->ay ? f->ax : f->ay) + f->rim + 8.0;
    const double others = light_of_others(p, f, f->x, f->y) +
                          rim_canvas_at(&p->canvas, p->canvas.leak, f->x, f->y);
    f->core_value = others + rim_patch_at(&f->light, f->x, f->y);
    const double signal = f->peak + f->peak_leak,
                 highest = rim_patch_at(&f->light, f->peak_x, f->peak_y);
    double radius[RIM_RAYS], width[RIM_RAYS];
    bool good[RIM_RAYS];
    int rings = 0, widths = 0;
    for (int i = 0; i < RIM_RAYS; i++) {
        const double t = 2.0 * RIM_PI * i / RIM_RAYS, c = rim_exact_cos(t),
                     s = rim_exact_sin(t);
        const ray r = cast_ray(f, c, s, reach);
        radius[i] = r.outer;
        good[i] = r.peak >= GAP_PART * highest;
        const double above = r.peak - (f->core_value - others);
        if (r.peak >= RIM_PART * highest && above >= RIM_DIP * signal) {
            rings++;
            if (!isnan(r.inner))
                width[widths++] = r.outer - r.inner;
        }
    }
    bridge_gaps(radius, good);
    for (int i = 0; i < RIM_RAYS; i++) {
        const double t = 2.0 * RIM_PI * i / RIM_RAYS;
        f->outline[i] = (rim_point){f->x + radius[i] * rim_exact_cos(t),
                                    f->y + radius[i] * rim_exact_sin(t)};
    }
    f->outline_count = RIM_RAYS;
    f->coverage = (double)rings / RIM_RAYS;
    f->pattern = f->coverage >= COVERAGE_RIM       ? RIM_PATTERN_RIM
                 : f->coverage >= COVERAGE_PARTIAL ? RIM_PATTERN_PARTIAL
                                                   : RIM_PATTERN_TOTAL;
    f->rim_width_mm =
        f->pattern == RIM_PATTERN_TOTAL || !widths ? NAN : median(width, widths);
}

// Moments of what is brighter than half of the peak.
typedef struct region {
    double x, y, xx, xy, yy;
} region;

static region bright_region(const rim_focus *f)
{
    const rim_patch *m = &f->light;
    const double half = 0.5 * rim_patch_at(m, f->peak_x, f->peak_y);
    double n = 0.0, sx = 0.0, sy = 0.0, sxx = 0.0, sxy = 0.0, syy = 0.0;
    for (int j = 0; j < m->height; j++) {
        for (int i = 0; i < m->width; i++) {
            if ((double)m->value[(size_t)j * (size_t)m->width + (size_t)i] < half)
                continue;
            const double x = i * m->mm, y = j * m->mm;
            n += 1.0;
            sx += x;
            sy += y;
            sxx += x * x;
            sxy += x * y;
            syy += y * y;
        }
    }
    if (n < 1.0)
        return (region){.x = f->peak_x, .y = f->peak_y};
    const double mx = sx / n, my = sy / n;
    return (region){.x = m->x0 + mx,
                    .y = m->y0 + my,
                    .xx = sxx / n - mx * mx,
                    .xy = sxy / n - mx * my,
                    .yy = syy / n - my * my};
}

// A duct has no centre to look from: the ellipse of its bright region.
static void measure_duct(rim_focus *f, const rim_phantom *p)
{
    const region r = bright_region(f);
    const double root = sqrt(0.25 * (r.xx - r.yy) * (r.xx - r.yy) + r.xy * r.xy);
    const double t = 0.5 * rim_exact_atan2(2.0 * r.xy, r.xx - r.yy),
                 ct = rim_exact_cos(t), st = rim_exact_sin(t);
    const double a = 2.0 * sqrt(fmax(0.5 * (r.xx + r.yy) + root, 0.0)),
                 b = 2.0 * sqrt(fmax(0.5 * (r.xx + r.yy) - root, 0.0));
    f->x = r.x;
    f->y = r.y;
    for (int i = 0; i < RIM_RAYS; i++) {
        const double w = 2.0 * RIM_PI * i / RIM_RAYS, ex = a * rim_exact_cos(w),
                     ey = b * rim_exact_sin(w);
        f->outline[i] = (rim_point){f->x + ct * ex - st * ey, f->y + st * ex + ct * ey};
    }
    f->outline_count = RIM_RAYS;
    f->pattern = RIM_PATTERN_TOTAL;
    f->rim_width_mm = NAN;
    f->core_value = light_of_others(p, f, f->x, f->y) +
                    rim_patch_at(&f->light, f->x, f->y) +
                    rim_canvas_at(&p->canvas, p->canvas.leak, f->x, f->y);
}

void rim_measure_focus(rim_focus *f, const rim_phantom *p)
{
    find_peak(f, p);
    if (!f->visible)
        return;
    if (f->segments) {
        measure_duct(f, p);
        return;
    }
    measure_rays(f, p);
    if (f->pattern == RIM_PATTERN_TOTAL) {
        // No ring about the tumour's axis: what is seen is centred on itself.
        const region r = bright_region(f);
        f->x = r.x;
        f->y = r.y;
        measure_rays(f, p);
    }
}
