// surface.c: polygon, mask, judgement, verdict.
// SPDX-License-Identifier: MIT
#include "process/surface.h"

#include "process/fixed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SATURATED_MOST  64     // of 255: more of a pixel at full scale cannot be judged
#define HIDDEN_BELOW    500    // Q10 log2 under the surface's level: 0.7 of it
#define LEVEL_LEAST     (-100) // Q10: what is taken for the surface's level at the least
#define LEVEL_MOST      150    // and at the most
#define STRUCTURE_LEAST 16     // Q10 log2, four scales together: 0.3 % each
#define JUDGED_LEAST    0.5    // part of the surface below which no verdict is given
#define JUDGED_BAND     0.05   // and how far it must come back
#define HOLD_FRAMES     4      // frames that must agree on a verdict
#define RELEASE_FRAMES  12     // and on the end of a residual

enum { PATCH = 8 }; // grid pixels a side of a cell of `covered`

static int patches(int side)
{
    return (side + PATCH - 1) / PATCH;
}

rim_err rim_watch_init(rim_watch *w, const rim_grid *grid)
{
    *w = (rim_watch){.grid = grid};
    w->mask = calloc(rim_grid_area(grid), 1);
    w->covered =
        calloc((size_t)patches(grid->width) * (size_t)patches(grid->height), 1);
    w->unjudged = calloc(rim_grid_area(grid), 1);
    if (w->mask && w->covered && w->unjudged)
        return RIM_OK;
    rim_watch_uninit(w);
    return RIM_ERR_MEMORY;
}

void rim_watch_uninit(rim_watch *w)
{
    free(w->mask);
    free(w->covered);
    free(w->unjudged);
    *w = (rim_watch){0};
}

void rim_watch_mark(rim_watch *w, const rim_point *point, int count)
{
    w->on = w->fresh = count > 0;
    w->lost = false;
    w->count = count;
    w->state = RIM_SURFACE_OFF;
    for (int i = 0; i < count; i++)
        w->now[i] = (rim_point){rim_grid_from_nir(w->grid, point[i].x),
                                rim_grid_from_nir(w->grid, point[i].y)};
}

// Pixels whose centres lie inside, by the even-odd rule.
static void fill_mask(rim_watch *w)
{
    const rim_grid *g = w->grid;
    memset(w->mask, 0, rim_grid_area(g));
    for (int y = 0; y < g->height; y++) {
        double cross[RIM_SURFACE_CORNERS_MAX];
        int n = 0;
        for (int i = 0, j = w->count - 1; i < w->count; j = i++) {
            const rim_point a = w->now[j], b = w->now[i];
            if ((a.y > y) == (b.y > y))
                continue;
            const double x = a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x);
            int k = n++;
            while (k > 0 && cross[k - 1] > x) {
                cross[k] = cross[k - 1];
                k--;
            }
            cross[k] = x;
        }
        for (int k = 0; k + 1 < n; k += 2) {
            const double from = ceil(fmax(cross[k], 0.0));
            const double to = floor(fmin(cross[k + 1], g->width - 1.0));
            if (from <= to)
                memset(w->mask + (size_t)y * (size_t)g->width + (size_t)from, 1,
                       (size_t)(to - from) + 1);
        }
    }
}

void rim_watch_follow(rim_watch *w, const rim_motion *m)
{
    if (!w->on)
        return;
    w->lost |= m->cut && !w->fresh;
    if (w->fresh) {
        const rim_similarity back = rim_similarity_invert(&m->tissue_now);
        for (int i = 0; i < w->count; i++)
            w->tissue[i] = rim_similarity_apply(&back, w->now[i]);
        w->fresh = false;
    } else {
        for (int i = 0; i < w->count; i++)
            w->now[i] = rim_similarity_apply(&m->tissue_now, w->tissue[i]);
    }
    fill_mask(w);
}

bool rim_watch_contains(const rim_watch *w, double x, double y)
{
    const int gx = (int)floor(x + 0.5), gy = (int)floor(y + 0.5);
    return w->on && gx >= 0 && gy >= 0 && gx < w->grid->width && gy < w->grid->height &&
           w->mask[(size_t)gy * (size_t)w->grid->width + (size_t)gx];
}

static double polygon_area(const rim_point *p, int count)
{
    double sum = 0.0;
    for (int i = 0, j = count - 1; i < count; j = i++)
        sum += p[j].x * p[i].y - p[i].x * p[j].y;
    return fabs(sum) / 2.0;
}

// Ratio that a quarter of the surface's lit pixels exceed, Q10.
static int surface_level(const rim_watch *w, const int16_t *ratio, const uint8_t *valid)
{
    enum { BINS = 512, STEP = 16 };
    uint32_t bin[BINS] = {0}, n = 0, seen = 0;
    const size_t area = rim_grid_area(w->grid);
    for (size_t i = 0; i < area; i++)
        if (w->mask[i] && valid[i]) {
            bin[(ratio[i] - RIM_RATIO_MIN) / STEP]++;
            n++;
        }
    int i = BINS - 1;
    while (i > 0 && (seen += bin[i]) * 4 < n)
        i--;
    return i * STEP + RIM_RATIO_MIN;
}

// A patch is covered where a third of its lit pixels lie below `least`: what shines
// among them is a highlight on the cover.
static void find_cover(rim_watch *w, const rim_scene *s, int least)
{
    const rim_grid *g = w->grid;
    const int columns = patches(g->width);
    for (int py = 0; py < patches(g->height); py++)
        for (int px = 0; px < columns; px++) {
            int low = 0, lit = 0;
            for (int y = py * PATCH; y < (py + 1) * PATCH && y < g->height; y++)
                for (int x = px * PATCH; x < (px + 1) * PATCH && x < g->width; x++) {
                    const size_t i = (size_t)y * (size_t)g->width + (size_t)x;
                    if (!w->mask[i] || !s->valid[i])
                        continue;
                    lit++;
                    low += s->ratio[i] < least;
                }
            w->covered[py * columns + px] = 3 * low > lit;
        }
}

static void judge_pixels(rim_watch *w, const rim_scene *s)
{
    // Where most of the surface is covered or glows, its own level is the cover's or
    // the glow's: the surroundings' (ratio 0) are then the better guess.
    int level = surface_level(w, s->ratio, s->valid);
    level = level < LEVEL_LEAST ? LEVEL_LEAST : level > LEVEL_MOST ? LEVEL_MOST : level;
    find_cover(w, s, level - HIDDEN_BELOW);
    memcpy(w->unjudged, w->mask, rim_grid_area(w->grid));
    int inside = 0, judged = 0, dark = 0, full = 0, hidden = 0;
    const int columns = patches(w->grid->width);
    for (int y = 0; y < w->grid->height; y++)
        for (int x = 0; x < w->grid->width; x++) {
            const size_t i = (size_t)y * (size_t)w->grid->width + (size_t)x;
            if (!w->mask[i])
                continue;
            inside++;
            if (!s->valid[i])
                dark++;
            else if (s->ratio[i] < level - HIDDEN_BELOW ||
                     w->covered[y / PATCH * columns + x / PATCH])
                hidden++;
            else if (s->saturated[i] > SATURATED_MOST)
                full++;
            else {
                judged++;
                w->unjudged[i] = 0;
            }
        }
    const double whole = fmax(polygon_area(w->now, w->count), inside);
    w->assessable = whole > 0.0 ? judged / whole : 0.0;
    const double tenth = 0.1 * whole;
    w->why = (dark > tenth ? RIM_WHY_DARK : 0u) |
             (full > tenth ? RIM_WHY_SATURATED : 0u) |
             (hidden > tenth ? RIM_WHY_HIDDEN : 0u) |
             (whole - inside > tenth ? RIM_WHY_OUT_OF_VIEW : 0u);
}

// Median |difference of Gaussians| over the surface at one scale, Q10 log2.
static int structure(const rim_watch *w, const rim_blobs *blobs, int scale)
{
    enum { BINS = 256 };
    uint32_t bin[BINS] = {0}, n = 0, seen = 0;
    const rim_pyramid_level *l = &blobs->pyramid->level[scale / 2];
    for (int y = 0; y < l->height; y++)
        for (int x = 0; x < l->width; x++) {
            const int gx = x * l->cell + l->cell / 2, gy = y * l->cell + l->cell / 2;
            if (gx >= w->grid->width || gy >= w->grid->height ||
                !w->mask[(size_t)gy * (size_t)w->grid->width + (size_t)gx])
                continue;
            const int v =
                abs(blobs->response[scale][(size_t)y * (size_t)l->width + (size_t)x]);
            bin[v < BINS ? v : BINS - 1]++;
            n++;
        }
    int i = 0;
    while (i < BINS - 1 && (seen += bin[i]) * 2 < n)
        i++;
    return i;
}

static bool veiled(const rim_watch *w, const rim_blobs *blobs)
{
    int sum = 0;
    for (int scale = 0; scale < 4; scale++) // 0.8 to 3.2 mm
        sum += structure(w, blobs, scale);
    return sum < STRUCTURE_LEAST;
}

// What this frame alone would say. To come back from `cannot_assess` takes a little
// more of the surface than to stay away from it.
static rim_surface_state ask(const rim_watch *w, double strongest)
{
    if (strongest >= (w->state == RIM_SURFACE_RESIDUAL ? -0.8 : 0.0))
        return RIM_SURFACE_RESIDUAL;
    const double least = w->state == RIM_SURFACE_CANNOT_ASSESS
                             ? JUDGED_LEAST + JUDGED_BAND
                             : JUDGED_LEAST;
    return w->assessable < least ? RIM_SURFACE_CANNOT_ASSESS
                                 : RIM_SURFACE_NONE_DETECTED;
}

void rim_watch_look(rim_watch *w, const rim_scene *scene, const rim_blobs *blobs)
{
    if (!w->on)
        return;
    if (w->lost) { // the tissue under the polygon is no longer known
        w->assessable = 0.0;
        w->why = RIM_WHY_OUT_OF_VIEW;
        memset(w->unjudged, 0, rim_grid_area(w->grid)); // nor where it is
        return;
    }
    judge_pixels(w, scene);
    if (w->assessable > 0.0 && veiled(w, blobs)) {
        w->assessable = 0.0;
        w->why |= RIM_WHY_SMOKE;
        memcpy(w->unjudged, w->mask, rim_grid_area(w->grid));
    }
}

static bool covered_at(const rim_watch *w, double x, double y)
{
    if (!rim_watch_contains(w, x, y))
        return false;
    const int px = (int)floor(x + 0.5) / PATCH, py = (int)floor(y + 0.5) / PATCH;
    return w->covered[py * patches(w->grid->width) + px];
}

bool rim_watch_hides(const rim_watch *w, const rim_spot *spot)
{
    int around = 0;
    for (int i = 0; i < RIM_RAYS; i++) {
        double s, c;
        rim_turn(&s, &c, i, RIM_RAYS);
        const double r = 1.3 * spot->outline[i];
        around += covered_at(w, spot->x + r * c, spot->y + r * s);
    }
    return covered_at(w, spot->x, spot->y) || 3 * around > RIM_RAYS;
}

void rim_watch_judge(rim_watch *w, double strongest)
{
    if (!w->on)
        return;
    if (w->lost) {
        w->state = w->wanted = RIM_SURFACE_CANNOT_ASSESS;
        return;
    }
    const rim_surface_state asked = ask(w, strongest);
    w->steady = asked == w->wanted ? w->steady + 1 : 1;
    w->wanted = asked;
    const int hold = w->state == RIM_SURFACE_RESIDUAL ? RELEASE_FRAMES : HOLD_FRAMES;
    // What was true of an earlier frame is not said of one that cannot be judged.
    const bool at_once =
        w->state == RIM_SURFACE_OFF || asked == RIM_SURFACE_CANNOT_ASSESS;
    if (at_once || w->steady >= hold)
        w->state = asked;
}
