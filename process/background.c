// background.c: logarithm, robust quadratic, masked means, ratio.
// SPDX-License-Identifier: MIT
#include "process/background.h"

#include "process/fixed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LIGHT_OFFSET 8      // keeps the logarithm of noise at no light finite
#define DARK_LEAST   24     // Q15 of full scale: three counts of 4096
#define DARK_PART    0.05   // of the median light (facts: below 5 % is not judged)
#define WIDE_MM      12.0   // reach of the first masked mean
#define NARROW_MM    5.0    // and of the second
#define AWAY_LEAST   (-360) // Q10: how far the background may leave the quadratic
#define AWAY_MOST    400
#define TERMS        6 // of a quadratic in x and y

rim_err rim_background_init(rim_background *b, const rim_grid *grid)
{
    *b = (rim_background){.grid = grid};
    b->cells_x = (grid->width + RIM_CELL - 1) / RIM_CELL;
    b->cells_y = (grid->height + RIM_CELL - 1) / RIM_CELL;
    const size_t area = rim_grid_area(grid);
    const size_t cells = (size_t)b->cells_x * (size_t)b->cells_y;
    int16_t *table = malloc(65536 * sizeof *table);
    b->log_table = table;
    b->log_light = calloc(area, sizeof *b->log_light);
    b->valid = calloc(area, sizeof *b->valid);
    b->ratio = calloc(area, sizeof *b->ratio);
    b->level = calloc(cells, sizeof *b->level);
    b->weight = calloc(cells, sizeof *b->weight);
    b->smooth = calloc(cells, sizeof *b->smooth);
    b->scratch = calloc(6 * cells, sizeof *b->scratch);
    if (!table || !b->log_light || !b->valid || !b->ratio || !b->level || !b->weight ||
        !b->smooth || !b->scratch) {
        rim_background_uninit(b);
        return RIM_ERR_MEMORY;
    }
    for (uint32_t v = 0; v < 65536; v++)
        table[v] = (int16_t)rim_log2_q10(v + LIGHT_OFFSET);
    return RIM_OK;
}

void rim_background_uninit(rim_background *b)
{
    free((void *)(uintptr_t)b->log_table);
    free(b->log_light);
    free(b->valid);
    free(b->ratio);
    free(b->level);
    free(b->weight);
    free(b->smooth);
    free(b->scratch);
    *b = (rim_background){0};
}

// Light below which nothing is judged: a part of the median of what is lit at all.
static int dark_light(const uint16_t *light, size_t area)
{
    uint32_t bin[1024] = {0};
    uint32_t lit = 0;
    for (size_t i = 0; i < area; i++)
        if (light[i] >= DARK_LEAST) {
            bin[light[i] >> 6]++;
            lit++;
        }
    uint32_t seen = 0;
    int median = 0;
    while (median < 1023 && (seen += bin[median]) * 2 < lit)
        median++;
    const int part = (int)((median * 64 + 32) * DARK_PART);
    return part > DARK_LEAST ? part : DARK_LEAST;
}

// Logarithm, validity, and the means over cells.
static void level_cells(rim_background *b, const uint16_t *light)
{
    const rim_grid *g = b->grid;
    const size_t area = rim_grid_area(g);
    const size_t cells = (size_t)b->cells_x * (size_t)b->cells_y;
    b->dark_light = dark_light(light, area);
    size_t dark = 0;
    for (size_t i = 0; i < area; i++) {
        b->log_light[i] = b->log_table[light[i]];
        b->valid[i] = light[i] >= b->dark_light;
        dark += !b->valid[i];
    }
    b->dark = (double)dark / (double)area;
    int32_t *sum = b->scratch, *count = b->scratch + cells;
    memset(sum, 0, 2 * cells * sizeof *sum);
    for (int y = 0; y < g->height; y++) {
        const size_t row = (size_t)y * (size_t)g->width;
        const size_t cell = (size_t)(y / RIM_CELL) * (size_t)b->cells_x;
        for (int x = 0; x < g->width; x++)
            if (b->valid[row + (size_t)x]) {
                sum[cell + (size_t)(x / RIM_CELL)] += b->log_light[row + (size_t)x];
                count[cell + (size_t)(x / RIM_CELL)]++;
            }
    }
    for (size_t i = 0; i < cells; i++) {
        b->level[i] = (int16_t)(count[i] ? sum[i] / count[i] : 0);
        b->weight[i] = (uint16_t)(count[i] * 256 / (RIM_CELL * RIM_CELL));
    }
}

// Solves the symmetric positive system m * x = v in place (x in v), n <= TERMS.
// False where it is singular.
static bool solve(double m[TERMS][TERMS], double v[TERMS])
{
    for (int i = 0; i < TERMS; i++) {
        if (!(m[i][i] > 1e-9))
            return false;
        for (int j = i + 1; j < TERMS; j++) {
            const double f = m[j][i] / m[i][i];
            for (int k = i; k < TERMS; k++)
                m[j][k] -= f * m[i][k];
            v[j] -= f * v[i];
        }
    }
    for (int i = TERMS - 1; i >= 0; i--) {
        for (int k = i + 1; k < TERMS; k++)
            v[i] -= m[i][k] * v[k];
        v[i] /= m[i][i];
    }
    return true;
}

static void terms_at(const rim_background *b, double t[TERMS], int cx, int cy)
{
    const double x = 2.0 * cx / b->cells_x - 1.0, y = 2.0 * cy / b->cells_y - 1.0;
    t[0] = 1.0;
    t[1] = x;
    t[2] = y;
    t[3] = x * x;
    t[4] = x * y;
    t[5] = y * y;
}

static double quadratic_at(const rim_background *b, const double q[TERMS], int cx,
                           int cy)
{
    double t[TERMS], sum = 0.0;
    terms_at(b, t, cx, cy);
    for (int i = 0; i < TERMS; i++)
        sum += q[i] * t[i];
    return sum;
}

// Median of |value| over cells with weight, from a histogram in steps of 8 (Q10).
static double median_abs(const rim_background *b, const int32_t *value, size_t cells)
{
    uint32_t bin[512] = {0}, n = 0, seen = 0;
    for (size_t i = 0; i < cells; i++)
        if (b->weight[i] >= 128) {
            const int32_t v = abs(value[i]) / 8;
            bin[v < 511 ? v : 511]++;
            n++;
        }
    int i = 0;
    while (i < 511 && (seen += bin[i]) * 2 < n)
        i++;
    return i * 8 + 4;
}

// Q: least squares, reweighted: neither the bright (lesions) nor the dark (blood,
// instruments) that most of the frame does not share pulls it.
static void fit_quadratic(const rim_background *b, double q[TERMS], int32_t *residual)
{
    const size_t cells = (size_t)b->cells_x * (size_t)b->cells_y;
    memset(q, 0, TERMS * sizeof *q);
    double spread = 0.0; // Q10; 0: first round, all weigh the same
    for (int round = 0; round < 8; round++) {
        double m[TERMS][TERMS] = {{0}}, v[TERMS] = {0}, t[TERMS];
        for (int cy = 0; cy < b->cells_y; cy++)
            for (int cx = 0; cx < b->cells_x; cx++) {
                const size_t i = (size_t)cy * (size_t)b->cells_x + (size_t)cx;
                double w = b->weight[i] / 256.0;
                if (w == 0.0)
                    continue;
                if (spread > 0.0) {
                    const double e = residual[i] / spread;
                    const double r = e / 1.7;
                    w *= 1.0 / ((1.0 + r * r) * (1.0 + r * r));
                }
                terms_at(b, t, cx, cy);
                for (int j = 0; j < TERMS; j++) {
                    for (int k = j; k < TERMS; k++)
                        m[j][k] += w * t[j] * t[k];
                    v[j] += w * t[j] * b->level[i];
                }
            }
        for (int j = 0; j < TERMS; j++) {
            m[j][j] += 1e-3; // a frame that is mostly dark still has an answer
            for (int k = 0; k < j; k++)
                m[j][k] = m[k][j];
        }
        if (!solve(m, v))
            break;
        memcpy(q, v, TERMS * sizeof *q);
        for (int cy = 0; cy < b->cells_y; cy++)
            for (int cx = 0; cx < b->cells_x; cx++) {
                const size_t i = (size_t)cy * (size_t)b->cells_x + (size_t)cx;
                residual[i] =
                    (int32_t)floor(b->level[i] - quadratic_at(b, q, cx, cy) + 0.5);
            }
        spread = 1.48 * median_abs(b, residual, cells);
        if (spread < 40.0)
            spread = 40.0;
        if (spread > 400.0)
            spread = 400.0;
    }
}

// Running sum of 2 * reach + 1 entries along n entries that lie `step` apart.
static void box_line(int32_t *dst, const int32_t *src, int n, ptrdiff_t step, int reach)
{
    int32_t sum = 0;
    for (int i = 0; i < reach && i < n; i++)
        sum += src[i * step];
    for (int i = 0; i < n; i++) {
        if (i + reach < n)
            sum += src[(i + reach) * step];
        if (i - reach - 1 >= 0)
            sum -= src[(i - reach - 1) * step];
        dst[i * step] = sum;
    }
}

// Box sums in both directions; `tmp` as large as the plane.
static void box_plane(int32_t *plane, int32_t *tmp, int w, int h, int reach)
{
    for (int y = 0; y < h; y++)
        box_line(tmp + (ptrdiff_t)y * w, plane + (ptrdiff_t)y * w, w, 1, reach);
    for (int x = 0; x < w; x++)
        box_line(plane + x, tmp + x, h, w, reach);
}

// mean[i] = the mean of residual over cells within `reach` whose residual lies in
// low..high of `about`, pulled to `about` where few have weight.
static void masked_mean(const rim_background *b, int32_t *mean, const int32_t *residual,
                        const int32_t *about, int low, int high, int reach)
{
    const int w = b->cells_x, h = b->cells_y;
    const size_t cells = (size_t)w * (size_t)h;
    int32_t *sum = b->scratch + 3 * cells, *weight = b->scratch + 4 * cells,
            *tmp = b->scratch + 5 * cells;
    for (size_t i = 0; i < cells; i++) {
        const int32_t e = residual[i] - about[i];
        const int32_t on = e >= low && e <= high ? b->weight[i] / 16 : 0;
        weight[i] = on;
        sum[i] = on * (residual[i] / 4); // Q8: sums stay within 32 bits
    }
    box_plane(sum, tmp, w, h, reach);
    box_plane(weight, tmp, w, h, reach);
    const int32_t side = 2 * reach + 1;
    const int32_t pull = 16 * side * side / 16; // a sixteenth of a full window
    for (size_t i = 0; i < cells; i++)
        mean[i] = (int32_t)(((int64_t)sum[i] * 4 + (int64_t)pull * about[i]) /
                            (weight[i] + pull));
}

static int reach_cells(const rim_background *b, double mm)
{
    const int reach = (int)(mm / (b->grid->mm * RIM_CELL) + 0.5);
    const int most = (b->cells_x < b->cells_y ? b->cells_x : b->cells_y) / 3;
    return reach < 1 ? 1 : reach > most ? most : reach;
}

// log2 background of grid pixel columns: M between cell centres, row gy.
static void smooth_row(const rim_background *b, int32_t *dst, int gy)
{
    const int w = b->cells_x, last = b->cells_y - 1;
    // Cell centres lie at RIM_CELL * c + (RIM_CELL - 1) / 2; work in halves.
    const int pos = 2 * gy - (RIM_CELL - 1);
    int c0 = pos < 0 ? 0 : pos / (2 * RIM_CELL);
    if (c0 > last)
        c0 = last;
    int f = pos < 0 ? 0 : pos - c0 * 2 * RIM_CELL; // 0..2 * RIM_CELL
    if (f > 2 * RIM_CELL)
        f = 2 * RIM_CELL;
    const int c1 = c0 < last ? c0 + 1 : last;
    const int16_t *top = b->smooth + (size_t)c0 * (size_t)w;
    const int16_t *bot = b->smooth + (size_t)c1 * (size_t)w;
    for (int cx = 0; cx < w; cx++)
        dst[cx] = top[cx] * (2 * RIM_CELL - f) + bot[cx] * f;
}

static void ratio_plane(rim_background *b)
{
    const rim_grid *g = b->grid;
    int32_t *line = b->scratch; // [cells_x]
    const int last = b->cells_x - 1;
    for (int y = 0; y < g->height; y++) {
        smooth_row(b, line, y);
        const size_t row = (size_t)y * (size_t)g->width;
        for (int x = 0; x < g->width; x++) {
            const int pos = 2 * x - (RIM_CELL - 1);
            int c0 = pos < 0 ? 0 : pos / (2 * RIM_CELL);
            if (c0 > last)
                c0 = last;
            int f = pos < 0 ? 0 : pos - c0 * 2 * RIM_CELL;
            if (f > 2 * RIM_CELL)
                f = 2 * RIM_CELL;
            const int c1 = c0 < last ? c0 + 1 : last;
            const int32_t m = line[c0] * (2 * RIM_CELL - f) + line[c1] * f;
            int32_t r = b->log_light[row + (size_t)x] - m / (4 * RIM_CELL * RIM_CELL);
            if (r < RIM_RATIO_MIN)
                r = RIM_RATIO_MIN;
            if (r > RIM_RATIO_MAX)
                r = RIM_RATIO_MAX;
            b->ratio[row + (size_t)x] = (int16_t)(b->valid[row + (size_t)x] ? r : 0);
        }
    }
}

void rim_background_run(rim_background *b, const uint16_t *light)
{
    level_cells(b, light);
    const size_t cells = (size_t)b->cells_x * (size_t)b->cells_y;
    int32_t *residual = b->scratch, *wide = b->scratch + cells,
            *narrow = b->scratch + 2 * cells;
    double q[TERMS];
    fit_quadratic(b, q, residual);
    memset(narrow, 0, cells * sizeof *narrow);
    masked_mean(b, wide, residual, narrow, -512, 200, reach_cells(b, WIDE_MM));
    masked_mean(b, narrow, residual, wide, -160, 80, reach_cells(b, NARROW_MM));
    masked_mean(b, wide, residual, narrow, -120, 80, reach_cells(b, NARROW_MM));
    masked_mean(b, narrow, residual, wide, -100, 80, reach_cells(b, NARROW_MM));
    for (int cy = 0; cy < b->cells_y; cy++)
        for (int cx = 0; cx < b->cells_x; cx++) {
            const size_t i = (size_t)cy * (size_t)b->cells_x + (size_t)cx;
            // A large dark cover (blood) is not a liver of another brightness.
            const int32_t away = narrow[i] < AWAY_LEAST  ? AWAY_LEAST
                                 : narrow[i] > AWAY_MOST ? AWAY_MOST
                                                         : narrow[i];
            double m = quadratic_at(b, q, cx, cy) + away;
            if (m < 0.0)
                m = 0.0;
            if (m > 16383.0)
                m = 16383.0;
            b->smooth[i] = (int16_t)floor(m + 0.5);
        }
    ratio_plane(b);
}

double rim_background_at(const rim_background *b, double x, double y)
{
    double cx = (x - (RIM_CELL - 1) / 2.0) / RIM_CELL;
    double cy = (y - (RIM_CELL - 1) / 2.0) / RIM_CELL;
    cx = cx < 0.0 ? 0.0 : cx > b->cells_x - 1 ? b->cells_x - 1 : cx;
    cy = cy < 0.0 ? 0.0 : cy > b->cells_y - 1 ? b->cells_y - 1 : cy;
    const int x0 = (int)cx, y0 = (int)cy;
    const int x1 = x0 + 1 < b->cells_x ? x0 + 1 : x0;
    const int y1 = y0 + 1 < b->cells_y ? y0 + 1 : y0;
    const int16_t *top = b->smooth + (size_t)y0 * (size_t)b->cells_x;
    const int16_t *bot = b->smooth + (size_t)y1 * (size_t)b->cells_x;
    const double fx = cx - x0, fy = cy - y0;
    const double m = (top[x0] * (1 - fx) + top[x1] * fx) * (1 - fy) +
                     (bot[x0] * (1 - fx) + bot[x1] * fx) * fy;
    return m / RIM_LOG2_ONE;
}
