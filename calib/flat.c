// flat.c: from a stack of a uniform target to gain and dead pixels.
// SPDX-License-Identifier: MIT
#include "calib/flat_internal.h"

#include "base/log.h"
#include "calib/dark.h"

#include <math.h>
#include <stdlib.h>

// ---- pixels ----

// K from the median over the field of variance and signal; light that flickers as a
// whole is taken off.
static void photon_transfer(rim_flat_work *w)
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
static double noise_of(const rim_flat_work *w, double signal)
{
    return (w->noise_floor + w->per_count * signal) / (w->s->frames * signal * signal);
}

// Robust spread of pixel - 1 over the field, noise taken off.
static void measure_prnu(rim_flat_work *w)
{
    const rim_stack *s = w->s;
    size_t m = 0;
    double noise = 0;
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++) {
            const size_t at = rim_stack_at(s, x, y);
            if (!rim_flat_usable(w, x, y))
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

static void fill_row(rim_flat_work *w, int y, double peak, double *left, size_t *count)
{
    const double prnu2 = w->f->prnu * w->f->prnu;
    uint16_t *gain = rim_frame_row16(&w->f->gain, y);
    uint16_t *pixel = rim_frame_row16(&w->f->pixel, y);
    uint16_t *dead = rim_frame_row16(&w->f->dead, y);
    for (int x = 0; x < w->s->width; x++) {
        const size_t at = rim_stack_at(w->s, x, y);
        gain[x] = 4096;
        pixel[x] = 32768;
        if (!w->g.inside[y / RIM_FLAT_BLOCK * w->g.cols + x / RIM_FLAT_BLOCK])
            continue;
        const double smooth = (double)w->smooth[at];
        const double r = (double)w->signal[at] / smooth;
        const double noise2 = noise_of(w, smooth);
        const double limit = fmax(RIM_FLAT_DEAD, 8 * sqrt(prnu2 + noise2));
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

static void fill_maps(rim_flat_work *w)
{
    const rim_stack *s = w->s;
    double peak = 0, dim = INFINITY, corner = 0;
    size_t inside = 0, corners = 0;
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++) {
            const size_t at = rim_stack_at(s, x, y);
            if (!w->g.inside[y / RIM_FLAT_BLOCK * w->g.cols + x / RIM_FLAT_BLOCK])
                continue;
            const double v = (double)w->smooth[at];
            peak = fmax(peak, v);
            dim = fmin(dim, v);
            inside++;
            const bool is_corner = fabs(rim_flat_norm_x(w, x)) > 0.95 &&
                                   fabs(rim_flat_norm_y(w, y)) > 0.95;
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

static rim_err measure(rim_flat_work *w)
{
    rim_flat_fill_signal(w);
    rim_err err = rim_flat_make_grid(w);
    if (err == RIM_OK)
        err = rim_flat_refuse_level(w);
    if (err == RIM_OK)
        err = rim_flat_fit_smooth(w);
    if (err == RIM_OK) {
        // Spots show against the polynomial; the blur would take them in.
        for (int y = 0; y < w->s->height; y++)
            for (int x = 0; x < w->s->width; x++)
                w->smooth[rim_stack_at(w->s, x, y)] =
                    (float)fmax(rim_surface_value(w->term, rim_flat_norm_x(w, x),
                                                  rim_flat_norm_y(w, y)),
                                1e-3);
        err = rim_flat_refuse_spot(w);
    }
    if (err == RIM_OK)
        err = rim_flat_refuse_tilt(w);
    if (err == RIM_OK)
        err = rim_flat_fill_smooth(w);
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
    rim_flat_work w = {.s = s, .o = o, .f = out};
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
