// surface.c: polygon, mask, judgement, verdict.
// SPDX-License-Identifier: MIT
#include "process/surface.h"

#include "process/fixed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIGHT_LEAST_MM 0.5  // where less is seen, nothing is: noise
#define JUDGED_LEAST   0.5  // part of the surface below which no verdict is given
#define JUDGED_BAND    0.05 // and how far it must come back
#define SURE_BETWEEN   1.5  // log odds
#define SURE_AT_ONCE   0.5  // of the first frame, which nothing has confirmed
#define SURE_BAND      0.8  // by which a residual may fall back
#define LIKENESS_LEAST 0.3  // to the last frame, below which it may be another view
#define LIKENESS_SURE  0.7
#define KEEP_FRAMES    100 // the view to find again is taken anew this often
#define FAST_MM        2.0 // a frame
#define MOSTLY         0.8 // of a frame
#define HOLD_FRAMES    4   // frames that must agree on a verdict
#define RELEASE_FRAMES 12  // and on the end of a residual

rim_err rim_watch_init(rim_watch *w, const rim_background *b)
{
    const rim_grid *grid = b->grid;
    *w = (rim_watch){.grid = grid};
    rim_err err = rim_wound_init(&w->wound, grid);
    if (!err)
        err = rim_residuals_init(&w->residuals, grid);
    if (!err)
        err = rim_relocate_init(&w->place, b);
    w->mask = calloc(rim_grid_area(grid), 1);
    w->unjudged = calloc(rim_grid_area(grid), 1);
    if (!err && !(w->mask && w->unjudged))
        err = RIM_ERR_MEMORY;
    if (err)
        rim_watch_uninit(w);
    return err;
}

void rim_watch_uninit(rim_watch *w)
{
    rim_wound_uninit(&w->wound);
    rim_residuals_uninit(&w->residuals);
    rim_relocate_uninit(&w->place);
    free(w->mask);
    free(w->unjudged);
    *w = (rim_watch){0};
}

void rim_watch_mark(rim_watch *w, const rim_point *point, int count)
{
    w->on = w->fresh = count > 0;
    w->lost = w->veiled = w->fast = false;
    rim_wound_forget(&w->wound);
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

// This frame's view is the one to find again.
static void keep(rim_watch *w, const rim_motion *m, const rim_background *b)
{
    rim_relocate_keep(&w->place, b, w->now, w->count);
    memcpy(w->kept, w->now, (size_t)w->count * sizeof *w->kept);
    w->tissue_kept = m->tissue_now;
    w->apart = false;
    w->age = 0;
}

static void to_tissue(rim_watch *w, const rim_motion *m)
{
    const rim_similarity back = rim_similarity_invert(&m->tissue_now);
    for (int i = 0; i < w->count; i++)
        w->tissue[i] = rim_similarity_apply(&back, w->now[i]);
}

// Looks for the kept view in this frame, and takes the polygon from there.
static void find_again(rim_watch *w, const rim_motion *m, const rim_background *b)
{
    const rim_similarity kept_tissue = rim_similarity_invert(&w->tissue_kept);
    rim_similarity to_now = w->apart
                                ? RIM_SIMILARITY_NONE
                                : rim_similarity_chain(&m->tissue_now, &kept_tissue);
    if (!rim_relocate_find(&w->place, &to_now, b))
        return;
    for (int i = 0; i < w->count; i++)
        w->now[i] = rim_similarity_apply(&to_now, w->kept[i]);
    to_tissue(w, m);
    const rim_similarity from_now = rim_similarity_invert(&to_now);
    w->tissue_kept = rim_similarity_chain(&from_now, &m->tissue_now);
    w->lost = w->apart = false;
}

void rim_watch_follow(rim_watch *w, const rim_motion *m, const rim_background *b)
{
    if (!w->on)
        return;
    if (w->fresh) {
        to_tissue(w, m);
        w->fresh = false;
        keep(w, m, b);
        fill_mask(w);
        return;
    }
    w->apart |= m->cut;
    w->lost |= m->cut || (w->place.known && m->likeness < LIKENESS_LEAST);
    if (!w->lost)
        for (int i = 0; i < w->count; i++)
            w->now[i] = rim_similarity_apply(&m->tissue_now, w->tissue[i]);
    else
        find_again(w, m, b);
    if (!w->lost) // not where it is not known: NAN
        w->fast = m->shift_px * w->grid->mm > FAST_MM;
    const bool judged =
        w->state == RIM_SURFACE_NONE_DETECTED || w->state == RIM_SURFACE_RESIDUAL;
    if (!w->lost && judged && ++w->age >= KEEP_FRAMES && m->likeness > LIKENESS_SURE)
        keep(w, m, b);
    fill_mask(w);
}

bool rim_watch_contains(const rim_watch *w, double x, double y)
{
    const int gx = (int)floor(x + 0.5), gy = (int)floor(y + 0.5);
    return w->on && !w->lost && gx >= 0 && gy >= 0 && gx < w->grid->width &&
           gy < w->grid->height &&
           w->mask[(size_t)gy * (size_t)w->grid->width + (size_t)gx];
}

static double polygon_area(const rim_point *p, int count)
{
    double sum = 0.0;
    for (int i = 0, j = count - 1; i < count; j = i++)
        sum += p[j].x * p[i].y - p[i].x * p[j].y;
    return fabs(sum) / 2.0;
}

static void count_reasons(rim_watch *w)
{
    const rim_wound *p = &w->wound;
    const double whole = fmax(polygon_area(w->now, w->count), p->inside);
    w->assessable = whole > 0.0 ? p->judged / whole : 0.0;
    const double tenth = 0.1 * whole;
    w->why = (p->dark > tenth ? RIM_WHY_DARK : 0u) |
             (p->full > tenth ? RIM_WHY_SATURATED : 0u) |
             (p->hidden > tenth ? RIM_WHY_HIDDEN : 0u) |
             (whole - p->inside > tenth ? RIM_WHY_OUT_OF_VIEW : 0u);
}

// What this frame alone would say. To come back from `cannot_assess` takes a little
// more of the surface than to stay away from it.
// A residual between covers must be surer than one in the open.
static rim_surface_state ask(const rim_watch *w, double strongest)
{
    const double open = w->state == RIM_SURFACE_OFF ? SURE_AT_ONCE : 0.0;
    const double sure = w->assessable < JUDGED_LEAST ? SURE_BETWEEN : open;
    if (strongest >= (w->state == RIM_SURFACE_RESIDUAL ? sure - SURE_BAND : sure))
        return RIM_SURFACE_RESIDUAL;
    const double least = w->state == RIM_SURFACE_CANNOT_ASSESS
                             ? JUDGED_LEAST + JUDGED_BAND
                             : JUDGED_LEAST;
    return w->assessable < least ? RIM_SURFACE_CANNOT_ASSESS
                                 : RIM_SURFACE_NONE_DETECTED;
}

// Takes cells that smoke veils out of what is judged. What shines through it is
// believed where it is sure.
static void drop_veiled(rim_watch *w)
{
    const rim_residuals *r = &w->residuals;
    const int side = r->cell;
    int veiled = 0;
    for (int cy = 0; cy < r->rows; cy++)
        for (int cx = 0; cx < r->columns; cx++) {
            if (!r->veil.cell[(size_t)cy * (size_t)r->columns + (size_t)cx])
                continue;
            veiled += side * side;
            for (int y = cy * side; y < (cy + 1) * side; y++)
                memset(w->unjudged +
                           (size_t)(w->wound.y0 + y) * (size_t)w->grid->width +
                           (size_t)(w->wound.x0 + cx * side),
                       1, (size_t)side);
        }
    const double whole = fmax(polygon_area(w->now, w->count), w->wound.inside);
    w->assessable = fmax((w->wound.judged - veiled) / whole, 0.0);
    w->why |= veiled > 0.1 * whole ? RIM_WHY_SMOKE : 0u;
}

// What findings are held against, in the units of other spots (outline.h): the surface's
// own level, and how much it varies at 1 mm.
static void set_backgrounds(rim_watch *w, const rim_background *b)
{
    const double spread =
        rim_exp2(w->residuals.scale[0].sigma / RIM_LOG2_ONE) - 1.0; // of the level
    for (int i = 0; i < w->residuals.count; i++) {
        rim_spot *s = &w->residuals.found[i].spot;
        const double level = rim_quadric_at(&w->wound.around, s->x, s->y) +
                             rim_residuals_level_at(&w->residuals, s->x - w->wound.x0,
                                                    s->y - w->wound.y0);
        s->background =
            rim_exp2(level / RIM_LOG2_ONE - rim_background_at(b, s->x, s->y));
        s->spread = isnan(spread) ? 0.0 : spread * s->background;
        s->peak *= s->background;
        s->core *= s->background;
        s->inner *= s->background;
    }
}

// Smoke and noise take contrast away and add none: what is sure in spite of them stays.
static void keep_sure(rim_residuals *r)
{
    int n = 0;
    for (int i = 0; i < r->count; i++)
        if (r->found[i].log_odds >= SURE_BETWEEN)
            r->found[n++] = r->found[i];
    r->count = n;
}

void rim_watch_look(rim_watch *w, const rim_scene *scene, const rim_background *b)
{
    w->residuals.count = 0;
    w->sight_mm = NAN;
    if (!w->on)
        return;
    if (w->lost) { // the tissue under the polygon is no longer known
        rim_wound_forget(&w->wound);
        w->assessable = 0.0;
        w->why = b->dark > MOSTLY ? RIM_WHY_DARK
                 : w->fast        ? RIM_WHY_OUT_OF_VIEW | RIM_WHY_MOTION
                                  : RIM_WHY_OUT_OF_VIEW;
        memset(w->unjudged, 0, rim_grid_area(w->grid)); // nor where it is
        return;
    }
    rim_wound_look(&w->wound, w->mask, scene, b);
    count_reasons(w);
    rim_wound_copy_unjudged(w->unjudged, &w->wound);
    if (w->wound.judged == 0)
        return;
    rim_residuals_find(&w->residuals, &w->wound, scene);
    set_backgrounds(w, b);
    drop_veiled(w);
    const double sigma = w->residuals.scale[0].sigma;
    const double sight_mm = rim_residuals_sight_mm(&w->residuals);
    const bool veiled = rim_veil_is_whole(&w->residuals.veil, sigma, w->veiled);
    w->veiled = veiled;
    if (!veiled && sight_mm >= SIGHT_LEAST_MM) {
        w->sight_mm = w->grid->pitch_known ? sight_mm : NAN;
        return;
    }
    w->why |= isnan(sigma) ? RIM_WHY_HIDDEN // specks of tissue
              : veiled     ? RIM_WHY_SMOKE
                           : RIM_WHY_DARK; // lost in noise
    w->assessable = 0.0;
    keep_sure(&w->residuals);
    memcpy(w->unjudged, w->mask, rim_grid_area(w->grid));
}

bool rim_watch_hides(const rim_watch *w, const rim_spot *spot)
{
    if (!w->on || w->lost)
        return false;
    int around = 0;
    for (int i = 0; i < RIM_RAYS; i++) {
        double s, c;
        rim_turn(&s, &c, i, RIM_RAYS);
        const double r = 1.3 * spot->outline[i];
        around += rim_wound_covers(&w->wound, spot->x + r * c, spot->y + r * s);
    }
    return 3 * around > RIM_RAYS;
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
