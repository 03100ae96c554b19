// relocate.c: the kept view, search, refinement.
// SPDX-License-Identifier: MIT
#include "process/relocate.h"

#include "process/fixed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN        INT16_MIN
#define MARGIN_MM      6.0    // of the compared part around the polygon
#define TEXTURE_MIN    (-400) // Q10: as in motion.c
#define TEXTURE_MAX    1536
#define SPREAD_LEAST   50.0 // Q10: flatter views cannot be told from one another
#define OVERLAP_LEAST  0.6
#define PROMISE        0.5 // correlation on the large cells that is worth refining
#define SAMPLES_LEAST  40
#define SEARCH_SAMPLES 400

static rim_err cells_init(rim_cells *c, int width, int height, int side)
{
    *c = (rim_cells){.width = width, .height = height, .side = side};
    c->texture = calloc((size_t)width * (size_t)height, sizeof *c->texture);
    return c->texture ? RIM_OK : RIM_ERR_MEMORY;
}

rim_err rim_relocate_init(rim_relocate *r, const rim_background *b)
{
    *r = (rim_relocate){0};
    for (int i = 0; i < 2; i++) {
        const int n = 1 + i, w = (b->cells_x + i) / n, h = (b->cells_y + i) / n;
        if (cells_init(&r->kept[i], w, h, RIM_CELL * n) ||
            cells_init(&r->now[i], w, h, RIM_CELL * n)) {
            rim_relocate_uninit(r);
            return RIM_ERR_MEMORY;
        }
    }
    return RIM_OK;
}

void rim_relocate_uninit(rim_relocate *r)
{
    for (int i = 0; i < 2; i++) {
        free(r->kept[i].texture);
        free(r->now[i].texture);
    }
    *r = (rim_relocate){0};
}

// Both sizes of cells from the background's.
static void fill(rim_cells cells[2], const rim_background *b)
{
    rim_cells *fine = &cells[0], *wide = &cells[1];
    for (size_t i = 0; i < (size_t)fine->width * (size_t)fine->height; i++) {
        int t = b->level[i] - b->smooth[i];
        t = t < TEXTURE_MIN ? TEXTURE_MIN : t > TEXTURE_MAX ? TEXTURE_MAX : t;
        fine->texture[i] = (int16_t)(b->weight[i] >= 128 ? t : UNKNOWN);
    }
    for (int y = 0; y < wide->height; y++)
        for (int x = 0; x < wide->width; x++) {
            int sum = 0, n = 0;
            for (int j = 2 * y; j < 2 * y + 2 && j < fine->height; j++)
                for (int i = 2 * x; i < 2 * x + 2 && i < fine->width; i++) {
                    const int v =
                        fine->texture[(size_t)j * (size_t)fine->width + (size_t)i];
                    sum += v == UNKNOWN ? 0 : v;
                    n += v != UNKNOWN;
                }
            wide->texture[(size_t)y * (size_t)wide->width + (size_t)x] =
                (int16_t)(n >= 2 ? sum / n : UNKNOWN);
        }
}

typedef struct agreement {
    double likeness; // correlation; -1 where too little is shared
    double spread;   // standard deviation of the reference
} agreement;

// Texture at (x, y) in cells, between cells on the fine ones. UNKNOWN: not known.
static int sample(const rim_cells *c, double x, double y, int size)
{
    if (size > 0) { // the nearest will do
        x += 0.5;
        y += 0.5;
    }
    if (!(x >= 0.0 && y >= 0.0 && x < c->width - 1 && y < c->height - 1))
        return UNKNOWN;
    const int ix = (int)x, iy = (int)y;
    const int16_t *t = c->texture + (size_t)iy * (size_t)c->width + (size_t)ix;
    if (size > 0)
        return t[0];
    if (t[0] == UNKNOWN || t[1] == UNKNOWN || t[c->width] == UNKNOWN ||
        t[c->width + 1] == UNKNOWN)
        return UNKNOWN;
    const double u = x - ix, v = y - iy;
    return (int)floor((t[0] * (1 - u) + t[1] * u) * (1 - v) +
                      (t[c->width] * (1 - u) + t[c->width + 1] * u) * v + 0.5);
}

// Compares the kept part with this frame under s (grid coordinates),
// every `step`-th in both directions.
static agreement compare(const rim_relocate *r, int size, int step,
                         const rim_similarity *s)
{
    const rim_cells *kept = &r->kept[size], *now = &r->now[size];
    const int side = kept->side;
    int64_t sk = 0, sn = 0, skk = 0, snn = 0, skn = 0;
    int n = 0, all = 0;
    for (int cy = r->y0 / side; cy <= r->y1 / side && cy < kept->height; cy += step)
        for (int cx = r->x0 / side; cx <= r->x1 / side && cx < kept->width;
             cx += step) {
            const int a = kept->texture[(size_t)cy * (size_t)kept->width + (size_t)cx];
            if (a == UNKNOWN)
                continue;
            all++;
            const double half = (side - 1) / 2.0;
            const rim_point p = rim_similarity_apply(
                s, (rim_point){cx * side + half, cy * side + half});
            const int b = sample(now, (p.x - half) / side, (p.y - half) / side, size);
            if (b == UNKNOWN)
                continue;
            sk += a, sn += b, skk += a * a, snn += b * b, skn += a * b;
            n++;
        }
    agreement out = {.likeness = -1.0};
    if (n < SAMPLES_LEAST || n < OVERLAP_LEAST * all)
        return out;
    const double vk = (double)skk / n - (double)sk / n * ((double)sk / n);
    const double vn = (double)snn / n - (double)sn / n * ((double)sn / n);
    out.spread = sqrt(fmax(vk, 0.0));
    if (vk > 1.0 && vn > 1.0)
        out.likeness =
            ((double)skn / n - (double)sk / n * ((double)sn / n)) / sqrt(vk * vn);
    return out;
}

void rim_relocate_keep(rim_relocate *r, const rim_background *b,
                       const rim_point *corner, int count)
{
    const rim_grid *g = b->grid;
    double x0 = g->width, y0 = g->height, x1 = 0.0, y1 = 0.0;
    for (int i = 0; i < count; i++) {
        x0 = fmin(x0, corner[i].x);
        x1 = fmax(x1, corner[i].x);
        y0 = fmin(y0, corner[i].y);
        y1 = fmax(y1, corner[i].y);
    }
    const double margin = MARGIN_MM / g->mm;
    r->x0 = (int)fmax(x0 - margin, 0.0);
    r->y0 = (int)fmax(y0 - margin, 0.0);
    r->x1 = (int)fmin(x1 + margin, g->width - 1.0);
    r->y1 = (int)fmin(y1 + margin, g->height - 1.0);
    fill(r->kept, b);
    memcpy(r->now[0].texture, r->kept[0].texture,
           (size_t)r->kept[0].width * (size_t)r->kept[0].height *
               sizeof *r->kept[0].texture);
    const rim_similarity same = RIM_SIMILARITY_NONE;
    r->known = compare(r, 0, 1, &same).spread > SPREAD_LEAST;
    r->turn = 0;
}

// Turn (in 1/360) and zoom about the middle of the kept part, then a shift.
static rim_similarity about_middle(const rim_relocate *r, double degrees, double zoom,
                                   double dx, double dy)
{
    // Small angles: the tangent's half way form keeps it a similarity without libm.
    const double t = degrees * 0.017453292519943295 / 2.0, n = 1.0 + t * t;
    const double a = zoom * (1.0 - t * t) / n, b = zoom * 2.0 * t / n;
    const double mx = (r->x0 + r->x1) / 2.0, my = (r->y0 + r->y1) / 2.0;
    return (rim_similarity){a, b, mx - (a * mx - b * my) + dx,
                            my - (b * mx + a * my) + dy};
}

// The best shift for one turn and zoom.
static double search(const rim_relocate *r, rim_similarity *best, double degrees,
                     double zoom)
{
    const rim_cells *c = &r->now[1];
    const int cells = (r->x1 - r->x0) / c->side * ((r->y1 - r->y0) / c->side);
    int step = 1;
    while (cells / (step * step) > SEARCH_SAMPLES)
        step++;
    double most = -1.0;
    for (int dy = -c->height / 2; dy <= c->height / 2; dy++)
        for (int dx = -c->width / 2; dx <= c->width / 2; dx++) {
            const rim_similarity s = about_middle(
                r, degrees, zoom, (double)dx * c->side, (double)dy * c->side);
            const double likeness = compare(r, 1, step, &s).likeness;
            if (likeness > most) {
                most = likeness;
                *best = s;
            }
        }
    return most;
}

// Climbs from *s on the fine cells: one step in each of the four ways at a time.
static double refine(const rim_relocate *r, rim_similarity *s)
{
    double most = compare(r, 0, 1, s).likeness;
    double shift = 2.0 * RIM_CELL, turn = 6.0, zoom = 0.08;
    for (int round = 0; round < 6; round++, shift /= 2.0, turn /= 2.0, zoom /= 2.0)
        for (bool better = true; better;) {
            better = false;
            for (int k = 0; k < 8; k++) {
                const double sign = k & 1 ? -1.0 : 1.0;
                const rim_similarity step = about_middle(
                    r, k / 2 == 0 ? sign * turn : 0.0,
                    k / 2 == 1 ? 1.0 + sign * zoom : 1.0,
                    k / 2 == 2 ? sign * shift : 0.0, k / 2 == 3 ? sign * shift : 0.0);
                const rim_similarity next = rim_similarity_chain(s, &step);
                const double likeness = compare(r, 0, 1, &next).likeness;
                if (likeness > most + 1e-4) {
                    most = likeness;
                    *s = next;
                    better = true;
                }
            }
        }
    return most;
}

bool rim_relocate_find(rim_relocate *r, rim_similarity *to_now, const rim_background *b)
{
    static const struct {
        double degrees, zoom;
    } turn[] = {{0, 1},     {0, 1.18},   {0, 0.85},  {12, 1},    {-12, 1},
                {12, 1.18}, {-12, 1.18}, {12, 0.85}, {-12, 0.85}};
    enum { TURNS = sizeof turn / sizeof turn[0] };
    if (!r->known)
        return false;
    fill(r->now, b);
    rim_similarity s = *to_now;
    if (compare(r, 0, 1, &s).likeness > PROMISE &&
        refine(r, &s) >= RIM_RELOCATE_LIKENESS) {
        *to_now = s;
        return true;
    }
    const int k = r->turn++ % TURNS;
    if (search(r, &s, turn[k].degrees, turn[k].zoom) < PROMISE ||
        refine(r, &s) < RIM_RELOCATE_LIKENESS)
        return false;
    *to_now = s;
    return true;
}
