// wound.c: the surroundings' light, covers.
// SPDX-License-Identifier: MIT
#include "process/wound.h"

#include "process/glints.h"
#include "process/weave.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN_MM      6.0       // of the window around the polygon
#define INSIDE_WEIGHT  0.25      // of the polygon's light in that of the surroundings
#define CORNER_FALL    (-1024.0) // Q10: of a lamp, as in background.c,
#define TRUST          0.06      // which counts as this part of what is seen
#define SATURATED_MOST 128    // of 255: more of a pixel at full scale cannot be judged
#define HIDDEN_BELOW   512    // Q10 log2 under the surface's level: 0.7 of it
#define LEVEL_PART     0.12   // of the surface is brighter than its level and
#define LEVEL_BELOW    150    // Q10: the level is this much under that,
#define LEVEL_LEAST    (-250) // within these
#define LEVEL_MOST     100
#define SPLIT_CELL_MM  0.8
#define SPLIT_LOW      (-800) // Q10: what is darker is hidden anyway
#define SPLIT_PART     0.06   // of the surface at least, that each kind takes
#define SPLIT_LEAST    230.0  // Q10 between the two kinds
#define SPLIT_APART    4.0    // and over their spread (Ashman's D; one kind gives 2.7)
#define SPLIT_MOST     200.0  // Q10: what is brighter may be a residual
#define SPLIT_DARK     (-200.0)
#define EDGE_MM        0.4 // beside a cover the light is mixed
#define WEAVE_TURNS    4
#define AROUND_SAMPLES 1000 // at most, of the surroundings

// What is known of a patch.
enum { PATCH_NEW = 0, PATCH_PLAIN, PATCH_WOVEN };

static int pixels(const rim_grid *g, double mm)
{
    const int n = (int)(mm / g->mm + 0.5);
    return n < 1 ? 1 : n;
}

rim_err rim_wound_init(rim_wound *w, const rim_grid *grid)
{
    *w = (rim_wound){.grid = grid};
    const size_t area = rim_grid_area(grid);
    rim_err err = rim_planes_init(&w->planes, grid->width, grid->height,
                                  pixels(grid, RIM_GLINT_MM));
    w->excess = calloc(area, sizeof *w->excess);
    w->fine = calloc(area, sizeof *w->fine);
    w->opened = calloc(area, sizeof *w->opened);
    w->seen = calloc(area, 1);
    w->flag = calloc(area, 1);
    w->woven = calloc(area / (RIM_WEAVE_SIDE * RIM_WEAVE_SIDE) + 1, 1);
    w->cell_sum = calloc(area, sizeof *w->cell_sum);
    w->cell_count = calloc(area, sizeof *w->cell_count);
    w->line = calloc((size_t)grid->width * 4 + 128, sizeof *w->line);
    w->sample = calloc(RIM_WOUND_SAMPLES, sizeof *w->sample);
    if (!err && !(w->excess && w->fine && w->opened && w->seen && w->flag && w->woven &&
                  w->cell_sum && w->cell_count && w->line && w->sample))
        err = RIM_ERR_MEMORY;
    if (err)
        rim_wound_uninit(w);
    return err;
}

void rim_wound_uninit(rim_wound *w)
{
    rim_planes_uninit(&w->planes);
    free(w->excess);
    free(w->fine);
    free(w->opened);
    free(w->seen);
    free(w->flag);
    free(w->woven);
    free(w->cell_sum);
    free(w->cell_count);
    free(w->line);
    free(w->sample);
    *w = (rim_wound){0};
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
    while ((b->cells_x / step + 1) * (b->cells_y / step + 1) > AROUND_SAMPLES)
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
    const double side = (double)g->height / g->width;
    const double fall = CORNER_FALL / (1.0 + side * side);
    const double prior[RIM_QUADRIC_TERMS] = {0.0, 0.0, 0.0, fall, 0.0, fall};
    const rim_quadric_how how = {.wide = 1024.0,
                                 .narrow = 150.0,
                                 .above = 1.0,
                                 .prior = prior,
                                 .damping = TRUST,
                                 .rounds = 6};
    rim_quadric_fit(&w->around, w->sample, n, &how);
}

// One row of the excess over a quadric in x. The denoised light is the frame's own,
// moved as the filter has moved its ratio.
static void excess_row(int16_t *restrict dst, const int16_t *restrict light,
                       const int16_t *restrict denoised, const int16_t *restrict ratio,
                       const uint8_t *restrict valid, const float q[3], int width)
{
    const float q0 = q[0], q1 = q[1], q2 = q[2];
    for (int x = 0; x < width; x++) {
        const float around = q0 + (float)x * (q1 + (float)x * q2);
        int level = (int)(around + 16384.5f); // damping keeps it far below 2^31
        level = level < 0 ? 0 : level > 32768 ? 32768 : level;
        int e = light[x] + denoised[x] - ratio[x] - (level - 16384);
        e = e < -16000 ? -16000 : e > 16000 ? 16000 : e;
        dst[x] = (int16_t)(e & -valid[x]);
    }
}

// inside and valid: 0 or 1.
static void seen_row(uint8_t *restrict dst, const uint8_t *restrict inside,
                     const uint8_t *restrict valid, const uint8_t *restrict saturated,
                     int width)
{
    for (int x = 0; x < width; x++)
        dst[x] = (uint8_t)(inside[x] | valid[x] << 4 |
                           (valid[x] & (saturated[x] <= SATURATED_MOST)) << 1);
}

// Fills excess and the first bits of seen.
static void measure_excess(rim_wound *w, const uint8_t *mask, const rim_scene *s,
                           const rim_background *b)
{
    for (int y = 0; y < w->height; y++) {
        const size_t k = (size_t)(w->y0 + y) * (size_t)w->grid->width + (size_t)w->x0;
        const size_t i = (size_t)y * (size_t)w->width;
        float q[3];
        rim_quadric_row(q, &w->around, w->x0, w->y0 + y);
        excess_row(w->excess + i, b->log_light + k, s->ratio + k, b->ratio + k,
                   s->valid + k, q, w->width);
        seen_row(w->seen + i, mask + k, s->valid + k, s->saturated + k, w->width);
    }
}

#define LIT_INSIDE (RIM_WOUND_INSIDE | RIM_WOUND_LIT)

// Excess that LEVEL_PART of the polygon's lit pixels exceed, of every second in x and y.
static int surface_level(const rim_wound *w)
{
    enum { BINS = 512, STEP = 16, LOW = -4096 };
    uint32_t bin[BINS] = {0}, n = 0, seen = 0;
    for (int y = 0; y < w->height; y += 2)
        for (int x = 0; x < w->width; x += 2) {
            const size_t i = (size_t)y * (size_t)w->width + (size_t)x;
            if ((w->seen[i] & LIT_INSIDE) != LIT_INSIDE)
                continue;
            const int k = (w->excess[i] - LOW) / STEP;
            bin[k < 0 ? 0 : k < BINS ? k : BINS - 1]++;
            n++;
        }
    int i = BINS - 1;
    while (i > 0 && (seen += bin[i]) < LEVEL_PART * n)
        i--;
    const int level = i * STEP + LOW - LEVEL_BELOW;
    return level < LEVEL_LEAST ? LEVEL_LEAST : level > LEVEL_MOST ? LEVEL_MOST : level;
}

// Two kinds of places make up a surface part of which is covered: Otsu's threshold
// between their levels, on cells, as far as these lie apart. INT_MIN: of one kind.
static int split_level(rim_wound *w)
{
    enum { BINS = 64, STEP = 16, LOW = SPLIT_LOW };
    uint32_t bin[BINS] = {0};
    double n = 0.0, sum = 0.0, squares = 0.0;
    const int side = pixels(w->grid, SPLIT_CELL_MM);
    const int cells = w->width / side * (w->height / side);
    rim_planes_cells(w->cell_sum, w->cell_count, w->excess, w->flag, 1, &w->planes,
                     w->width, w->height, side);
    for (int i = 0; i < cells; i++) {
        if (2 * w->cell_count[i] < side * side)
            continue;
        const int mean = w->cell_sum[i] / w->cell_count[i];
        int k = mean < LOW ? 0 : (mean - LOW) / STEP;
        k = k < BINS ? k : BINS - 1;
        bin[k]++;
        n++;
        sum += k;
        squares += (double)k * k;
    }
    double below = 0.0, low = 0.0, low2 = 0.0, best = 0.0;
    int split = INT_MIN;
    for (int i = 0; i + 1 < BINS; i++) {
        below += bin[i];
        low += (double)i * bin[i];
        low2 += (double)i * i * bin[i];
        const double above = n - below;
        if (below < SPLIT_PART * n || above < SPLIT_PART * n)
            continue;
        const double m = low / below, h = (sum - low) / above;
        const double within = low2 / below - m * m + (squares - low2) / above - h * h;
        const double between = below * above * (h - m) * (h - m);
        if (between <= best)
            continue;
        best = between;
        const bool apart = (h - m) * STEP > SPLIT_LEAST &&
                           2.0 * (h - m) * (h - m) > SPLIT_APART * SPLIT_APART * within;
        const bool placed = h * STEP + LOW < SPLIT_MOST && m * STEP + LOW < SPLIT_DARK;
        split = apart && placed ? (i + 1) * STEP + LOW : INT_MIN;
    }
    return split;
}

// Whether all of a patch is lit and most of it inside.
static bool patch_counts(const uint8_t *seen, size_t step)
{
    uint8_t inside[RIM_WEAVE_SIDE] = {0}, all = RIM_WOUND_LIT;
    int sum = 0;
    for (int y = 0; y < RIM_WEAVE_SIDE; y++) {
        const uint8_t *row = seen + (size_t)y * step;
        for (int x = 0; x < RIM_WEAVE_SIDE; x++) {
            inside[x] = (uint8_t)(inside[x] + (row[x] & RIM_WOUND_INSIDE));
            all &= row[x];
        }
    }
    for (int x = 0; x < RIM_WEAVE_SIDE; x++)
        sum += inside[x];
    return all && 2 * sum >= RIM_WEAVE_SIDE * RIM_WEAVE_SIDE;
}

// Sets the flags of patches that are woven. Patches are those of the frame's grid; one
// that was looked at before is looked at anew in one of WEAVE_TURNS frames.
static void find_weave(rim_wound *w)
{
    enum { SIDE = RIM_WEAVE_SIDE };
    const size_t step = (size_t)w->width;
    const int columns = w->grid->width / SIDE;
    w->turn = (w->turn + 1) % WEAVE_TURNS;
    for (int py = (w->y0 + SIDE - 1) / SIDE; (py + 1) * SIDE <= w->y0 + w->height; py++)
        for (int px = (w->x0 + SIDE - 1) / SIDE; (px + 1) * SIDE <= w->x0 + w->width;
             px++) {
            const size_t first =
                (size_t)(py * SIDE - w->y0) * step + (size_t)(px * SIDE - w->x0);
            uint8_t *known = &w->woven[py * columns + px];
            if (!patch_counts(w->seen + first, step)) {
                *known = PATCH_NEW;
                continue;
            }
            if (*known == PATCH_NEW || (px + 2 * py) % WEAVE_TURNS == w->turn)
                *known = rim_weave_is_woven(w->excess + first, step) ? PATCH_WOVEN
                                                                     : PATCH_PLAIN;
            for (int k = 0; *known == PATCH_WOVEN && k < SIDE; k++)
                memset(w->flag + first + (size_t)k * step, 1, SIDE);
        }
}

static void flag_dark(uint8_t *restrict flag, const int16_t *restrict excess,
                      const uint8_t *restrict seen, int16_t least, size_t area)
{
    for (size_t i = 0; i < area; i++)
        flag[i] = (uint8_t)(seen[i] >> 1 & 1 & (excess[i] < least));
}

// Adds a bit where the flag is 1.
static void add_bit(uint8_t *restrict seen, const uint8_t *restrict flag, uint8_t bit,
                    size_t area)
{
    for (size_t i = 0; i < area; i++)
        seen[i] |= (uint8_t)(flag[i] * bit);
}

// What is lit and not flagged is tissue.
static void add_tissue(uint8_t *restrict seen, const uint8_t *restrict flag,
                       size_t area)
{
    for (size_t i = 0; i < area; i++)
        seen[i] |= (uint8_t)((seen[i] >> 1 & ~flag[i] & 1) << 3);
}

static void find_cover(rim_wound *w)
{
    const size_t area = (size_t)w->width * (size_t)w->height;
    uint8_t *restrict flag = w->flag;
    const uint8_t *restrict seen = w->seen;
    for (size_t i = 0; i < area; i++)
        flag[i] = (seen[i] & LIT_INSIDE) == LIT_INSIDE;
    const int plain = surface_level(w) - HIDDEN_BELOW, split = split_level(w);
    flag_dark(w->flag, w->excess, w->seen, (int16_t)(split > plain ? split : plain),
              area);
    rim_planes_most(w->flag, 13, &w->planes, w->width, w->height);
    find_weave(w);
    add_bit(w->seen, w->flag, RIM_WOUND_HIDDEN, area);
    rim_planes_spread(w->flag, pixels(w->grid, EDGE_MM), &w->planes, w->width,
                      w->height);
    add_tissue(w->seen, w->flag, area);
}

static void count_reasons(rim_wound *w)
{
    enum { IN = RIM_WOUND_INSIDE, VALID = RIM_WOUND_VALID, HIDDEN = RIM_WOUND_HIDDEN };
    const size_t area = (size_t)w->width * (size_t)w->height;
    int inside = 0, valid = 0, hidden = 0, judged = 0;
    const uint8_t *restrict seen = w->seen;
    for (size_t i = 0; i < area; i++) {
        const int s = seen[i];
        inside += s & IN;
        valid += (s & (IN | VALID)) == (IN | VALID);
        hidden += (s & (IN | VALID | HIDDEN)) == (IN | VALID | HIDDEN);
        judged += (s & (IN | HIDDEN | RIM_WOUND_LIT)) == LIT_INSIDE;
    }
    w->inside = inside;
    w->dark = inside - valid;
    w->hidden = hidden;
    w->judged = judged;
    w->full = valid - hidden - judged;
}

void rim_wound_forget(rim_wound *w)
{
    const int columns = w->grid->width / RIM_WEAVE_SIDE;
    memset(w->woven, PATCH_NEW, (size_t)(columns * (w->grid->height / RIM_WEAVE_SIDE)));
    w->turn = 0;
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
    count_reasons(w);
    rim_glints_drop(w);
}

void rim_wound_copy_unjudged(uint8_t *dst, const rim_wound *w)
{
    memset(dst, 0, rim_grid_area(w->grid));
    for (int y = 0; y < w->height; y++) {
        uint8_t *restrict row =
            dst + (size_t)(w->y0 + y) * (size_t)w->grid->width + w->x0;
        const uint8_t *seen = w->seen + (size_t)y * (size_t)w->width;
        for (int x = 0; x < w->width; x++)
            row[x] = (seen[x] & RIM_WOUND_INSIDE) &
                     ((seen[x] & (RIM_WOUND_LIT | RIM_WOUND_HIDDEN)) != RIM_WOUND_LIT);
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
