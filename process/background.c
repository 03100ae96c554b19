// background.c: logarithm, robust quadratic, masked means, ratio.
// SPDX-License-Identifier: MIT
#include "process/background.h"

#include "process/fixed.h"
#include "process/solve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DARK_LEAST   24     // Q15 of full scale: three counts of 4096
#define DARK_PART    0.05   // of the median light (facts: below 5 % is not judged)
#define WIDE_MM      12.0   // reach of the first masked mean
#define NARROW_MM    5.0    // and of the second
#define AWAY_LEAST   (-360) // Q10: how far the background may leave the quadratic
#define AWAY_MOST    400
#define TERMS        6    // of a quadratic in x and y
#define BAND         4    // rows of cells a job
#define ROUNDS       8    // of its fit, at most
#define FIT_STEP     2    // rows of cells; it goes by every so many
#define SPREAD_LEAST 40.0 // Q10
#define FEW          6    // pixels of a cell: fewer than so many that are lit are noise
// What is known of light before any is seen: to the corner it falls by 0.7 to 2.3
// octaves (facts: the edge has 20 to 60 % of the centre), and by none where a flat field
// is corrected. That is to count as much as this part of all cells.
#define CORNER_FALL (-1024.0) // Q10
#define TRUST       0.06
#define SPREAD_MOST 400.0

rim_err rim_background_init(rim_background *b, const rim_grid *grid,
                            const rim_process_kernels *kernels)
{
    *b = (rim_background){.grid = grid, .kernels = kernels};
    b->cells_x = (grid->width + RIM_CELL - 1) / RIM_CELL;
    b->cells_y = (grid->height + RIM_CELL - 1) / RIM_CELL;
    const size_t area = rim_grid_area(grid), columns = (size_t)b->cells_x;
    const size_t cells = (size_t)b->cells_x * (size_t)b->cells_y;
    b->log_table = calloc(65536, sizeof *b->log_table);
    b->log_light = calloc(area, sizeof *b->log_light);
    b->valid = calloc(area, sizeof *b->valid);
    b->ratio = calloc(area, sizeof *b->ratio);
    b->level = calloc(cells, sizeof *b->level);
    b->weight = calloc(cells, sizeof *b->weight);
    b->smooth = calloc(cells, sizeof *b->smooth);
    b->residual = calloc(cells, sizeof *b->residual);
    b->wide = calloc(cells, sizeof *b->wide);
    b->narrow = calloc(cells, sizeof *b->narrow);
    b->sum = calloc(cells, sizeof *b->sum);
    b->on = calloc(cells, sizeof *b->on);
    b->line = calloc(4 * columns, sizeof *b->line);
    b->zero = calloc(columns, sizeof *b->zero);
    if (!b->log_table || !b->log_light || !b->valid || !b->ratio || !b->level ||
        !b->weight || !b->smooth || !b->residual || !b->wide || !b->narrow || !b->sum ||
        !b->on || !b->line || !b->zero) {
        rim_background_uninit(b);
        return RIM_ERR_MEMORY;
    }
    for (int v = 0; v < 65536; v++) {
        int32_t sum = 0, count = 0;
        uint8_t valid;
        const uint16_t light = (uint16_t)v;
        kernels->level_row(&sum, &count, &b->log_table[v], &valid, &light, 0, 1);
    }
    return RIM_OK;
}

void rim_background_uninit(rim_background *b)
{
    free(b->log_table);
    free(b->log_light);
    free(b->valid);
    free(b->ratio);
    free(b->level);
    free(b->weight);
    free(b->smooth);
    free(b->residual);
    free(b->wide);
    free(b->narrow);
    free(b->sum);
    free(b->on);
    free(b->line);
    free(b->zero);
    *b = (rim_background){0};
}

// Light below which nothing is judged: a part of the median of what is lit at all,
// by every fourth row.
static int dark_light(const rim_grid *g, const uint16_t *light)
{
    // Two histograms: neighbours are alike, and adding to one bin twice waits.
    uint32_t bin[2][1024] = {{0}};
    for (int y = 0; y < g->height; y += 4) {
        const uint16_t *row = light + (size_t)y * (size_t)g->width;
        int x = 0;
        for (; x + 1 < g->width; x += 2) {
            bin[0][row[x] >> 6]++;
            bin[1][row[x + 1] >> 6]++;
        }
        if (x < g->width)
            bin[0][row[x] >> 6]++;
    }
    uint32_t lit = 0, seen = 0;
    for (int i = 0; i < 1024; i++) {
        bin[0][i] = i * 64 + 63 >= DARK_LEAST ? bin[0][i] + bin[1][i] : 0;
        lit += bin[0][i];
    }
    int median = 0;
    while (median < 1023 && (seen += bin[0][median]) * 2 < lit)
        median++;
    const int part = (int)((median * 64 + 32) * DARK_PART);
    return part > DARK_LEAST ? part : DARK_LEAST;
}

// Beyond a round field of view noise is light here and there.
static void clear_cell(const rim_background *b, int cx, int cy)
{
    const rim_grid *g = b->grid;
    for (int y = cy * RIM_CELL; y < (cy + 1) * RIM_CELL && y < g->height; y++)
        for (int x = cx * RIM_CELL; x < (cx + 1) * RIM_CELL && x < g->width; x++)
            b->valid[(size_t)y * (size_t)g->width + (size_t)x] = 0;
}

// Sums of pairs of columns to the cells of a row. Returns how many pixels are valid.
static int fold_cells(const rim_background *b, int cy, const int32_t *sum,
                      const int32_t *count)
{
    const size_t row = (size_t)cy * (size_t)b->cells_x;
    bool few;
    int all = b->kernels->cells_row(b->level + row, b->weight + row, &few, sum, count,
                                    FEW, b->cells_x);
    if (!few)
        return all;
    for (int cx = 0; cx < b->cells_x; cx++) {
        const int32_t n = count[2 * cx] + count[2 * cx + 1];
        if (n > 0 && n < FEW) {
            clear_cell(b, cx, cy);
            b->level[row + (size_t)cx] = 0;
            b->weight[row + (size_t)cx] = 0;
            all -= n;
        }
    }
    return all;
}

typedef struct level_run {
    rim_background *b;
    const uint16_t *light;
    int32_t valid[RIM_FRAME_SIDE_MAX / RIM_CELL / BAND + 1]; // pixels, by bands
} level_run;

static void level_band(void *ctx, int job)
{
    level_run *run = ctx;
    const rim_background *b = run->b;
    const rim_grid *g = b->grid;
    int32_t sum[RIM_FRAME_SIDE_MAX / 2], count[RIM_FRAME_SIDE_MAX / 2];
    const size_t bytes = (size_t)b->cells_x * RIM_CELL / 2 * sizeof *sum;
    run->valid[job] = 0;
    for (int cy = job * BAND; cy < (job + 1) * BAND && cy < b->cells_y; cy++) {
        memset(sum, 0, bytes);
        memset(count, 0, bytes);
        for (int y = cy * RIM_CELL; y < (cy + 1) * RIM_CELL && y < g->height; y++) {
            const size_t row = (size_t)y * (size_t)g->width;
            b->kernels->level_row(sum, count, b->log_light + row, b->valid + row,
                                  run->light + row, b->dark_light, g->width);
        }
        run->valid[job] += fold_cells(b, cy, sum, count);
    }
}

static int bands(const rim_background *b)
{
    return (b->cells_y + BAND - 1) / BAND;
}

// Logarithm, validity, and the means over cells.
static void level_cells(rim_background *b, const uint16_t *light, rim_workers *workers)
{
    level_run run = {.b = b, .light = light};
    b->dark_light = dark_light(b->grid, light);
    rim_workers_run(workers, level_band, &run, bands(b));
    double valid = 0;
    for (int i = 0; i < bands(b); i++)
        valid += run.valid[i];
    const double area = (double)rim_grid_area(b->grid);
    b->dark = (area - valid) / area;
}

// The quadratic q in one row of cells, as one in x.
static void quadratic_row(const rim_background *b, float row[3], const double q[TERMS],
                          int cy)
{
    const double y = (double)(2 * cy - b->cells_y) / b->cells_y;
    row[0] = (float)(q[0] + q[2] * y + q[5] * y * y);
    row[1] = (float)(q[1] + q[4] * y);
    row[2] = (float)q[3];
}

// residual = level - Q, in every `step` th row.
static void subtract_quadratic(rim_background *b, const double q[TERMS], int step)
{
    const size_t w = (size_t)b->cells_x;
    for (int cy = 0; cy < b->cells_y; cy += step) {
        const size_t row = (size_t)cy * w;
        float in_x[3];
        quadratic_row(b, in_x, q, cy);
        b->kernels->residual_row(b->residual + row, b->level + row, in_x, b->cells_x);
    }
}

// Of every FIT_STEPth row: cells with weight, and those of |residual| < below among them.
static void count_cells(const rim_background *b, int below, int *all, int *near)
{
    const int w = b->cells_x;
    const int16_t most = (int16_t)below;
    *all = *near = 0;
    for (int cy = 0; cy < b->cells_y; cy += FIT_STEP) {
        const int16_t *residual = b->residual + (size_t)cy * (size_t)w;
        const uint16_t *weight = b->weight + (size_t)cy * (size_t)w;
        int16_t on = 0, in = 0; // a row has no more than they hold
        for (int cx = 0; cx < w; cx++) {
            const int16_t heavy = (int16_t) - ((int16_t)weight[cx] >= 128);
            const int16_t near_0 =
                (int16_t) - ((residual[cx] < most) & (residual[cx] > -most));
            on = (int16_t)(on - heavy);
            in = (int16_t)(in - (heavy & near_0));
        }
        *all += on;
        *near += in;
    }
}

enum { SPREAD_STEP = 8, SPREAD_LAST = 511 };

// The first step of SPREAD_STEP below whose end half of all cells lie, looked for from a
// guess on: from round to round it hardly moves.
static int median_step(const rim_background *b, int guess)
{
    int low = -1, high = SPREAD_LAST; // the answer lies above low and not above high
    for (int by = 1, at = guess; low + 1 < high; by *= 2) {
        int all, near;
        count_cells(b, (at + 1) * SPREAD_STEP, &all, &near);
        const bool enough = 2 * near >= all;
        if (enough)
            high = at;
        else
            low = at;
        const int next = enough ? at - by : at + by;
        at = next > low && next < high ? next : (low + high) / 2;
    }
    return high;
}

// Adds the moments of one row of cells: moment[j][k] belongs to x^j y^k, in halves of
// the frame.
static void add_moments(const double in_x[8], double y, double moment[5][5],
                        double level[3][3])
{
    for (int j = 0; j < 5; j++) {
        double v = in_x[j];
        for (int k = 0; j + k < 5; k++, v *= y)
            moment[j][k] += v;
    }
    for (int j = 0; j < 3; j++) {
        double v = in_x[5 + j];
        for (int k = 0; j + k < 3; k++, v *= y)
            level[j][k] += v;
    }
}

// q: weighted least squares; sharp: 1 / (1.7 spread), 0: all cells weigh the same.
static bool solve_quadratic(rim_background *b, double q[TERMS], double sharp)
{
    static const int px[TERMS] = {0, 1, 0, 2, 1, 0}, py[TERMS] = {0, 0, 1, 0, 1, 2};
    const int w = b->cells_x;
    double moment[5][5] = {{0}}, level[3][3] = {{0}}, in_x[8];
    uint16_t *weighed = (uint16_t *)b->line;
    for (int cy = 0; cy < b->cells_y; cy += FIT_STEP) {
        const size_t row = (size_t)cy * (size_t)w;
        b->kernels->weigh_row(weighed, b->weight + row, b->residual + row, (float)sharp,
                              w);
        b->kernels->moments_row(in_x, b->level + row, weighed, w);
        double scale = 1.0 / 256.0; // X of the kernel is x times the cells of a row
        for (int k = 0; k < 5; k++, scale /= w) {
            in_x[k] *= scale;
            if (k < 3)
                in_x[5 + k] *= scale;
        }
        add_moments(in_x, (double)(2 * cy - b->cells_y) / b->cells_y, moment, level);
    }
    double m[TERMS][TERMS], v[TERMS];
    const double trust = TRUST * moment[0][0];
    double fall[TERMS];
    rim_background_fall(fall, b, CORNER_FALL);
    for (int j = 0; j < TERMS; j++) {
        for (int k = 0; k < TERMS; k++)
            m[j][k] = moment[px[j] + px[k]][py[j] + py[k]];
        v[j] = level[px[j]][py[j]];
        if (j > 0) {
            m[j][j] += trust;
            v[j] += trust * fall[j];
        }
        m[j][j] += 1e-3; // a frame that is mostly dark still has an answer
    }
    if (!rim_solve(&m[0][0], v, TERMS))
        return false;
    memcpy(q, v, TERMS * sizeof *q);
    return true;
}

// Q: reweighted: neither the bright (lesions) nor the dark (blood, instruments) that
// most of the frame does not share pulls it. Leaves the residual.
static void fit_quadratic(rim_background *b, double q[TERMS])
{
    memset(q, 0, TERMS * sizeof *q);
    double spread = 0.0; // Q10; 0: first round, all weigh the same
    int step = 8;
    for (int round = 0; round < ROUNDS; round++) {
        const double before = spread;
        if (!solve_quadratic(b, q, spread > 0.0 ? 1.0 / (1.7 * spread) : 0.0))
            break;
        subtract_quadratic(b, q, FIT_STEP);
        step = median_step(b, step);
        spread = 1.48 * (step * SPREAD_STEP + SPREAD_STEP / 2); // of the median
        spread = spread < SPREAD_LEAST  ? SPREAD_LEAST
                 : spread > SPREAD_MOST ? SPREAD_MOST
                                        : spread;
        if (round >= ROUNDS / 2 && spread == before)
            break; // settled
    }
    subtract_quadratic(b, q, 1);
}

static const int32_t *row_or_zero(const rim_background *b, const int32_t *plane, int cy)
{
    return cy >= 0 && cy < b->cells_y ? plane + (size_t)cy * (size_t)b->cells_x
                                      : b->zero;
}

// Sums of 2 * reach + 1 entries of a row, as differences of running sums.
static void box_row(int32_t *restrict sum, const int32_t *columns, int w, int reach)
{
    int32_t running[2 * RIM_FRAME_SIDE_MAX / RIM_CELL + 1], s = 0;
    for (int x = 0; x <= reach; x++)
        running[x] = 0;
    for (int x = 0; x < w; x++)
        running[reach + 1 + x] = s += columns[x];
    for (int x = 0; x < reach; x++)
        running[reach + 1 + w + x] = s;
    for (int x = 0; x < w; x++)
        sum[x] = running[x + 2 * reach + 1] - running[x];
}

// mean = the mean of the residual over cells within `reach` whose residual lies in
// low..high of `about`, pulled to `about` where few have weight.
static void masked_mean(rim_background *b, int16_t *mean, const int16_t *about, int low,
                        int high, int reach)
{
    const rim_process_kernels *k = b->kernels;
    const int w = b->cells_x, h = b->cells_y;
    int32_t *columns = b->line, *columns_on = columns + w, *sum = columns_on + w,
            *on = sum + w;
    for (int y = 0; y < h; y++) {
        const size_t row = (size_t)y * (size_t)w;
        k->mask_row(b->sum + row, b->on + row, b->residual + row, about + row,
                    b->weight + row, low, high, w);
    }
    const int32_t side = 2 * reach + 1, pull = side * side; // a sixteenth of a window
    memset(columns, 0, 2 * (size_t)w * sizeof *columns);
    for (int y = -reach; y < h; y++) {
        k->slide_row(columns, row_or_zero(b, b->sum, y + reach),
                     row_or_zero(b, b->sum, y - reach - 1), w);
        k->slide_row(columns_on, row_or_zero(b, b->on, y + reach),
                     row_or_zero(b, b->on, y - reach - 1), w);
        if (y < 0)
            continue;
        const size_t row = (size_t)y * (size_t)w;
        box_row(sum, columns, w, reach);
        box_row(on, columns_on, w, reach);
        k->mean_row(mean + row, sum, on, about + row, pull, w);
    }
}

static int reach_cells(const rim_background *b, double mm)
{
    const int reach = (int)(mm / (b->grid->mm * RIM_CELL) + 0.5);
    const int most = (b->cells_x < b->cells_y ? b->cells_x : b->cells_y) / 3;
    return reach < 1 ? 1 : reach > most ? most : reach;
}

// M of a row of cells. A large dark cover (blood) is not a liver of another brightness.
static void smooth_cells(rim_background *b, const double q[TERMS], int cy)
{
    const size_t row = (size_t)cy * (size_t)b->cells_x;
    float in_x[3];
    quadratic_row(b, in_x, q, cy);
    b->kernels->smooth_row(b->smooth + row, b->narrow + row, in_x, AWAY_LEAST,
                           AWAY_MOST, b->cells_x);
}

// 8 times M between two rows of cells, for row gy of grid pixels, its ends repeated.
static void smooth_line(const rim_background *b, int32_t *line, int gy)
{
    const int w = b->cells_x, last = b->cells_y - 1;
    // Cell centres lie at RIM_CELL * c + (RIM_CELL - 1) / 2; work in halves.
    const int pos = 2 * gy - (RIM_CELL - 1);
    const int c0 = pos < 0 ? 0 : pos / (2 * RIM_CELL);
    const int f = pos < 0 ? 0 : pos - c0 * 2 * RIM_CELL; // 0..2 * RIM_CELL
    const int c1 = c0 < last ? c0 + 1 : last;
    const int16_t *top = b->smooth + (size_t)c0 * (size_t)w;
    const int16_t *bot = b->smooth + (size_t)c1 * (size_t)w;
    for (int cx = 0; cx < w; cx++)
        line[cx] = top[cx] * (2 * RIM_CELL - f) + bot[cx] * f;
    line[-1] = line[0];
    line[w] = line[w - 1];
}

static void ratio_band(void *ctx, int job)
{
    const rim_background *b = ctx;
    const rim_grid *g = b->grid;
    int32_t line[RIM_FRAME_SIDE_MAX / RIM_CELL + 2];
    const int end = (job + 1) * BAND * RIM_CELL;
    for (int y = job * BAND * RIM_CELL; y < end && y < g->height; y++) {
        const size_t row = (size_t)y * (size_t)g->width;
        smooth_line(b, line + 1, y);
        b->kernels->ratio_row(b->ratio + row, b->log_light + row, b->valid + row,
                              line + 1, g->width);
    }
}

void rim_background_run(rim_background *b, const uint16_t *light, rim_workers *workers)
{
    double q[TERMS];
    level_cells(b, light, workers);
    fit_quadratic(b, q);
    memset(b->narrow, 0, (size_t)b->cells_x * (size_t)b->cells_y * sizeof *b->narrow);
    const int wide = reach_cells(b, WIDE_MM), narrow = reach_cells(b, NARROW_MM);
    masked_mean(b, b->wide, b->narrow, -512, 200, wide);
    masked_mean(b, b->narrow, b->wide, -160, 80, narrow);
    masked_mean(b, b->wide, b->narrow, -120, 80, narrow);
    masked_mean(b, b->narrow, b->wide, -100, 80, narrow);
    for (int cy = 0; cy < b->cells_y; cy++)
        smooth_cells(b, q, cy);
    rim_workers_run(workers, ratio_band, b, bands(b));
}

void rim_background_fall(double fall[6], const rim_background *b, double corner)
{
    const double ww = (double)b->cells_x * b->cells_x,
                 hh = (double)b->cells_y * b->cells_y;
    memset(fall, 0, 6 * sizeof *fall);
    fall[3] = corner * ww / (ww + hh);
    fall[5] = corner * hh / (ww + hh);
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
