// residuals.c: the surface's own level, the matched filter, its maxima.
// SPDX-License-Identifier: MIT
#include "process/residuals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELL_MM     0.8
#define CELL_LEAST  0.25  // tissue in a cell, below which it counts for nothing
#define LEVEL_MOST  205.0 // Q10 log2: 15 % above the surroundings
#define CLIP        410.0 // Q10 log2: what stands out more adds no more to sigma
#define SUPPORT     0.3   // part of a Gaussian over tissue, below which S is not known
#define SIGMA_LEAST 12.0  // Q10 log2: the quadric itself is no better
#define CELLS_LEAST 24    // known cells, below which nothing is said of a scale
#define T_LEAST     3.0
#define APART_MM    1.6 // between maxima

static const double scale_mm[RIM_MATCH_SCALES] = {1.0, 1.6, 2.4, 3.6};

static bool planes_init(rim_residuals *r, size_t cells)
{
    double **const plane[] = {&r->weight, &r->value, &r->part, &r->sum,  &r->clipped,
                              &r->tmp,    &r->t[0],  &r->t[1], &r->t[2], &r->t[3]};
    bool good = true;
    for (size_t i = 0; i < sizeof plane / sizeof plane[0]; i++) {
        *plane[i] = calloc(cells, sizeof **plane[i]);
        good &= *plane[i] != NULL;
    }
    r->inside = calloc(cells, 1);
    return good && r->inside;
}

rim_err rim_residuals_init(rim_residuals *r, const rim_grid *grid)
{
    *r = (rim_residuals){.grid = grid};
    r->cell = (int)(CELL_MM / grid->mm + 0.5);
    r->cell = r->cell < 1 ? 1 : r->cell;
    const size_t cells =
        (size_t)(grid->width / r->cell + 1) * (size_t)(grid->height / r->cell + 1);
    rim_err err = planes_init(r, cells) ? RIM_OK : RIM_ERR_MEMORY;
    if (!err)
        err = rim_growth_init(&r->growth, grid);
    if (err)
        rim_residuals_uninit(r);
    return err;
}

void rim_residuals_uninit(rim_residuals *r)
{
    free(r->weight);
    free(r->value);
    free(r->part);
    free(r->sum);
    free(r->clipped);
    free(r->tmp);
    for (int i = 0; i < RIM_MATCH_SCALES; i++)
        free(r->t[i]);
    free(r->inside);
    rim_growth_uninit(&r->growth);
    *r = (rim_residuals){0};
}

// Mean excess over the tissue of each cell, and how much of it there is.
static void fill_cells(rim_residuals *r, const rim_wound *w)
{
    const int c = r->cell;
    r->columns = w->width / c;
    r->rows = w->height / c;
    for (int cy = 0; cy < r->rows; cy++)
        for (int cx = 0; cx < r->columns; cx++) {
            int sum = 0, n = 0, inside = 0;
            for (int y = cy * c; y < (cy + 1) * c; y++)
                for (int x = cx * c; x < (cx + 1) * c; x++) {
                    const size_t i = (size_t)y * (size_t)w->width + (size_t)x;
                    inside += w->seen[i] & RIM_WOUND_INSIDE;
                    if (w->seen[i] & RIM_WOUND_TISSUE) {
                        sum += w->excess[i];
                        n++;
                    }
                }
            const size_t k = (size_t)cy * (size_t)r->columns + (size_t)cx;
            const double part = (double)n / (c * c);
            r->inside[k] = 2 * inside > c * c;
            r->weight[k] = r->inside[k] && part > CELL_LEAST ? part : 0.0;
            r->value[k] = n ? (double)sum / n : 0.0;
        }
}

// The surface's own level, and the deviation of each cell from it in r->value.
static void level_cells(rim_residuals *r, rim_wound *w)
{
    int n = 0, step = 1;
    while ((r->columns / step + 1) * (r->rows / step + 1) > RIM_WOUND_SAMPLES)
        step++;
    const double half = (r->cell - 1) / 2.0;
    for (int cy = 0; cy < r->rows; cy += step)
        for (int cx = 0; cx < r->columns; cx += step) {
            const size_t k = (size_t)cy * (size_t)r->columns + (size_t)cx;
            if (r->weight[k] > 0.0)
                w->sample[n++] =
                    (rim_quadric_sample){cx * r->cell + half, cy * r->cell + half,
                                         r->value[k], r->weight[k]};
        }
    rim_quadric *level = &r->growth.level;
    *level = (rim_quadric){.x = (w->width - 1) / 2.0,
                           .y = (w->height - 1) / 2.0,
                           .unit = (w->width > w->height ? w->width : w->height) / 2.0};
    static const rim_quadric_how how = {
        .wide = 600.0, .narrow = 150.0, .above = 1.5, .damping = 1e-4, .rounds = 8};
    rim_quadric_fit(level, w->sample, n, &how);
    r->growth.level_most = LEVEL_MOST;
    for (int cy = 0; cy < r->rows; cy++)
        for (int cx = 0; cx < r->columns; cx++)
            r->value[(size_t)cy * (size_t)r->columns + (size_t)cx] -=
                fmin(rim_quadric_at(level, cx * r->cell + half, cy * r->cell + half),
                     LEVEL_MOST);
}

// Mean over 2 * reach + 1 entries `step` apart; beyond the ends there is nothing.
static void box_line(double *dst, const double *src, int n, size_t step, int reach)
{
    const double part = 1.0 / (2 * reach + 1);
    double sum = 0.0;
    for (int i = 0; i < reach && i < n; i++)
        sum += src[(size_t)i * step];
    for (int i = 0; i < n; i++) {
        sum += i + reach < n ? src[(size_t)(i + reach) * step] : 0.0;
        sum -= i > reach ? src[(size_t)(i - reach - 1) * step] : 0.0;
        dst[(size_t)i * step] = sum * part;
    }
}

// Three boxes in each direction; reach[i] of the i-th.
static void blur(rim_residuals *r, double *plane, const int reach[3])
{
    const size_t step = (size_t)r->columns;
    for (int i = 0; i < 3; i++) {
        for (int y = 0; y < r->rows; y++)
            box_line(r->tmp + (size_t)y * step, plane + (size_t)y * step, r->columns, 1,
                     reach[i]);
        for (int x = 0; x < r->columns; x++)
            box_line(plane + x, r->tmp + x, r->rows, step, reach[i]);
    }
}

// Odd boxes whose variances (width^2 - 1) / 12 come near sigma^2. Returns what they
// make, in cells.
static double choose_boxes(int reach[3], double sigma_cells)
{
    double left = sigma_cells * sigma_cells, made = 0.0;
    for (int i = 0; i < 3; i++) {
        const double width = sqrt(12.0 * left / (3 - i) + 1.0);
        reach[i] = (int)(width / 2.0);
        const double own = ((2.0 * reach[i] + 1) * (2.0 * reach[i] + 1) - 1.0) / 12.0;
        made += own;
        left = left > own ? left - own : 0.0;
    }
    return sqrt(made);
}

enum { BINS = 2048 }; // of 1 in Q10 log2, the middle one is 0

// The smallest value at or below which `part` of the entries lie.
static int quantile(const uint32_t bin[BINS], uint32_t n, double part)
{
    uint32_t seen = 0;
    int i = 0;
    while (i < BINS - 1 && (seen += bin[i]) < part * n)
        i++;
    return i;
}

// Median and spread of the scale from r->clipped / r->part.
static void measure_scale(rim_match_scale *s, const rim_residuals *r)
{
    uint32_t bin[BINS] = {0}, low[BINS] = {0}, n = 0, lows = 0;
    const size_t cells = (size_t)r->columns * (size_t)r->rows;
    for (size_t k = 0; k < cells; k++)
        if (r->inside[k] && r->part[k] > SUPPORT) {
            const double v = r->clipped[k] / r->part[k] + BINS / 2 + 0.5;
            bin[v < 0.0 ? 0 : v < BINS ? (int)v : BINS - 1]++;
            n++;
        }
    s->median = 0.0;
    s->sigma = NAN;
    if (n < CELLS_LEAST)
        return;
    const int middle = quantile(bin, n, 0.45);
    for (int i = 0; i <= middle; i++) {
        low[middle - i] = bin[i];
        lows += bin[i];
    }
    s->median = middle - BINS / 2;
    s->sigma = fmax(1.4826 * (quantile(low, lows, 0.5) + 0.5), SIGMA_LEAST);
}

static void match(rim_residuals *r, int which)
{
    const size_t cells = (size_t)r->columns * (size_t)r->rows;
    const double cell_mm = r->cell * r->grid->mm;
    rim_match_scale *s = &r->scale[which];
    double *t = r->t[which];
    int reach[3];
    s->sigma_mm = cell_mm * choose_boxes(reach, scale_mm[which] / cell_mm);
    for (size_t k = 0; k < cells; k++) {
        r->part[k] = r->weight[k];
        r->sum[k] = r->weight[k] * r->value[k];
        r->clipped[k] = r->weight[k] * fmin(r->value[k], CLIP);
    }
    blur(r, r->part, reach);
    blur(r, r->sum, reach);
    blur(r, r->clipped, reach);
    measure_scale(s, r);
    for (size_t k = 0; k < cells; k++) {
        const bool known = r->inside[k] && r->part[k] > SUPPORT && !isnan(s->sigma);
        t[k] = known ? (r->sum[k] / r->part[k] - s->median) / s->sigma : 0.0;
    }
}

static bool is_maximum(const rim_residuals *r, const double *t, int cx, int cy,
                       int reach)
{
    const size_t k = (size_t)cy * (size_t)r->columns + (size_t)cx;
    for (int y = cy > reach ? cy - reach : 0; y <= cy + reach && y < r->rows; y++)
        for (int x = cx > reach ? cx - reach : 0; x <= cx + reach && x < r->columns;
             x++) {
            const size_t i = (size_t)y * (size_t)r->columns + (size_t)x;
            if (t[i] > t[k] || (t[i] == t[k] && i < k))
                return false;
        }
    return true;
}

enum { SEEDS_MAX = 48 };

// The maxima of all scales by falling t.
static int find_seeds(const rim_residuals *r, rim_seed seed[SEEDS_MAX])
{
    const int reach = (int)(APART_MM / (r->cell * r->grid->mm) + 0.5);
    int n = 0;
    for (int which = 0; which < RIM_MATCH_SCALES; which++)
        for (int cy = 0; cy < r->rows; cy++)
            for (int cx = 0; cx < r->columns; cx++) {
                const double *all = r->t[which];
                const double t = all[(size_t)cy * (size_t)r->columns + (size_t)cx];
                if (t < T_LEAST || (n == SEEDS_MAX && t <= seed[n - 1].t) ||
                    !is_maximum(r, all, cx, cy, reach < 1 ? 1 : reach))
                    continue;
                int i = n < SEEDS_MAX ? n++ : n - 1;
                for (; i > 0 && seed[i - 1].t < t; i--)
                    seed[i] = seed[i - 1];
                seed[i] = (rim_seed){.x = cx * r->cell + (r->cell - 1) / 2,
                                     .y = cy * r->cell + (r->cell - 1) / 2,
                                     .t = t,
                                     .contrast = t * r->scale[which].sigma,
                                     .sigma_mm = r->scale[which].sigma_mm};
            }
    return n;
}

void rim_residuals_find(rim_residuals *r, rim_wound *w, const rim_scene *scene)
{
    r->count = 0;
    fill_cells(r, w);
    level_cells(r, w);
    for (int i = 0; i < RIM_MATCH_SCALES; i++)
        match(r, i);
    rim_seed seed[SEEDS_MAX];
    const int seeds = find_seeds(r, seed);
    if (seeds == 0)
        return;
    rim_growth_begin(&r->growth, w);
    for (int i = 0; i < seeds && r->count < RIM_FINDINGS_MAX; i++)
        if (rim_growth_measure(&r->found[r->count], &r->growth, w, scene, &seed[i]))
            r->count++;
}
