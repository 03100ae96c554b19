// veil.c: noise, detail, its local mean.
// SPDX-License-Identifier: MIT
#include "process/veil.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WEIGHT_LEAST 0.9f   // of a cell and of those around it
#define AROUND_LEAST 5      // of the eight cells around
#define DETAIL_MOST  100.0f // Q10 log2: edges of covers and of films count for no more
#define WINDOW       2      // cells on each side of the local mean
#define STRUCTURE    18.5   // Q10 log2, 1.3 %: tissue has more
#define SIGMA_LEAST  22.0   // the same, of sigma alone, 1.5 %
#define BAND         0.15
#define DEEP         (-605) // Q10 log2: 0.66
#define SHADE        (-400) // 0.76
#define DARK_PART    0.01   // of the surface, from which on it is seen to be that dark
#define MORE         1.25   // as much structure is asked for where nothing is dark
#define NONE_PART    0.0005 // of the surface: not one cell
#define PASSES_LEAST 0.3    // of the detail
#define BETTER_PART  0.75   // quantile of the detail that the rest is held against
#define CELLS_LEAST  24

rim_err rim_veil_init(rim_veil *v, size_t cells)
{
    *v = (rim_veil){.noise = NAN, .detail = NAN};
    v->cell = calloc(cells, 1);
    v->known = calloc(cells, 1);
    v->d = calloc(cells, sizeof *v->d);
    v->sum = calloc(cells, sizeof *v->sum);
    if (v->cell && v->known && v->d && v->sum)
        return RIM_OK;
    rim_veil_uninit(v);
    return RIM_ERR_MEMORY;
}

void rim_veil_uninit(rim_veil *v)
{
    free(v->cell);
    free(v->known);
    free(v->d);
    free(v->sum);
    *v = (rim_veil){0};
}

// The smallest of `bins` at or below which `part` of the entries lie.
static int quantile(const uint32_t *bin, int bins, uint32_t n, double part)
{
    uint32_t seen = 0;
    int i = 0;
    while (i < bins - 1 && (seen += bin[i]) < part * n)
        i++;
    return i;
}

// What second differences along both axes leave of tissue is noise, 6 times as large
// (Immerkaer 1996).
static double pixel_noise(const rim_wound *w)
{
    enum { BINS = 512, EVERY = 3 };
    uint32_t bin[BINS] = {0}, n = 0;
    const ptrdiff_t step = w->width;
    for (int y = 1; y + 1 < w->height; y += EVERY)
        for (int x = 1; x + 1 < w->width; x += EVERY) {
            const size_t i = (size_t)y * (size_t)step + (size_t)x;
            const uint8_t *s = w->seen + i;
            if (!(s[0] & s[-step - 1] & s[-step + 1] & s[step - 1] & s[step + 1] &
                  RIM_WOUND_TISSUE))
                continue;
            const int16_t *p = w->excess + i;
            const int v = p[-step - 1] + p[-step + 1] + p[step - 1] + p[step + 1] +
                          4 * p[0] - 2 * (p[-step] + p[-1] + p[1] + p[step]);
            const int k = abs(v) / 4;
            bin[k < BINS ? k : BINS - 1]++;
            n++;
        }
    return n ? (quantile(bin, BINS, n, 0.5) + 0.5) * 4.0 * 1.4826 / 6.0 : (double)NAN;
}

// d of each cell into v->d, and v->known.
static void find_detail(rim_veil *v, const float *value, const float *weight,
                        int columns, int rows, float floor2)
{
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < columns; x++) {
            const size_t k = (size_t)y * (size_t)columns + (size_t)x;
            v->known[k] = 0;
            v->d[k] = 0.0f;
            if (weight[k] < WEIGHT_LEAST)
                continue;
            float around = 0.0f;
            int n = 0;
            for (int j = y > 0 ? y - 1 : 0; j <= y + 1 && j < rows; j++)
                for (int i = x > 0 ? x - 1 : 0; i <= x + 1 && i < columns; i++) {
                    const size_t at = (size_t)j * (size_t)columns + (size_t)i;
                    if (at != k && weight[at] >= WEIGHT_LEAST) {
                        around += value[at];
                        n++;
                    }
                }
            if (n < AROUND_LEAST)
                continue;
            float d = fabsf(value[k] - around / (float)n);
            d = d < DETAIL_MOST ? d : DETAIL_MOST;
            v->known[k] = 1;
            v->d[k] = d * d - floor2;
        }
}

// The root of the mean of d over the window, where the cell is known, into v->sum.
static void average(rim_veil *v, int columns, int rows)
{
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < columns; x++) {
            const size_t k = (size_t)y * (size_t)columns + (size_t)x;
            float sum = 0.0f;
            int n = 0;
            v->sum[k] = -1.0f;
            if (!v->known[k])
                continue;
            for (int j = y > WINDOW ? y - WINDOW : 0; j <= y + WINDOW && j < rows; j++)
                for (int i = x > WINDOW ? x - WINDOW : 0;
                     i <= x + WINDOW && i < columns; i++) {
                    const size_t at = (size_t)j * (size_t)columns + (size_t)i;
                    sum += v->d[at];
                    n += v->known[at];
                }
            v->sum[k] = sum > 0.0f ? sqrtf(sum / (float)n) : 0.0f;
        }
}

void rim_veil_look(rim_veil *v, const float *value, const float *weight, int columns,
                   int rows, int side, const rim_wound *w)
{
    enum { BINS = 128 }; // of 1 in Q10 log2
    const size_t cells = (size_t)columns * (size_t)rows;
    uint32_t bin[BINS] = {0}, n = 0;
    memset(v->cell, 0, cells);
    v->noise = pixel_noise(w);
    v->detail = NAN;
    if (isnan(v->noise))
        return;
    // Of the cell's mean, and of that of eight around it.
    const double floor2 = v->noise * v->noise / (side * side) * 1.125;
    find_detail(v, value, weight, columns, rows, (float)floor2);
    average(v, columns, rows);
    for (size_t k = 0; k < cells; k++)
        if (v->known[k]) {
            const int i = (int)(v->sum[k] + 0.5f);
            bin[i < BINS ? i : BINS - 1]++;
            n++;
        }
    if (n < CELLS_LEAST)
        return;
    v->detail = quantile(bin, BINS, n, 0.5);
    const double least = PASSES_LEAST * quantile(bin, BINS, n, BETTER_PART);
    for (size_t k = 0; k < cells; k++)
        v->cell[k] = v->known[k] && (double)v->sum[k] < least;
}

// What is dark and hangs together with the window's border becomes `outer`.
enum { LIGHT = 0, DARK, OUTER };

static void find_outer(uint8_t *what, int columns, int rows)
{
    for (bool more = true; more;) { // until nothing changes: mostly twice
        more = false;
        for (int pass = 0; pass < 2; pass++)
            for (int n = 0; n < columns * rows; n++) {
                const int i = pass ? columns * rows - 1 - n : n;
                const int x = i % columns, y = i / columns;
                if (what[i] != DARK)
                    continue;
                if (x > 0 && y > 0 && x + 1 < columns && y + 1 < rows &&
                    what[i - 1] != OUTER && what[i + 1] != OUTER &&
                    what[i - columns] != OUTER && what[i + columns] != OUTER)
                    continue;
                what[i] = OUTER;
                more = true;
            }
    }
}

void rim_veil_find_dark(rim_veil *v, const int32_t *sum, const int32_t *count,
                        const uint8_t *inside, int columns, int rows, int side)
{
    enum { BINS = 1024, STEP = 4 };
    uint32_t bin[BINS] = {0}, n = 0, deep = 0, shade = 0;
    const size_t cells = (size_t)columns * (size_t)rows;
    v->deep = v->shade = 0.0;
    for (size_t k = 0; k < cells; k++)
        if (inside[k] && 2 * count[k] >= side * side) {
            const int i = sum[k] / count[k] / STEP + BINS / 2;
            bin[i < 0 ? 0 : i < BINS ? i : BINS - 1]++;
            n++;
        }
    if (n < CELLS_LEAST)
        return;
    const int middle = (quantile(bin, BINS, n, 0.5) - BINS / 2) * STEP;
    for (size_t k = 0; k < cells; k++)
        v->known[k] = 2 * count[k] < side * side || sum[k] / count[k] < middle + SHADE
                          ? DARK
                          : LIGHT;
    find_outer(v->known, columns, rows);
    for (size_t k = 0; k < cells; k++) {
        const bool dark = inside[k] && v->known[k] == DARK && count[k] > 0;
        shade += dark;
        deep += dark && sum[k] / count[k] < middle + DEEP;
    }
    v->deep = (double)deep / n;
    v->shade = (double)shade / n;
}

bool rim_veil_is_whole(const rim_veil *v, double sigma, bool was)
{
    const double band = was ? 1.0 + BAND : 1.0;
    if (v->deep > band * DARK_PART)
        return false;
    const double more = v->shade > band * DARK_PART ? band : band * MORE;
    const double least = more * STRUCTURE;
    const double other = v->shade > NONE_PART ? sigma : v->detail;
    return sigma < band * SIGMA_LEAST ||
           v->detail * other < least * least; // not where they are NAN
}
