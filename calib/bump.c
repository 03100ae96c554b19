// bump.c: edges of two pictures, their agreement at every shift, and its peak.
// SPDX-License-Identifier: MIT
#include "calib/bump.h"

#include "base/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    REACH = 12,           // cells: the largest shift that is looked for
    SIDE = 2 * REACH + 1, // shifts a side
    SHIFTS = SIDE * SIDE,
    ROWS_A_STEP = SIDE / (RIM_BUMP_STEPS - 2),
    SMOOTH = 8,      // cells: what is wider than this is light, not an edge
    TILE = 8,        // cells a side of a tile
    PICKS = 3,       // strongest edges of a tile that count
    FORGET = 8,      // the part of the old scores that each look drops
    SETTLE = 4,      // looks before anything is said
    IN_A_ROW = 3,    // looks that must agree
    PEAK = 3,        // cells around the peak that belong to it
    BLACK = 24 * 16, // luma, Q4: darker at the picture's border is out of a round field
    RIM = SMOOTH + 1, // cells beside that in which its rim is felt
    FLAT = 8,         // e: a slope of so many 256ths a cell is half an edge
};

// A peak lower than this is chance; see tests/unit/test_calib_bump.c.
static const double CONTRAST_MIN = 7;

_Static_assert(ROWS_A_STEP *(RIM_BUMP_STEPS - 2) == SIDE, "all shifts are looked at");

typedef struct edges {
    int16_t *ratio;  // [height][width] of the light to its surroundings, Q8
    int8_t *c, *s;   // [height][width] the vector v, Q7
    int32_t *column; // [width] sums for the surroundings
} edges;

typedef struct pick {
    int32_t at; // of a cell
    int8_t c, s;
} pick;

struct rim_bump {
    const rim_pair_grid *g;
    double limit_px;
    edges nir, visible;
    uint8_t *out; // [height][width] 1: out of a round field, or at its rim
    pick *pick;
    int picks, picks_max;
    int64_t score[SHIFTS], sharp[SHIFTS]; // sharp: less the mean around
    int looks, beyond, within;
    rim_bump_state state;
};

static rim_err take_edges(edges *e, int width, int height)
{
    const size_t n = (size_t)width * (size_t)height;
    e->ratio = calloc(n, sizeof *e->ratio);
    e->c = calloc(n, sizeof *e->c);
    e->s = calloc(n, sizeof *e->s);
    e->column = calloc((size_t)width, sizeof *e->column);
    return e->ratio && e->c && e->s && e->column ? RIM_OK : RIM_ERR_MEMORY;
}

rim_err rim_bump_create(rim_bump **out, const rim_pair_grid *g, double limit_px)
{
    *out = NULL;
    rim_bump *b = calloc(1, sizeof *b);
    rim_err err = b ? RIM_OK : RIM_ERR_MEMORY;
    if (err == RIM_OK) {
        b->g = g;
        b->limit_px = limit_px;
        b->picks_max = (g->width / TILE + 1) * (g->height / TILE + 1) * PICKS;
        b->pick = calloc((size_t)b->picks_max, sizeof *b->pick);
        b->out = calloc((size_t)g->width * (size_t)g->height, sizeof *b->out);
        err = b->pick && b->out ? take_edges(&b->nir, g->width, g->height)
                                : RIM_ERR_MEMORY;
    }
    if (err == RIM_OK)
        err = take_edges(&b->visible, g->width, g->height);
    if (err != RIM_OK) {
        rim_log_error("out of memory");
        if (b)
            rim_bump_destroy(&b);
        return err;
    }
    *out = b;
    return RIM_OK;
}

static void drop_edges(edges *e)
{
    free(e->ratio);
    free(e->c);
    free(e->s);
    free(e->column);
}

void rim_bump_destroy(rim_bump **b)
{
    if (!*b)
        return;
    drop_edges(&(*b)->nir);
    drop_edges(&(*b)->visible);
    free((*b)->out);
    free((*b)->pick);
    free(*b);
    *b = NULL;
}

// ---- edges ----

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

// Light over the mean of the 17 x 17 cells around it, Q8; 0 where one is not known.
static void fill_ratio(edges *e, const uint16_t *light, int width, int height, int dark)
{
    memset(e->column, 0, (size_t)width * sizeof *e->column);
    for (int y = -SMOOTH; y < height; y++) {
        const int add = y + SMOOTH, drop = y - SMOOTH - 1;
        for (int x = 0; x < width; x++) {
            if (add < height && light[add * width + x] != RIM_PAIR_NONE)
                e->column[x] += light[add * width + x];
            if (drop >= 0 && light[drop * width + x] != RIM_PAIR_NONE)
                e->column[x] -= light[drop * width + x];
        }
        if (y < 0)
            continue;
        const int rows = clamp(y + SMOOTH, 0, height - 1) - clamp(y - SMOOTH, 0, y) + 1;
        int64_t sum = 0;
        for (int x = 0; x < SMOOTH && x < width; x++)
            sum += e->column[x];
        for (int x = 0; x < width; x++) {
            if (x + SMOOTH < width)
                sum += e->column[x + SMOOTH];
            if (x - SMOOTH - 1 >= 0)
                sum -= e->column[x - SMOOTH - 1];
            const int cols =
                clamp(x + SMOOTH, 0, width - 1) - clamp(x - SMOOTH, 0, x) + 1;
            const int64_t mean = sum / (rows * cols) + dark;
            const int v = light[y * width + x];
            e->ratio[y * width + x] =
                v == RIM_PAIR_NONE
                    ? 0
                    : (int16_t)clamp((int)((int64_t)(v + dark) * 256 / mean), 1, 2048);
        }
    }
}

// Slopes by Scharr's kernel, then their double angle. Cells at the border, or beside
// one that is not known, have none.
static void fill_vectors(edges *e, int width, int height)
{
    memset(e->c, 0, (size_t)width * (size_t)height);
    memset(e->s, 0, (size_t)width * (size_t)height);
    for (int y = 1; y < height - 1; y++)
        for (int x = 1; x < width - 1; x++) {
            const int16_t *a = e->ratio + (y - 1) * width + x, *b = a + width,
                          *c = b + width;
            if (!a[-1] || !a[1] || !c[-1] || !c[1] || !b[0])
                continue;
            const int gx = 3 * (a[1] - a[-1] + c[1] - c[-1]) + 10 * (b[1] - b[-1]);
            const int gy = 3 * (c[-1] - a[-1] + c[1] - a[1]) + 10 * (c[0] - a[0]);
            // 32 times the slope a cell.
            const int64_t xx = (int64_t)gx * gx, yy = (int64_t)gy * gy;
            const int64_t all = xx + yy + (int64_t)(32 * FLAT) * (32 * FLAT);
            e->c[y * width + x] = (int8_t)((xx - yy) * 127 / all);
            e->s[y * width + x] = (int8_t)(2 * (int64_t)gx * gy * 127 / all);
        }
}

// Marks what is dark all the way from the picture's border along one line of cells.
static void mark_ends(uint8_t *out, const uint16_t *visible, int n, ptrdiff_t step)
{
    for (int i = 0; i < n && visible[i * step] < BLACK; i++)
        out[i * step] = 1;
    for (int i = n - 1; i >= 0 && visible[i * step] < BLACK; i--)
        out[i * step] = 1;
}

// Marks RIM cells on both sides of those that are marked.
static void widen(uint8_t *out, int n, ptrdiff_t step)
{
    int since = RIM + 1; // cells since the last that was marked
    for (int i = 0; i < n; i++) {
        since = out[i * step] == 1 ? 0 : since + 1;
        if (since > 0 && since <= RIM)
            out[i * step] = 2;
    }
    since = RIM + 1;
    for (int i = n - 1; i >= 0; i--) {
        since = out[i * step] == 1 ? 0 : since + 1;
        if (since > 0 && since <= RIM)
            out[i * step] = 2;
    }
    for (int i = 0; i < n; i++)
        out[i * step] = out[i * step] > 0;
}

// The rim of a round field is an edge in both pictures, but it stays where it is when
// a scope is bumped.
static void find_field(rim_bump *b)
{
    const int width = b->g->width, height = b->g->height;
    const uint16_t *visible = b->g->visible;
    memset(b->out, 0, (size_t)width * (size_t)height);
    for (int y = 0; y < height; y++)
        mark_ends(b->out + (ptrdiff_t)y * width, visible + (ptrdiff_t)y * width, width,
                  1);
    for (int x = 0; x < width; x++)
        mark_ends(b->out + x, visible + x, height, width);
    for (int y = 0; y < height; y++)
        widen(b->out + (ptrdiff_t)y * width, width, 1);
    for (int x = 0; x < width; x++)
        widen(b->out + x, height, width);
}

static void drop_outside(edges *e, const uint8_t *out, int count)
{
    for (int i = 0; i < count; i++)
        if (out[i])
            e->c[i] = e->s[i] = 0;
}

static int strength(const edges *e, int at)
{
    return e->c[at] * e->c[at] + e->s[at] * e->s[at];
}

// The strongest edges of a tile; so no single edge speaks for the whole picture.
static void pick_tile(rim_bump *b, int x0, int y0)
{
    const int width = b->g->width, height = b->g->height;
    int best[PICKS] = {0}, at[PICKS] = {0};
    for (int y = y0; y < y0 + TILE && y < height - REACH; y++)
        for (int x = x0; x < x0 + TILE && x < width - REACH; x++) {
            int v = strength(&b->nir, y * width + x), here = y * width + x;
            for (int i = 0; i < PICKS; i++)
                if (v > best[i]) {
                    const int old = best[i], old_at = at[i];
                    best[i] = v;
                    at[i] = here;
                    v = old;
                    here = old_at;
                }
        }
    for (int i = 0; i < PICKS && best[i] > 0; i++)
        b->pick[b->picks++] =
            (pick){.at = at[i], .c = b->nir.c[at[i]], .s = b->nir.s[at[i]]};
}

// ---- agreement ----

// Those of `rows` rows of shifts.
static void add_scores(rim_bump *b, int first, int rows)
{
    const int width = b->g->width;
    int64_t *score = b->score + (ptrdiff_t)first * SIDE;
    for (int dy = first - REACH; dy < first + rows - REACH; dy++)
        for (int dx = -REACH; dx <= REACH; dx++, score++) {
            int64_t sum = 0;
            const int shift = dy * width + dx;
            for (int i = 0; i < b->picks; i++) {
                const pick *p = &b->pick[i];
                sum += p->c * b->visible.c[p->at + shift] +
                       p->s * b->visible.s[p->at + shift];
            }
            *score += sum - *score / FORGET;
        }
}

// Large things agree a little at many shifts; what tells is a peak above its own
// surroundings.
static void sharpen(rim_bump *b)
{
    for (int i = 0; i < SHIFTS; i++) {
        const int x0 = clamp(i % SIDE - PEAK, 0, SIDE - 1),
                  x1 = clamp(i % SIDE + PEAK, 0, SIDE - 1),
                  y0 = clamp(i / SIDE - PEAK, 0, SIDE - 1),
                  y1 = clamp(i / SIDE + PEAK, 0, SIDE - 1);
        int64_t sum = 0;
        for (int y = y0; y <= y1; y++)
            for (int x = x0; x <= x1; x++)
                sum += b->score[y * SIDE + x];
        b->sharp[i] = b->score[i] - sum / ((x1 - x0 + 1) * (y1 - y0 + 1));
    }
}

static int highest(const rim_bump *b)
{
    int best = 0;
    for (int i = 1; i < SHIFTS; i++)
        if (b->sharp[i] > b->sharp[best])
            best = i;
    return best;
}

// How far the peak stands above the other shifts, in their standard deviations.
static double contrast_of(const rim_bump *b, int peak)
{
    const int px = peak % SIDE, py = peak / SIDE;
    double sum = 0, squares = 0;
    int n = 0;
    for (int i = 0; i < SHIFTS; i++) {
        if (abs(i % SIDE - px) <= PEAK && abs(i / SIDE - py) <= PEAK)
            continue;
        const double v = (double)b->sharp[i];
        sum += v;
        squares += v * v;
        n++;
    }
    const double mean = sum / n, variance = squares / n - mean * mean;
    return variance > 0 ? ((double)b->sharp[peak] - mean) / sqrt(variance) : 0;
}

// Between the cells: the top of the parabola through three scores.
static double refine(int64_t before, int64_t at, int64_t after)
{
    const double bend = (double)(before - at) + (double)(after - at);
    return bend < 0 ? 0.5 * (double)(before - after) / bend : 0;
}

static void judge(rim_bump *b)
{
    rim_bump_state *s = &b->state;
    sharpen(b);
    const int peak = highest(b), px = peak % SIDE, py = peak / SIDE;
    s->contrast = contrast_of(b, peak);
    s->known = b->looks >= SETTLE && s->contrast >= CONTRAST_MIN && px > 0 &&
               px < SIDE - 1 && py > 0 && py < SIDE - 1;
    if (!s->known) { // what was last said stands until something else is seen
        s->dx = s->dy = s->shift_px = (double)NAN;
        return;
    }
    const int64_t *v = b->sharp + peak;
    s->dx = b->g->cell * (px - REACH + refine(v[-1], v[0], v[1]));
    s->dy = b->g->cell * (py - REACH + refine(v[-SIDE], v[0], v[SIDE]));
    s->shift_px = sqrt(s->dx * s->dx + s->dy * s->dy);
    const bool beyond = s->shift_px > b->limit_px;
    b->beyond = beyond ? b->beyond + 1 : 0;
    b->within = beyond ? 0 : b->within + 1;
    if (b->beyond >= IN_A_ROW)
        s->bumped = true;
    if (b->within >= IN_A_ROW)
        s->bumped = false;
}

static void find_edges(edges *e, const uint16_t *light, const rim_pair_grid *g)
{
    fill_ratio(e, light, g->width, g->height, 1 << 8);
    fill_vectors(e, g->width, g->height);
}

static void pick_edges(rim_bump *b)
{
    b->picks = 0;
    for (int y = REACH; y < b->g->height - REACH; y += TILE)
        for (int x = REACH; x < b->g->width - REACH; x += TILE)
            pick_tile(b, x, y);
}

void rim_bump_step(rim_bump *b, int step)
{
    const rim_pair_grid *g = b->g;
    if (g->width <= 2 * REACH || g->height <= 2 * REACH)
        return; // too small to look for a shift
    if (step == 0) {
        find_field(b);
        find_edges(&b->nir, g->nir, g);
        drop_outside(&b->nir, b->out, g->width * g->height);
        pick_edges(b);
    } else if (step == 1) {
        find_edges(&b->visible, g->visible, g);
        drop_outside(&b->visible, b->out, g->width * g->height);
    } else {
        add_scores(b, (step - 2) * ROWS_A_STEP, ROWS_A_STEP);
    }
    if (step == RIM_BUMP_STEPS - 1) {
        b->looks++;
        judge(b);
    }
}

const rim_bump_state *rim_bump_get(const rim_bump *b)
{
    return &b->state;
}
