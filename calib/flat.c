// flat.c: from a stack of a uniform target to gain and dead pixels.
//
// Works on blocks first, where noise averages out and where a spot, a tilt or a dark
// corner shows; single pixels come last.
// SPDX-License-Identifier: MIT
#include "calib/flat.h"

#include "base/log.h"
#include "calib/dark.h"
#include "calib/surface_fit.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16, BLUR_RADIUS = 12, BLUR_PASSES = 3 };

static const double FULL_ENOUGH = 0.98;    // of full scale: clipped or about to be
static const double SATURATED_PART = 0.02; // of the field, beyond a spot
static const double TOO_DARK = 0.15;       // of full scale, at the brightest place
static const double FIELD_EDGE = 0.08;     // of the brightest: outside the field
static const double SPOT = 0.05;           // over the smooth light
static const double CORNER_SPOT = 0.15;    // there the polynomial itself is off
static const double DEAD = 0.25;           // off from the neighbours

typedef struct grid {
    int cols, rows;
    float *level;  // [cols * rows] signal, counts
    bool *inside;  // the field of view
    bool *core;    // less its outermost blocks, which its edge may cut
    double *model; // smooth part by polynomial
} grid;

typedef struct work {
    const rim_stack *s;
    const rim_flat_options *o;
    rim_flat *f;
    grid g;
    float *signal; // [width * height]
    float *smooth;
    float *scratch;
    float *scratch2;
    double term[RIM_SURFACE_TERMS];
    double noise_floor; // variance over time in the dark, counts squared
    double per_count;   // variance over time for each count of signal beyond that
} work;

// ---- blocks ----

static double dark_of(const work *w, int x, int y)
{
    return w->o->dark ? rim_frame_row16(w->o->dark, y)[x] / 16.0 : w->o->black_level;
}

static bool is_hot(const work *w, int x, int y)
{
    return w->o->hot && rim_frame_row16(w->o->hot, y)[x];
}

static void fill_signal(work *w)
{
    for (int y = 0; y < w->s->height; y++)
        for (int x = 0; x < w->s->width; x++) {
            const size_t at = rim_stack_at(w->s, x, y);
            w->signal[at] = (float)(rim_stack_mean(w->s, at) - dark_of(w, x, y));
        }
}

// Median of a block, of the pixels that are not hot; of all where all are.
static float block_level(work *w, int bx, int by)
{
    size_t n = 0;
    for (int pass = 0; pass < 2 && n == 0; pass++)
        for (int y = by * BLOCK; y < (by + 1) * BLOCK && y < w->s->height; y++)
            for (int x = bx * BLOCK; x < (bx + 1) * BLOCK && x < w->s->width; x++)
                if (pass == 1 || !is_hot(w, x, y))
                    w->scratch[n++] = w->signal[rim_stack_at(w->s, x, y)];
    return (float)rim_median(w->scratch, n);
}

static bool all_around_inside(const grid *g, int x, int y)
{
    for (int j = y - 1; j <= y + 1; j++)
        for (int i = x - 1; i <= x + 1; i++)
            if (i >= 0 && j >= 0 && i < g->cols && j < g->rows &&
                !g->inside[j * g->cols + i])
                return false;
    return true;
}

static rim_err make_grid(work *w)
{
    grid *g = &w->g;
    g->cols = (w->s->width + BLOCK - 1) / BLOCK;
    g->rows = (w->s->height + BLOCK - 1) / BLOCK;
    const size_t n = (size_t)g->cols * (size_t)g->rows;
    g->level = calloc(n, sizeof *g->level);
    g->inside = calloc(n, sizeof *g->inside);
    g->core = calloc(n, sizeof *g->core);
    g->model = calloc(n, sizeof *g->model);
    if (!g->level || !g->inside || !g->core || !g->model)
        return RIM_ERR_MEMORY;
    for (int y = 0; y < g->rows; y++)
        for (int x = 0; x < g->cols; x++)
            g->level[y * g->cols + x] = block_level(w, x, y);
    // The brightest place, less a few blocks that may be a highlight.
    memcpy(w->scratch2, g->level, n * sizeof *g->level);
    double peak = 0;
    for (size_t drop = 0; drop <= n / 50; drop++) {
        size_t best = 0;
        for (size_t i = 1; i < n; i++)
            if (w->scratch2[i] > w->scratch2[best])
                best = i;
        peak = (double)w->scratch2[best];
        w->scratch2[best] = -1e9F;
    }
    for (size_t i = 0; i < n; i++)
        g->inside[i] = (double)g->level[i] > FIELD_EDGE * peak;
    for (int y = 0; y < g->rows; y++)
        for (int x = 0; x < g->cols; x++)
            g->core[y * g->cols + x] = all_around_inside(g, x, y);
    w->f->level_counts = peak;
    return RIM_OK;
}

static double norm_x(const work *w, double x)
{
    return 2 * (x + 0.5) / w->s->width - 1;
}

static double norm_y(const work *w, double y)
{
    return 2 * (y + 0.5) / w->s->height - 1;
}

static double block_x(const work *w, int bx)
{
    const int end = (bx + 1) * BLOCK < w->s->width ? (bx + 1) * BLOCK : w->s->width;
    return norm_x(w, (bx * BLOCK + end - 1) / 2.0);
}

static double block_y(const work *w, int by)
{
    const int end = (by + 1) * BLOCK < w->s->height ? (by + 1) * BLOCK : w->s->height;
    return norm_y(w, (by * BLOCK + end - 1) / 2.0);
}

// Tukey's weights keep spots and shadows out of the smooth part.
static rim_err fit_smooth(work *w)
{
    const grid *g = &w->g;
    const int n = g->cols * g->rows;
    rim_surface_sample *sample = calloc((size_t)n, sizeof *sample);
    if (!sample)
        return RIM_ERR_MEMORY;
    rim_err err = RIM_OK;
    for (int round = 0; round < 8 && err == RIM_OK; round++) {
        size_t inside = 0;
        for (int i = 0; i < n; i++)
            if (g->core[i] && round > 0)
                w->scratch[inside++] =
                    fabsf((float)((double)g->level[i] / g->model[i] - 1));
        const double limit = fmax(6 * 1.4826 * rim_median(w->scratch, inside), 0.01);
        for (int i = 0; i < n; i++) {
            const double off =
                round > 0 ? ((double)g->level[i] / g->model[i] - 1) / limit : 0;
            const double keep = off * off < 1 ? 1 - off * off : 0;
            const double level = fmax((double)g->level[i], 1);
            sample[i] = (rim_surface_sample){.x = block_x(w, i % g->cols),
                                             .y = block_y(w, i / g->cols),
                                             .value = (double)g->level[i],
                                             // relative errors count
                                             .weight = keep * keep / (level * level)};
            if (!g->core[i])
                sample[i].weight = 0;
        }
        if (!rim_surface_fit(w->term, sample, n)) {
            rim_log_error("the flat's field of view is too small or too uneven: fill "
                          "the picture with the target");
            err = RIM_ERR_FORMAT;
        }
        for (int i = 0; i < n && err == RIM_OK; i++)
            g->model[i] =
                fmax(rim_surface_value(w->term, sample[i].x, sample[i].y), 1e-3);
    }
    free(sample);
    return err;
}

// ---- what makes a flat useless ----

static rim_err refuse_level(const work *w)
{
    const double full = (double)((1 << w->s->bits) - 1);
    const rim_stack *s = w->s;
    size_t clipped = 0;
    const size_t n = (size_t)s->width * (size_t)s->height;
    for (size_t i = 0; i < n; i++)
        clipped += s->peak[i] >= FULL_ENOUGH * full;
    if ((double)clipped > SATURATED_PART * (double)n) {
        rim_log_error("the flat is saturated: %.1f %% of the pixels reach full scale; "
                      "lower the exposure or the light until none does",
                      100.0 * (double)clipped / (double)n);
        return RIM_ERR_FORMAT;
    }
    if (w->f->level_counts < TOO_DARK * full) {
        rim_log_error("the flat is too dark: %.0f counts at its brightest, %.0f %% of "
                      "full scale; raise the exposure or the light to 50 to 80 %%",
                      w->f->level_counts, 100 * w->f->level_counts / full);
        return RIM_ERR_FORMAT;
    }
    return RIM_OK;
}

static rim_err refuse_spot_at(int x, int y, int pixels, double over)
{
    rim_log_error("a highlight in the flat around (%d, %d): %d pixels up to %.0f %% "
                  "brighter than their surroundings; use a matt target, or tilt the "
                  "light until it is gone",
                  x, y, pixels, 100 * over);
    return RIM_ERR_FORMAT;
}

// Pixels that stand out together: a single one is the pixel's own.
static rim_err refuse_spot(const work *w)
{
    const rim_stack *s = w->s;
    int pixels = 0, at_x = 0, at_y = 0;
    double most = 0;
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++) {
            const grid *g = &w->g;
            if (!g->core[y / BLOCK * g->cols + x / BLOCK] || is_hot(w, x, y))
                continue;
            const bool corner = fabs(norm_x(w, x)) > 0.9 && fabs(norm_y(w, y)) > 0.9;
            const double limit = corner ? CORNER_SPOT : SPOT;
            int together = 0;
            double here = 0;
            for (int j = y; j < y + 3 && j < s->height; j++)
                for (int i = x; i < x + 3 && i < s->width; i++) {
                    const size_t at = rim_stack_at(s, i, j);
                    const double over = (double)(w->signal[at] / w->smooth[at]) - 1;
                    together += over > limit;
                    here = fmax(here, over);
                }
            if (together < 7)
                continue;
            pixels++;
            if (here > most) {
                most = here;
                at_x = x + 1;
                at_y = y + 1;
            }
        }
    return pixels > 0 ? refuse_spot_at(at_x, at_y, pixels, most) : RIM_OK;
}

// Means of the outer thirds of the field, by the model.
static rim_err refuse_tilt(const work *w)
{
    const grid *g = &w->g;
    double left = 0, right = 0, upper = 0, lower = 0;
    int nl = 0, nr = 0, nu = 0, nd = 0;
    for (int i = 0; i < g->cols * g->rows; i++) {
        if (!g->core[i])
            continue;
        const double x = block_x(w, i % g->cols), y = block_y(w, i / g->cols);
        if (x < -1.0 / 3)
            left += g->model[i], nl++;
        if (x > 1.0 / 3)
            right += g->model[i], nr++;
        if (y < -1.0 / 3)
            upper += g->model[i], nu++;
        if (y > 1.0 / 3)
            lower += g->model[i], nd++;
    }
    if (!nl || !nr || !nu || !nd) {
        rim_log_error("the flat does not fill the field of view: one side is dark");
        return RIM_ERR_FORMAT;
    }
    const double l = left / nl, r = right / nr, u = upper / nu, d = lower / nd;
    w->f->tilt_x = 2 * (r - l) / (r + l);
    w->f->tilt_y = 2 * (d - u) / (d + u);
    const double limit = w->o->tilt_max > 0 ? w->o->tilt_max : 0.25;
    if (fabs(w->f->tilt_x) <= limit && fabs(w->f->tilt_y) <= limit)
        return RIM_OK;
    const bool across = fabs(w->f->tilt_x) >= fabs(w->f->tilt_y);
    const double tilt = across ? w->f->tilt_x : w->f->tilt_y;
    rim_log_error("the target is tilted, or the light comes from one side: the %s side "
                  "is %.0f %% brighter than the other; hold the target square to the "
                  "scope, or allow it with --max-tilt",
                  across ? (tilt > 0 ? "right" : "left")
                         : (tilt > 0 ? "lower" : "upper"),
                  100 * fabs(tilt));
    return RIM_ERR_FORMAT;
}

// ---- smooth part at full resolution ----

// Box mean over 2 r + 1 values, the weights' sum kept beside.
static void box_line(float *v, float *weight, float *tmp_v, float *tmp_w, int n,
                     ptrdiff_t step)
{
    double sum = 0, sum_w = 0;
    for (int i = 0; i < n; i++) {
        tmp_v[i] = v[i * step];
        tmp_w[i] = weight[i * step];
    }
    for (int i = 0; i < BLUR_RADIUS && i < n; i++) {
        sum += (double)tmp_v[i];
        sum_w += (double)tmp_w[i];
    }
    for (int i = 0; i < n; i++) {
        if (i + BLUR_RADIUS < n) {
            sum += (double)tmp_v[i + BLUR_RADIUS];
            sum_w += (double)tmp_w[i + BLUR_RADIUS];
        }
        if (i > BLUR_RADIUS) {
            sum -= (double)tmp_v[i - BLUR_RADIUS - 1];
            sum_w -= (double)tmp_w[i - BLUR_RADIUS - 1];
        }
        v[i * step] = (float)(sum / (2 * BLUR_RADIUS + 1));
        weight[i * step] = (float)(sum_w / (2 * BLUR_RADIUS + 1));
    }
}

static bool usable(const work *w, int x, int y)
{
    return w->g.inside[y / BLOCK * w->g.cols + x / BLOCK] && !is_hot(w, x, y);
}

// smooth = polynomial x blurred (signal / polynomial): normalised convolution
// (Knutsson & Westin 1993), so that nothing leaks in from outside the field.
static rim_err fill_smooth(work *w)
{
    const rim_stack *s = w->s;
    const int side = s->width > s->height ? s->width : s->height;
    float *line = malloc(2 * (size_t)side * sizeof *line);
    if (!line)
        return RIM_ERR_MEMORY;
    float *ratio = w->scratch, *weight = w->scratch2;
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++) {
            const size_t at = rim_stack_at(s, x, y);
            const double model =
                fmax(rim_surface_value(w->term, norm_x(w, x), norm_y(w, y)), 1e-3);
            const double r = (double)w->signal[at] / model;
            const bool in = usable(w, x, y) && fabs(r - 1) < DEAD;
            w->smooth[at] = (float)model;
            weight[at] = in ? 1 : 0;
            ratio[at] = in ? (float)r : 0;
        }
    for (int pass = 0; pass < BLUR_PASSES; pass++) {
        for (int y = 0; y < s->height; y++) {
            const size_t at = rim_stack_at(s, 0, y);
            box_line(ratio + at, weight + at, line, line + side, s->width, 1);
        }
        for (int x = 0; x < s->width; x++)
            box_line(ratio + x, weight + x, line, line + side, s->height, s->width);
    }
    for (size_t i = 0; i < (size_t)s->width * (size_t)s->height; i++)
        if (weight[i] > 0.01F)
            w->smooth[i] *= ratio[i] / weight[i];
    free(line);
    return RIM_OK;
}

// ---- pixels ----

// K from the median over the field of variance and signal; light that flickers as a
// whole is taken off.
static void photon_transfer(work *w)
{
    const rim_stack *s = w->s;
    const size_t n = (size_t)s->width * (size_t)s->height;
    double mean, change, error;
    rim_stack_level(s, &mean, &change, &error);
    w->f->drift = change / fmax(mean - w->o->black_level, 1);
    // Signal scales with the light, and so does what it changes by.
    const double relative =
        (rim_stack_flicker(s) + change * change / 12) /
        fmax((mean - w->o->black_level) * (mean - w->o->black_level), 1);
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        const double signal = (double)w->smooth[i];
        if (signal < 0.3 * w->f->level_counts)
            continue;
        const double v =
            rim_stack_variance(s, i) - relative * signal * signal - w->noise_floor;
        w->scratch[m++] = (float)(v / signal);
    }
    // The sample variance of n values is below its mean in the median (chi squared).
    const double skew = 1 - 2.0 / (3.0 * (s->frames - 1));
    w->per_count = fmax(rim_median(w->scratch, m) / skew, 0);
    w->f->electrons_per_count = isnan(w->o->dark_noise_counts) || w->per_count <= 0
                                    ? (double)NAN
                                    : 1 / w->per_count;
}

// Variance of the stack's mean at a pixel, over its signal squared.
static double noise_of(const work *w, double signal)
{
    return (w->noise_floor + w->per_count * signal) / (w->s->frames * signal * signal);
}

// Robust spread of pixel - 1 over the field, noise taken off.
static void measure_prnu(work *w)
{
    const rim_stack *s = w->s;
    size_t m = 0;
    double noise = 0;
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++) {
            const size_t at = rim_stack_at(s, x, y);
            if (!usable(w, x, y))
                continue;
            w->scratch[m++] = fabsf(w->signal[at] / w->smooth[at] - 1);
            noise += noise_of(w, (double)w->smooth[at]);
        }
    const double spread = 1.4826 * rim_median(w->scratch, m);
    w->f->prnu = sqrt(fmax(spread * spread - noise / (double)(m ? m : 1), 0));
}

static rim_err take_map(rim_frame *f, const rim_stack *s)
{
    *f = (rim_frame){
        .width = s->width, .height = s->height, .fmt = RIM_FMT_GRAY16, .bits = 16};
    return rim_frame_init(f);
}

static uint16_t to_sample(double v)
{
    return (uint16_t)(v <= 0 ? 0 : v >= 65535 ? 65535 : v + 0.5);
}

static void fill_row(work *w, int y, double peak, double *left, size_t *count)
{
    const double prnu2 = w->f->prnu * w->f->prnu;
    uint16_t *gain = rim_frame_row16(&w->f->gain, y);
    uint16_t *pixel = rim_frame_row16(&w->f->pixel, y);
    uint16_t *dead = rim_frame_row16(&w->f->dead, y);
    for (int x = 0; x < w->s->width; x++) {
        const size_t at = rim_stack_at(w->s, x, y);
        gain[x] = 4096;
        pixel[x] = 32768;
        if (!w->g.inside[y / BLOCK * w->g.cols + x / BLOCK])
            continue;
        const double smooth = (double)w->smooth[at];
        const double r = (double)w->signal[at] / smooth;
        const double noise2 = noise_of(w, smooth);
        const double limit = fmax(DEAD, 8 * sqrt(prnu2 + noise2));
        pixel[x] = to_sample(r * 32768);
        dead[x] = fabs(r - 1) > limit;
        w->f->dead_count += dead[x];
        const double keep = prnu2 + noise2 > 0 ? prnu2 / (prnu2 + noise2) : 0;
        const double part = dead[x] ? 1 : 1 + (r - 1) * keep;
        gain[x] = to_sample(4096 * peak / (smooth * part));
        *left += keep * noise2;
        (*count)++;
    }
}

static void fill_maps(work *w)
{
    const rim_stack *s = w->s;
    double peak = 0, dim = INFINITY, corner = 0;
    size_t inside = 0, corners = 0;
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++) {
            const size_t at = rim_stack_at(s, x, y);
            if (!w->g.inside[y / BLOCK * w->g.cols + x / BLOCK])
                continue;
            const double v = (double)w->smooth[at];
            peak = fmax(peak, v);
            dim = fmin(dim, v);
            inside++;
            const bool is_corner =
                fabs(norm_x(w, x)) > 0.95 && fabs(norm_y(w, y)) > 0.95;
            corner += is_corner ? v : 0;
            corners += is_corner;
        }
    double left = 0;
    size_t count = 0;
    for (int y = 0; y < s->height; y++)
        fill_row(w, y, peak, &left, &count);
    w->f->level_counts = peak;
    w->f->falloff = 1 - dim / peak;
    w->f->corner = corners ? corner / (double)corners / peak : (double)NAN;
    w->f->field = (double)inside / ((double)s->width * s->height);
    w->f->noise = sqrt(left / (double)(count ? count : 1));
}

static rim_err measure(work *w)
{
    fill_signal(w);
    rim_err err = make_grid(w);
    if (err == RIM_OK)
        err = refuse_level(w);
    if (err == RIM_OK)
        err = fit_smooth(w);
    if (err == RIM_OK) {
        // Spots show against the polynomial; the blur would take them in.
        for (int y = 0; y < w->s->height; y++)
            for (int x = 0; x < w->s->width; x++)
                w->smooth[rim_stack_at(w->s, x, y)] = (float)fmax(
                    rim_surface_value(w->term, norm_x(w, x), norm_y(w, y)), 1e-3);
        err = refuse_spot(w);
    }
    if (err == RIM_OK)
        err = refuse_tilt(w);
    if (err == RIM_OK)
        err = fill_smooth(w);
    if (err == RIM_OK)
        err = take_map(&w->f->gain, w->s);
    if (err == RIM_OK)
        err = take_map(&w->f->pixel, w->s);
    if (err == RIM_OK)
        err = take_map(&w->f->dead, w->s);
    if (err != RIM_OK)
        return err;
    photon_transfer(w);
    measure_prnu(w);
    fill_maps(w);
    return RIM_OK;
}

rim_err rim_flat_measure(rim_flat *out, const rim_stack *s, const rim_flat_options *o)
{
    *out = (rim_flat){.frames = s->frames};
    if (s->frames < RIM_STACK_FRAMES_MIN) {
        rim_log_error("%d flat frames, but %d or more are needed; 100 are good",
                      s->frames, RIM_STACK_FRAMES_MIN);
        return RIM_ERR_FORMAT;
    }
    const size_t n = (size_t)s->width * (size_t)s->height;
    work w = {.s = s, .o = o, .f = out};
    w.noise_floor =
        isnan(o->dark_noise_counts) ? 0 : o->dark_noise_counts * o->dark_noise_counts;
    w.signal = malloc(n * sizeof *w.signal);
    w.smooth = malloc(n * sizeof *w.smooth);
    w.scratch = malloc(n * sizeof *w.scratch);
    w.scratch2 = malloc(n * sizeof *w.scratch2);
    const rim_err err =
        w.signal && w.smooth && w.scratch && w.scratch2 ? measure(&w) : RIM_ERR_MEMORY;
    free(w.signal);
    free(w.smooth);
    free(w.scratch);
    free(w.scratch2);
    free(w.g.level);
    free(w.g.inside);
    free(w.g.core);
    free(w.g.model);
    return err;
}

void rim_flat_uninit(rim_flat *f)
{
    rim_frame_uninit(&f->gain);
    rim_frame_uninit(&f->pixel);
    rim_frame_uninit(&f->dead);
}
