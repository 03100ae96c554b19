// live_check.c: both checks, a step at each frame.
// SPDX-License-Identifier: MIT
#include "calib/live_check.h"

#include "base/log.h"
#include "calib/bump.h"
#include "calib/pair_grid.h"

#include <math.h>
#include <stdlib.h>

_Static_assert(RIM_BUMP_STEPS + 1 == RIM_LIVE_CHECK_EVERY, "a step at each frame");

enum {
    RING = 3,            // cells from a highlight to what is around it
    BRIGHT = 200 * 16,   // luma of a highlight, Q4
    ORDINARY = 160 * 16, // and of what is not one
    RING_MIN = 6,        // of the 8 cells around
    BINS = 64,           // of the leaked part
    HIGHLIGHTS_MIN = 60, // cells seen before anything is said
    FORGET = 64,         // the part of the old ones that each look drops
    ONE = 256,           // a highlight's cell in a bin
};

// Depth of the tissue about the working plane, mm: two cameras see it shift by their
// parallax without having been moved.
static const double DEPTH_MM = 8;
static const double LIMIT_PART = 0.004; // of the width

struct rim_live_check {
    rim_pair_grid grid;
    rim_bump *bump;
    int step;
    int64_t leaked[BINS]; // highlights by the part of their NIR light that is leaked
    double known_leak;    // Q4 counts of 12 bits, 0: not known
    double leakage;       // 0: not known
};

double rim_live_check_limit_px(const rim_calib *c)
{
    double limit = LIMIT_PART * c->width;
    const double scale = c->visible_width > 0 ? (double)c->width / c->visible_width : 1;
    if (c->register_rms_px * 3 * scale > limit) // false for a NAN
        limit = c->register_rms_px * 3 * scale;
    if (c->register_parallax_px_per_mm > 0)
        limit += c->register_parallax_px_per_mm * DEPTH_MM * scale;
    return limit;
}

static double mean_of(const rim_frame *map)
{
    double sum = 0;
    for (int y = 0; y < map->height; y++)
        for (int x = 0; x < map->width; x++)
            sum += rim_frame_row16(map, y)[x];
    return sum / ((double)map->width * map->height);
}

rim_err rim_live_check_create(rim_live_check **out, const rim_calib *c,
                              const rim_live_check_options *o)
{
    *out = NULL;
    rim_live_check *l = calloc(1, sizeof *l);
    if (!l) {
        rim_log_error("out of memory");
        return RIM_ERR_MEMORY;
    }
    rim_err err =
        rim_pair_grid_init(&l->grid, c, o->nir_width, o->nir_height, o->bits,
                           o->black_level, o->visible_width, o->visible_height);
    if (err == RIM_OK)
        err = rim_bump_create(&l->bump, &l->grid, rim_live_check_limit_px(c));
    if (err != RIM_OK) {
        rim_live_check_destroy(&l);
        return err;
    }
    if (c->leakage.data)
        l->known_leak = mean_of(&c->leakage) / (1 << (o->bits > 12 ? o->bits - 12 : 0));
    *out = l;
    return RIM_OK;
}

void rim_live_check_destroy(rim_live_check **c)
{
    if (!*c)
        return;
    rim_bump_destroy(&(*c)->bump);
    rim_pair_grid_uninit(&(*c)->grid);
    free(*c);
    *c = NULL;
}

// ---- leaked light ----

// Mean NIR around a cell, 0: too few of the cells there are ordinary.
static int around(const rim_pair_grid *g, int x, int y)
{
    static const int8_t at[8][2] = {{-RING, -RING}, {0, -RING},  {RING, -RING},
                                    {-RING, 0},     {RING, 0},   {-RING, RING},
                                    {0, RING},      {RING, RING}};
    int sum = 0, n = 0;
    for (int i = 0; i < 8; i++) {
        const int k = (y + at[i][1]) * g->width + x + at[i][0];
        if (g->visible[k] >= ORDINARY)
            continue;
        sum += g->nir[k];
        n++;
    }
    return n < RING_MIN ? 0 : sum / n;
}

static void count_highlights(rim_live_check *c)
{
    const rim_pair_grid *g = &c->grid;
    const int bits = g->bits < 12 ? g->bits : 12, full = 15 << bits;
    for (int i = 0; i < BINS; i++)
        c->leaked[i] -= c->leaked[i] / FORGET;
    for (int y = RING; y < g->height - RING; y++)
        for (int x = RING; x < g->width - RING; x++) {
            const int k = y * g->width + x, v = g->visible[k], n = g->nir[k];
            if (v < BRIGHT || v == RIM_PAIR_NONE || n == 0 || n >= full)
                continue;
            const int ring = around(g, x, y);
            if (ring == 0)
                continue;
            const int part = n > ring ? (n - ring) * BINS / n : 0;
            c->leaked[part < BINS ? part : BINS - 1] += ONE;
        }
}

static double median_leak(const rim_live_check *c)
{
    int64_t all = 0, sum = 0;
    for (int i = 0; i < BINS; i++)
        all += c->leaked[i];
    if (all < (int64_t)HIGHLIGHTS_MIN * ONE)
        return 0;
    int i = 0;
    while (2 * (sum += c->leaked[i]) < all)
        i++;
    return (i + 0.5) / BINS;
}

static double known_part(const rim_live_check *c)
{
    const rim_pair_grid *g = &c->grid;
    int64_t sum = 0;
    for (int i = 0; i < g->width * g->height; i++)
        sum += g->nir[i];
    const double mean = (double)sum / (g->width * g->height);
    return mean > c->known_leak ? c->known_leak / mean : 1;
}

static void look_for_leak(rim_live_check *c)
{
    if (c->known_leak > 0) {
        c->leakage = known_part(c);
        return;
    }
    count_highlights(c);
    c->leakage = median_leak(c);
}

// ---- a frame ----

static void tell(const rim_live_check *c, rim_quality *q)
{
    const rim_bump_state *s = rim_bump_get(c->bump);
    q->calibration.shift_px = s->known ? s->shift_px : (double)NAN;
    q->calibration.bumped = s->bumped;
    if (s->bumped)
        q->why |= RIM_WHY_REGISTRATION;
    q->leakage_from = c->leakage <= 0     ? RIM_LEAKAGE_NONE
                      : c->known_leak > 0 ? RIM_LEAKAGE_SUBTRACTED
                                          : RIM_LEAKAGE_HIGHLIGHTS;
    q->leakage = c->leakage;
}

void rim_live_check_frame(rim_live_check *c, rim_quality *q, const rim_frame *nir,
                          const rim_frame *visible)
{
    if (c->step > 0) {
        rim_bump_step(c->bump, c->step - 1);
        c->step = (c->step + 1) % RIM_LIVE_CHECK_EVERY;
    } else if (visible) {
        rim_pair_grid_fill(&c->grid, nir, visible);
        look_for_leak(c);
        c->step = 1;
    }
    tell(c, q);
}
