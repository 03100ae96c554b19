// residuals.c: the surface's own level, the matched filter, its maxima.
// SPDX-License-Identifier: MIT
#include "process/residuals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELL_MM     0.8
#define CELL_LEAST  0.25f  // tissue in a cell, below which it counts for nothing
#define LEVEL_MOST  205.0  // Q10 log2: 15 % above the surroundings
#define CLIP        410.0f // Q10 log2: what stands out more adds no more to sigma
#define SUPPORT     0.3f   // part of a Gaussian over tissue, below which S is not known
#define SIGMA_LEAST 12.0   // Q10 log2: the quadric itself is no better
#define CELLS_LEAST 24     // known cells, below which nothing is said of a scale
#define T_LEAST     3.0f
#define LEVEL_CELLS 1000 // at most, that the level is fitted through
#define APART_MM    1.6  // between maxima

static const double scale_mm[RIM_MATCH_SCALES] = {1.0, 1.6, 2.4, 3.6};

static bool planes_init(rim_residuals *r, size_t cells)
{
    float **const one[] = {&r->weight, &r->value, &r->t[0],
                           &r->t[1],   &r->t[2],  &r->t[3]};
    float **const four[] = {&r->source, &r->plane, &r->tmp};
    bool good = true;
    for (size_t i = 0; i < sizeof one / sizeof one[0]; i++)
        good &= (*one[i] = calloc(cells, sizeof **one[i])) != NULL;
    for (size_t i = 0; i < sizeof four / sizeof four[0]; i++)
        good &= (*four[i] = calloc(4 * cells, sizeof **four[i])) != NULL;
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
        err = rim_veil_init(&r->veil, cells);
    if (!err)
        err = rim_growth_init(&r->growth, grid);
    if (err)
        rim_residuals_uninit(r);
    return err;
}

void rim_residuals_uninit(rim_residuals *r)
{
    rim_veil_uninit(&r->veil);
    free(r->weight);
    free(r->value);
    free(r->source);
    free(r->plane);
    free(r->tmp);
    for (int i = 0; i < RIM_MATCH_SCALES; i++)
        free(r->t[i]);
    free(r->inside);
    rim_growth_uninit(&r->growth);
    *r = (rim_residuals){0};
}

// Mean excess over the tissue of each cell, and how much of it there is.
static void fill_cells(rim_residuals *r, rim_wound *w)
{
    const int c = r->cell;
    r->columns = w->width / c;
    r->rows = w->height / c;
    const size_t cells = (size_t)r->columns * (size_t)r->rows;
    rim_planes_cells(w->cell_sum, w->cell_count, w->excess, w->seen, RIM_WOUND_INSIDE,
                     &w->planes, w->width, w->height, c);
    for (size_t k = 0; k < cells; k++)
        r->inside[k] = 2 * w->cell_count[k] > c * c;
    rim_planes_cells(w->cell_sum, w->cell_count, w->excess, w->seen, RIM_WOUND_VALID,
                     &w->planes, w->width, w->height, c);
    rim_veil_find_dark(&r->veil, w->cell_sum, w->cell_count, r->inside, r->columns,
                       r->rows, c);
    rim_planes_cells(w->cell_sum, w->cell_count, w->excess, w->seen, RIM_WOUND_TISSUE,
                     &w->planes, w->width, w->height, c);
    for (size_t k = 0; k < cells; k++) {
        const int n = w->cell_count[k];
        const float part = (float)n / (float)(c * c);
        r->weight[k] = r->inside[k] && part > CELL_LEAST ? part : 0.0f;
        r->value[k] = n ? (float)w->cell_sum[k] / (float)n : 0.0f;
    }
}

// The surface's own level, and the deviation of each cell from it in r->value.
static void level_cells(rim_residuals *r, rim_wound *w)
{
    int n = 0, step = 1, known = 0;
    const size_t cells = (size_t)r->columns * (size_t)r->rows;
    for (size_t k = 0; k < cells; k++)
        known += r->weight[k] > 0.0f;
    while (known / (step * step) > LEVEL_CELLS)
        step++;
    const double half = (r->cell - 1) / 2.0;
    for (int cy = 0; cy < r->rows; cy += step)
        for (int cx = 0; cx < r->columns && n < RIM_WOUND_SAMPLES; cx += step) {
            const size_t k = (size_t)cy * (size_t)r->columns + (size_t)cx;
            if (r->weight[k] > 0.0f)
                w->sample[n++] =
                    (rim_quadric_sample){cx * r->cell + half, cy * r->cell + half,
                                         (double)r->value[k], (double)r->weight[k]};
        }
    rim_quadric *level = &r->growth.level;
    *level = (rim_quadric){.x = (w->width - 1) / 2.0,
                           .y = (w->height - 1) / 2.0,
                           .unit = (w->width > w->height ? w->width : w->height) / 2.0};
    static const rim_quadric_how how = {
        .wide = 600.0, .narrow = 150.0, .above = 1.5, .damping = 1e-3, .rounds = 7};
    rim_quadric_fit(level, w->sample, n, &how);
    r->growth.level_most = LEVEL_MOST;
    for (int cy = 0; cy < r->rows; cy++) {
        float *value = r->value + (size_t)cy * (size_t)r->columns, q[3];
        rim_quadric_row(q, level, half, cy * r->cell + half);
        for (int cx = 0; cx < r->columns; cx++) {
            const float x = (float)(cx * r->cell), own = q[0] + x * (q[1] + x * q[2]);
            value[cx] -= own < (float)LEVEL_MOST ? own : (float)LEVEL_MOST;
        }
    }
}

// Sums over 2 * reach + 1 cells of four numbers a cell, along a row; beyond the ends
// there is nothing. pad: 4 * (n + 2 * reach) numbers.
static void box_row(float *restrict dst, const float *restrict src, float *restrict pad,
                    int n, int reach)
{
    const size_t edge = 4 * (size_t)reach, all = 4 * (size_t)n;
    memset(pad, 0, edge * sizeof *pad);
    memcpy(pad + edge, src, all * sizeof *pad);
    memset(pad + edge + all, 0, edge * sizeof *pad);
    float a = 0.0f, b = 0.0f, c = 0.0f;
    for (size_t i = 0; i < 2 * edge; i += 4) {
        a += pad[i];
        b += pad[i + 1];
        c += pad[i + 2];
    }
    for (size_t i = 0; i < all; i += 4) {
        const float *ahead = pad + i + 2 * edge;
        dst[i] = a += ahead[0];
        dst[i + 1] = b += ahead[1];
        dst[i + 2] = c += ahead[2];
        a -= pad[i];
        b -= pad[i + 1];
        c -= pad[i + 2];
    }
}

// The same down all columns at once; `step` numbers a row.
static void box_columns(float *restrict dst, const float *restrict src,
                        float *restrict sum, size_t step, int rows, int reach)
{
    memset(sum, 0, step * sizeof *sum);
    for (int y = -reach; y < rows; y++) {
        if (y + reach < rows)
            for (size_t i = 0; i < step; i++)
                sum[i] += src[(size_t)(y + reach) * step + i];
        if (y > reach)
            for (size_t i = 0; i < step; i++)
                sum[i] -= src[(size_t)(y - reach - 1) * step + i];
        if (y >= 0)
            memcpy(dst + (size_t)y * step, sum, step * sizeof *sum);
    }
}

// r->plane becomes r->source through three boxes in each direction.
static void blur(rim_residuals *r, const int reach[3], float *line)
{
    const size_t step = 4 * (size_t)r->columns;
    for (int i = 0; i < 3; i++) {
        const float *src = i ? r->plane : r->source;
        for (int y = 0; y < r->rows; y++)
            box_row(r->tmp + (size_t)y * step, src + (size_t)y * step, line, r->columns,
                    reach[i]);
        box_columns(r->plane, r->tmp, line, step, r->rows, reach[i]);
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

// What match() keeps of a cell, side by side.
enum { PART, SUM, CLIPPED };

// Median and spread of the scale; `support`: what PART is at least.
static void measure_scale(rim_match_scale *s, const rim_residuals *r, float support)
{
    uint32_t bin[BINS] = {0}, low[BINS] = {0}, n = 0, lows = 0;
    const size_t cells = (size_t)r->columns * (size_t)r->rows;
    for (size_t k = 0; k < cells; k++) {
        const float *p = r->plane + 4 * k;
        if (!r->inside[k] || p[PART] <= support)
            continue;
        const float v = p[CLIPPED] / p[PART] + (float)(BINS / 2) + 0.5f;
        bin[v < 0.0f ? 0 : v < (float)BINS ? (int)v : BINS - 1]++;
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

static void match(rim_residuals *r, rim_wound *w, int which)
{
    const size_t cells = (size_t)r->columns * (size_t)r->rows;
    const double cell_mm = r->cell * r->grid->mm;
    rim_match_scale *s = &r->scale[which];
    float *t = r->t[which], support = SUPPORT;
    int reach[3];
    s->sigma_mm = cell_mm * choose_boxes(reach, scale_mm[which] / cell_mm);
    // Sums are not divided by the boxes' areas: S is a quotient of them.
    for (int i = 0; i < 3; i++)
        support *= (float)((2 * reach[i] + 1) * (2 * reach[i] + 1));
    blur(r, reach, w->line);
    measure_scale(s, r, support);
    const float median = (float)s->median, sigma = (float)s->sigma;
    for (size_t k = 0; k < cells; k++) {
        const float *p = r->plane + 4 * k;
        const bool known = r->inside[k] && p[PART] > support && !isnan(s->sigma);
        t[k] = known ? (p[SUM] / p[PART] - median) / sigma : 0.0f;
    }
}

// What all scales are blurred from.
static void fill_source(rim_residuals *r)
{
    const size_t cells = (size_t)r->columns * (size_t)r->rows;
    for (size_t k = 0; k < cells; k++) {
        const float weight = r->weight[k], value = r->value[k];
        r->source[4 * k + PART] = weight;
        r->source[4 * k + SUM] = weight * value;
        r->source[4 * k + CLIPPED] = weight * (value < CLIP ? value : CLIP);
        r->source[4 * k + 3] = 0.0f;
    }
}

static bool is_maximum(const rim_residuals *r, const float *t, int cx, int cy,
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

double rim_residuals_level_at(const rim_residuals *r, double x, double y)
{
    return fmin(rim_quadric_at(&r->growth.level, x, y), r->growth.level_most);
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
                const float *all = r->t[which];
                const float t = all[(size_t)cy * (size_t)r->columns + (size_t)cx];
                if (t < T_LEAST || (n == SEEDS_MAX && (double)t <= seed[n - 1].t) ||
                    !is_maximum(r, all, cx, cy, reach < 1 ? 1 : reach))
                    continue;
                int i = n < SEEDS_MAX ? n++ : n - 1;
                for (; i > 0 && seed[i - 1].t < (double)t; i--)
                    seed[i] = seed[i - 1];
                seed[i] = (rim_seed){.x = cx * r->cell + (r->cell - 1) / 2,
                                     .y = cy * r->cell + (r->cell - 1) / 2,
                                     .t = (double)t,
                                     .contrast = (double)t * r->scale[which].sigma,
                                     .sigma_mm = r->scale[which].sigma_mm};
            }
    return n;
}

void rim_residuals_find(rim_residuals *r, rim_wound *w, const rim_scene *scene)
{
    r->count = 0;
    fill_cells(r, w);
    rim_veil_look(&r->veil, r->value, r->weight, r->columns, r->rows, r->cell, w);
    level_cells(r, w);
    fill_source(r);
    for (int i = 0; i < RIM_MATCH_SCALES; i++)
        match(r, w, i);
    rim_seed seed[SEEDS_MAX];
    const int seeds = find_seeds(r, seed);
    if (seeds == 0)
        return;
    rim_growth_begin(&r->growth, w, seed, seeds);
    for (int i = 0; i < seeds && r->count < RIM_FINDINGS_MAX; i++)
        if (rim_growth_measure(&r->found[r->count], &r->growth, w, scene, &seed[i]))
            r->count++;
}
