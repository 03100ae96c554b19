// wound.c: the surroundings' light, covers, glints.
// SPDX-License-Identifier: MIT
#include "process/wound.h"

#include "process/weave.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN_MM      6.0    // of the window around the polygon
#define INSIDE_WEIGHT  0.25   // of the polygon's light in that of the surroundings
#define SATURATED_MOST 64     // of 255: more of a pixel at full scale cannot be judged
#define HIDDEN_BELOW   512    // Q10 log2 under the surface's level: 0.7 of it
#define LEVEL_BELOW    100    // Q10: the level is this much under the upper quartile,
#define LEVEL_LEAST    (-250) // within these
#define LEVEL_MOST     100
#define EDGE_MM        0.4 // beside a cover or a glint the light is mixed
#define GLINT_MM       0.8 // half the side of what is too narrow
#define GLINT_LEAST    307 // Q10 log2 over what is around: 1.23
#define UNKNOWN        INT16_MIN

rim_err rim_wound_init(rim_wound *w, const rim_grid *grid)
{
    *w = (rim_wound){.grid = grid};
    const size_t area = rim_grid_area(grid);
    w->excess = calloc(area, sizeof *w->excess);
    w->fine = calloc(area, sizeof *w->fine);
    w->opened = calloc(area, sizeof *w->opened);
    w->spare = calloc(area, sizeof *w->spare);
    w->seen = calloc(area, 1);
    w->flag = calloc(area, 1);
    w->line = calloc(area, 1);
    w->sum = calloc((size_t)grid->width, 1);
    w->row_sum = calloc((size_t)grid->width + 2, sizeof *w->row_sum);
    w->row_weight = calloc((size_t)grid->width + 2, sizeof *w->row_weight);
    w->sample = calloc(RIM_WOUND_SAMPLES, sizeof *w->sample);
    if (w->excess && w->fine && w->opened && w->spare && w->seen && w->flag &&
        w->line && w->sum && w->row_sum && w->row_weight && w->sample)
        return RIM_OK;
    rim_wound_uninit(w);
    return RIM_ERR_MEMORY;
}

void rim_wound_uninit(rim_wound *w)
{
    free(w->excess);
    free(w->fine);
    free(w->opened);
    free(w->spare);
    free(w->seen);
    free(w->flag);
    free(w->line);
    free(w->sum);
    free(w->row_sum);
    free(w->row_weight);
    free(w->sample);
    *w = (rim_wound){0};
}

static int pixels(const rim_grid *g, double mm)
{
    const int n = (int)(mm / g->mm + 0.5);
    return n < 1 ? 1 : n;
}

// The polygon's bounding box and MARGIN_MM. False: none of it is in the frame.
static bool set_window(rim_wound *w, const uint8_t *mask)
{
    const rim_grid *g = w->grid;
    int x0 = g->width, x1 = -1, y0 = g->height, y1 = -1;
    for (int y = 0; y < g->height; y++) {
        const uint8_t *row = mask + (size_t)y * (size_t)g->width;
        const uint8_t *first = memchr(row, 1, (size_t)g->width);
        if (!first)
            continue;
        int last = g->width - 1;
        while (!row[last])
            last--;
        x0 = first - row < x0 ? (int)(first - row) : x0;
        x1 = last > x1 ? last : x1;
        y0 = y < y0 ? y : y0;
        y1 = y;
    }
    if (x1 < 0)
        return false;
    const int margin = pixels(g, MARGIN_MM);
    w->x0 = x0 > margin ? x0 - margin : 0;
    w->y0 = y0 > margin ? y0 - margin : 0;
    w->width = (x1 + margin < g->width ? x1 + margin + 1 : g->width) - w->x0;
    w->height = (y1 + margin < g->height ? y1 + margin + 1 : g->height) - w->y0;
    return true;
}

// The quadric through the frame's cells, the polygon's own of little weight.
static void fit_around(rim_wound *w, const uint8_t *mask, const rim_background *b)
{
    const rim_grid *g = w->grid;
    int step = 1, n = 0;
    while ((b->cells_x / step + 1) * (b->cells_y / step + 1) > RIM_WOUND_SAMPLES / 2)
        step++;
    for (int cy = 0; cy < b->cells_y; cy += step)
        for (int cx = 0; cx < b->cells_x; cx += step) {
            const size_t i = (size_t)cy * (size_t)b->cells_x + (size_t)cx;
            if (b->weight[i] == 0)
                continue;
            int x = cx * RIM_CELL + RIM_CELL / 2, y = cy * RIM_CELL + RIM_CELL / 2;
            x = x < g->width ? x : g->width - 1;
            y = y < g->height ? y : g->height - 1;
            const bool in = mask[(size_t)y * (size_t)g->width + (size_t)x];
            w->sample[n++] =
                (rim_quadric_sample){cx * RIM_CELL + (RIM_CELL - 1) / 2.0,
                                     cy * RIM_CELL + (RIM_CELL - 1) / 2.0, b->level[i],
                                     b->weight[i] / 256.0 * (in ? INSIDE_WEIGHT : 1.0)};
        }
    w->around = (rim_quadric){
        .x = (g->width - 1) / 2.0, .y = (g->height - 1) / 2.0, .unit = g->width / 2.0};
    static const rim_quadric_how how = {
        .wide = 1024.0, .narrow = 150.0, .above = 1.0, .damping = 1e-5, .rounds = 7};
    rim_quadric_fit(&w->around, w->sample, n, &how);
}

static int16_t clamp16(double v)
{
    return (int16_t)(v < -16000.0  ? -16000.0
                     : v > 16000.0 ? 16000.0
                                   : (int)(v + 16384.5) - 16384);
}

// Fills excess and the first bits of seen. The denoised light is the frame's own, moved
// as the filter has moved its ratio.
static void measure_excess(rim_wound *w, const uint8_t *mask, const rim_scene *s,
                           const rim_background *b)
{
    for (int y = 0; y < w->height; y++)
        for (int x = 0; x < w->width; x++) {
            const int gx = w->x0 + x, gy = w->y0 + y;
            const size_t k = (size_t)gy * (size_t)w->grid->width + (size_t)gx;
            const size_t i = (size_t)y * (size_t)w->width + (size_t)x;
            w->seen[i] = mask[k] ? RIM_WOUND_INSIDE : 0;
            w->excess[i] = 0;
            if (!s->valid[k])
                continue;
            if (s->saturated[k] <= SATURATED_MOST)
                w->seen[i] |= RIM_WOUND_LIT;
            const int light = b->log_light[k] + s->ratio[k] - b->ratio[k];
            w->excess[i] = clamp16(light - rim_quadric_at(&w->around, gx, gy));
        }
}

// Excess that a quarter of the polygon's lit pixels exceed, Q10.
static int surface_level(const rim_wound *w)
{
    enum { BINS = 512, STEP = 16, LOW = -4096 };
    uint32_t bin[BINS] = {0}, n = 0, seen = 0;
    const size_t area = (size_t)w->width * (size_t)w->height;
    for (size_t i = 0; i < area; i++)
        if ((w->seen[i] & RIM_WOUND_INSIDE) && (w->seen[i] & RIM_WOUND_LIT)) {
            const int k = (w->excess[i] - LOW) / STEP;
            bin[k < 0 ? 0 : k < BINS ? k : BINS - 1]++;
            n++;
        }
    int i = BINS - 1;
    while (i > 0 && (seen += bin[i]) * 4 < n)
        i--;
    const int level = i * STEP + LOW - LEVEL_BELOW;
    return level < LEVEL_LEAST ? LEVEL_LEAST : level > LEVEL_MOST ? LEVEL_MOST : level;
}

// flag = 1 where at least `least` of the (2 * reach + 1)^2 flags around are 1; reach <= 7.
static void count_around(rim_wound *w, int reach, int least)
{
    const int width = w->width, height = w->height;
    const size_t step = (size_t)width;
    for (int y = 0; y < height; y++) {
        const uint8_t *row = w->flag + (size_t)y * step;
        int sum = 0;
        for (int x = 0; x < reach && x < width; x++)
            sum += row[x];
        for (int x = 0; x < width; x++) {
            sum += x + reach < width ? row[x + reach] : 0;
            sum -= x > reach ? row[x - reach - 1] : 0;
            w->line[(size_t)y * step + (size_t)x] = (uint8_t)sum;
        }
    }
    memset(w->sum, 0, step);
    for (int y = 0; y < reach && y < height; y++)
        for (size_t x = 0; x < step; x++)
            w->sum[x] = (uint8_t)(w->sum[x] + w->line[(size_t)y * step + x]);
    for (int y = 0; y < height; y++) {
        static const uint8_t zero[1];
        const bool in = y + reach<height, out = y> reach;
        const uint8_t *more = in ? w->line + (size_t)(y + reach) * step : zero;
        const uint8_t *less = out ? w->line + (size_t)(y - reach - 1) * step : zero;
        uint8_t *dst = w->flag + (size_t)y * step;
        for (size_t x = 0; x < step; x++) {
            const int sum = w->sum[x] + (in ? more[x] : 0) - (out ? less[x] : 0);
            w->sum[x] = (uint8_t)sum;
            dst[x] = sum >= least;
        }
    }
}

// Sets the flags of patches that are woven.
static void find_weave(rim_wound *w)
{
    enum { SIDE = RIM_WEAVE_SIDE };
    const size_t step = (size_t)w->width;
    for (int y = 0; y + SIDE <= w->height; y += SIDE)
        for (int x = 0; x + SIDE <= w->width; x += SIDE) {
            const size_t first = (size_t)y * step + (size_t)x;
            int inside = 0, lit = 0;
            for (size_t i = 0; i < SIDE * SIDE; i++) {
                const uint8_t seen = w->seen[first + i / SIDE * step + i % SIDE];
                inside += (seen & RIM_WOUND_INSIDE) != 0;
                lit += (seen & RIM_WOUND_LIT) != 0;
            }
            if (2 * inside < SIDE * SIDE || lit < SIDE * SIDE ||
                !rim_weave_is_woven(w->excess + first, step))
                continue;
            for (int k = 0; k < SIDE; k++)
                memset(w->flag + first + (size_t)k * step, 1, SIDE);
        }
}

static void find_cover(rim_wound *w)
{
    const size_t area = (size_t)w->width * (size_t)w->height;
    const int least = surface_level(w) - HIDDEN_BELOW;
    for (size_t i = 0; i < area; i++)
        w->flag[i] = (w->seen[i] & RIM_WOUND_LIT) && w->excess[i] < least;
    count_around(w, 2, 13); // most of 5 x 5
    find_weave(w);
    for (size_t i = 0; i < area; i++)
        w->seen[i] |= w->flag[i] ? RIM_WOUND_HIDDEN : 0;
    count_around(w, pixels(w->grid, EDGE_MM), 1);
    for (size_t i = 0; i < area; i++)
        w->seen[i] |=
            (w->seen[i] & RIM_WOUND_LIT) && !w->flag[i] ? RIM_WOUND_TISSUE : 0;
}

void rim_wound_smooth(int16_t *dst, const int16_t *src, rim_wound *w)
{
    const int width = w->width;
    int32_t *sum = w->row_sum + 1, *weight = w->row_weight + 1; // one more on each side
    for (int y = 0; y < w->height; y++) {
        memset(w->row_sum, 0, ((size_t)width + 2) * sizeof *sum);
        memset(w->row_weight, 0, ((size_t)width + 2) * sizeof *weight);
        for (int k = y > 0 ? y - 1 : 0; k <= y + 1 && k < w->height; k++) {
            const size_t row = (size_t)k * (size_t)width;
            const int32_t times = k == y ? 2 : 1;
            for (int x = 0; x < width; x++) {
                const int32_t on =
                    (w->seen[row + (size_t)x] & RIM_WOUND_TISSUE) ? times : 0;
                sum[x] += on * src[row + (size_t)x];
                weight[x] += on;
            }
        }
        for (int x = 0; x < width; x++) {
            const size_t i = (size_t)y * (size_t)width + (size_t)x;
            const int32_t s = sum[x - 1] + 2 * sum[x] + sum[x + 1];
            const int32_t n = weight[x - 1] + 2 * weight[x] + weight[x + 1];
            const bool on = w->seen[i] & RIM_WOUND_TISSUE;
            dst[i] = (int16_t)(!on ? UNKNOWN : n == 16 ? s / 16 : s / n);
        }
    }
}

// The least value within `reach` in x and y; negated planes give the largest.
static void erode(rim_wound *w, int16_t *plane, int reach)
{
    const int width = w->width, height = w->height;
    const size_t step = (size_t)width;
    for (int y = 0; y < height; y++) {
        const int16_t *src = plane + (size_t)y * step;
        int16_t *dst = w->spare + (size_t)y * step;
        memcpy(dst, src, step * sizeof *dst);
        for (int k = 1; k <= reach; k++) {
            for (int x = 0; x + k < width; x++)
                dst[x] = src[x + k] < dst[x] ? src[x + k] : dst[x];
            for (int x = k; x < width; x++)
                dst[x] = src[x - k] < dst[x] ? src[x - k] : dst[x];
        }
    }
    for (int y = 0; y < height; y++) {
        int16_t *dst = plane + (size_t)y * step;
        memcpy(dst, w->spare + (size_t)y * step, step * sizeof *dst);
        const int from = y > reach ? y - reach : 0;
        const int to = y + reach < height ? y + reach : height - 1;
        for (int k = from; k <= to; k++) {
            const int16_t *src = w->spare + (size_t)k * step;
            for (size_t x = 0; x < step; x++)
                dst[x] = src[x] < dst[x] ? src[x] : dst[x];
        }
    }
}

// Takes what is bright and narrow, and its edge, out of the tissue: what an opening
// by a square of 2 * GLINT_MM takes away.
static void drop_glints(rim_wound *w)
{
    const size_t area = (size_t)w->width * (size_t)w->height;
    const int reach = pixels(w->grid, GLINT_MM);
    rim_wound_smooth(w->fine, w->excess, w);
    for (size_t i = 0; i < area; i++)
        w->opened[i] = w->fine[i] == UNKNOWN ? INT16_MAX : w->fine[i];
    erode(w, w->opened, reach);
    for (size_t i = 0; i < area; i++)
        w->opened[i] = w->opened[i] == INT16_MAX ? INT16_MAX : (int16_t)-w->opened[i];
    erode(w, w->opened, reach);
    for (size_t i = 0; i < area; i++)
        w->flag[i] = w->fine[i] != UNKNOWN && w->opened[i] != INT16_MAX &&
                     w->fine[i] + w->opened[i] > GLINT_LEAST;
    count_around(w, pixels(w->grid, EDGE_MM), 1);
    for (size_t i = 0; i < area; i++)
        if (w->flag[i])
            w->seen[i] &= (uint8_t)~RIM_WOUND_TISSUE;
}

static void count_reasons(rim_wound *w, const uint8_t *valid)
{
    w->inside = w->judged = w->dark = w->full = w->hidden = 0;
    for (int y = 0; y < w->height; y++)
        for (int x = 0; x < w->width; x++) {
            const uint8_t seen = w->seen[(size_t)y * (size_t)w->width + (size_t)x];
            if (!(seen & RIM_WOUND_INSIDE))
                continue;
            w->inside++;
            if (!valid[(size_t)(w->y0 + y) * (size_t)w->grid->width +
                       (size_t)(w->x0 + x)])
                w->dark++;
            else if (seen & RIM_WOUND_HIDDEN)
                w->hidden++;
            else if (!(seen & RIM_WOUND_LIT))
                w->full++;
            else
                w->judged++;
        }
}

void rim_wound_look(rim_wound *w, const uint8_t *mask, const rim_scene *scene,
                    const rim_background *b)
{
    w->inside = w->judged = w->dark = w->full = w->hidden = 0;
    w->width = w->height = 0;
    if (!set_window(w, mask))
        return;
    fit_around(w, mask, b);
    measure_excess(w, mask, scene, b);
    find_cover(w);
    count_reasons(w, scene->valid);
    drop_glints(w);
}

void rim_wound_copy_unjudged(uint8_t *dst, const rim_wound *w)
{
    memset(dst, 0, rim_grid_area(w->grid));
    for (int y = 0; y < w->height; y++) {
        uint8_t *row = dst + (size_t)(w->y0 + y) * (size_t)w->grid->width + w->x0;
        for (int x = 0; x < w->width; x++) {
            const uint8_t seen = w->seen[(size_t)y * (size_t)w->width + (size_t)x];
            row[x] = (seen & RIM_WOUND_INSIDE) &&
                     (!(seen & RIM_WOUND_LIT) || (seen & RIM_WOUND_HIDDEN));
        }
    }
}

bool rim_wound_covers(const rim_wound *w, double x, double y)
{
    const int wx = (int)floor(x + 0.5) - w->x0, wy = (int)floor(y + 0.5) - w->y0;
    if (wx < 0 || wy < 0 || wx >= w->width || wy >= w->height)
        return false;
    const uint8_t seen = w->seen[(size_t)wy * (size_t)w->width + (size_t)wx];
    return (seen & RIM_WOUND_INSIDE) && (seen & RIM_WOUND_HIDDEN);
}
