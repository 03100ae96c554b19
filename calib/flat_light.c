// flat_light.c: the smooth part of a flat, which light, lens and target make.
//
// Works on blocks first, where noise averages out and where a spot, a tilt or a dark
// corner shows; single pixels come last.
// SPDX-License-Identifier: MIT
#include "calib/flat_internal.h"

#include "base/log.h"
#include "calib/dark.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLUR_RADIUS = 12, BLUR_PASSES = 3 };

static const double FIELD_EDGE = 0.08; // of the brightest: outside the field

// ---- blocks ----

static double dark_of(const rim_flat_work *w, int x, int y)
{
    return w->o->dark ? rim_frame_row16(w->o->dark, y)[x] / 16.0 : w->o->black_level;
}

bool rim_flat_is_hot(const rim_flat_work *w, int x, int y)
{
    return w->o->hot && rim_frame_row16(w->o->hot, y)[x];
}

void rim_flat_fill_signal(rim_flat_work *w)
{
    for (int y = 0; y < w->s->height; y++)
        for (int x = 0; x < w->s->width; x++) {
            const size_t at = rim_stack_at(w->s, x, y);
            w->signal[at] = (float)(rim_stack_mean(w->s, at) - dark_of(w, x, y));
        }
}

// Median of a block, of the pixels that are not hot; of all where all are.
static float block_level(rim_flat_work *w, int bx, int by)
{
    size_t n = 0;
    for (int pass = 0; pass < 2 && n == 0; pass++)
        for (int y = by * RIM_FLAT_BLOCK;
             y < (by + 1) * RIM_FLAT_BLOCK && y < w->s->height; y++)
            for (int x = bx * RIM_FLAT_BLOCK;
                 x < (bx + 1) * RIM_FLAT_BLOCK && x < w->s->width; x++)
                if (pass == 1 || !rim_flat_is_hot(w, x, y))
                    w->scratch[n++] = w->signal[rim_stack_at(w->s, x, y)];
    return (float)rim_median(w->scratch, n);
}

static bool all_around_inside(const rim_flat_grid *g, int x, int y)
{
    for (int j = y - 1; j <= y + 1; j++)
        for (int i = x - 1; i <= x + 1; i++)
            if (i >= 0 && j >= 0 && i < g->cols && j < g->rows &&
                !g->inside[j * g->cols + i])
                return false;
    return true;
}

rim_err rim_flat_make_grid(rim_flat_work *w)
{
    rim_flat_grid *g = &w->g;
    g->cols = (w->s->width + RIM_FLAT_BLOCK - 1) / RIM_FLAT_BLOCK;
    g->rows = (w->s->height + RIM_FLAT_BLOCK - 1) / RIM_FLAT_BLOCK;
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

double rim_flat_norm_x(const rim_flat_work *w, double x)
{
    return 2 * (x + 0.5) / w->s->width - 1;
}

double rim_flat_norm_y(const rim_flat_work *w, double y)
{
    return 2 * (y + 0.5) / w->s->height - 1;
}

double rim_flat_block_x(const rim_flat_work *w, int bx)
{
    const int end = (bx + 1) * RIM_FLAT_BLOCK < w->s->width ? (bx + 1) * RIM_FLAT_BLOCK
                                                            : w->s->width;
    return rim_flat_norm_x(w, (bx * RIM_FLAT_BLOCK + end - 1) / 2.0);
}

double rim_flat_block_y(const rim_flat_work *w, int by)
{
    const int end = (by + 1) * RIM_FLAT_BLOCK < w->s->height ? (by + 1) * RIM_FLAT_BLOCK
                                                             : w->s->height;
    return rim_flat_norm_y(w, (by * RIM_FLAT_BLOCK + end - 1) / 2.0);
}

// Tukey's weights keep spots and shadows out of the smooth part.
rim_err rim_flat_fit_smooth(rim_flat_work *w)
{
    const rim_flat_grid *g = &w->g;
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
            sample[i] = (rim_surface_sample){.x = rim_flat_block_x(w, i % g->cols),
                                             .y = rim_flat_block_y(w, i / g->cols),
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

bool rim_flat_usable(const rim_flat_work *w, int x, int y)
{
    return w->g.inside[y / RIM_FLAT_BLOCK * w->g.cols + x / RIM_FLAT_BLOCK] &&
           !rim_flat_is_hot(w, x, y);
}

// smooth = polynomial x blurred (signal / polynomial): normalised convolution
// (Knutsson & Westin 1993), so that nothing leaks in from outside the field.
rim_err rim_flat_fill_smooth(rim_flat_work *w)
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
            const double model = fmax(rim_surface_value(w->term, rim_flat_norm_x(w, x),
                                                        rim_flat_norm_y(w, y)),
                                      1e-3);
            const double r = (double)w->signal[at] / model;
            const bool in = rim_flat_usable(w, x, y) && fabs(r - 1) < RIM_FLAT_DEAD;
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
