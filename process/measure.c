// measure.c: patterns, units, reasons.
// SPDX-License-Identifier: MIT
#include "process/measure.h"

#include "process/fixed.h"
#include "process/glow.h"

#include <math.h>

#define RING_WHOLE 0.8    // a ring along so much of the outline has no gap
#define RING_LEAST 0.35   // less than this is a blob beside the centre
#define CUT_LEAST  0.08   // part of the outline lost at the frame's edge
#define FULL_LEAST 0.05   // part of the inside at full scale
#define SHARP_MM   0.5    // an edge this sharp lies on the surface
#define WEAK_SBR   1.5    // what surgeons need (facts: 1.5)
#define SHINES     (-1.0) // log odds from which on a track counts as a source of glow
#define NEW_HITS   3

rim_pattern rim_measure_pattern(const rim_spot *s)
{
    if (s->ring >= RING_WHOLE)
        return RIM_PATTERN_RIM;
    return s->ring >= RING_LEAST ? RIM_PATTERN_PARTIAL : RIM_PATTERN_TOTAL;
}

// log2 of light, as the background model has it, of a value in its units at a place.
static double level_of(const rim_background *model, const rim_spot *s, double value)
{
    return rim_background_at(model, s->x, s->y) + rim_log2(fmax(value, 1e-3));
}

// Light, Q15 above black, of such a level.
static double light_of(const rim_background *model, double level)
{
    const double none = rim_exp2((double)model->log_table[0] / RIM_LOG2_ONE);
    return fmax(rim_exp2(level) - none, 1.0);
}

void rim_measure_backgrounds(double *background, const rim_tracks *tracks,
                             const rim_background *model)
{
    rim_glow glow[RIM_TRACKS_MAX];
    int which[RIM_TRACKS_MAX], n = 0;
    for (int i = 0; i < tracks->count; i++) {
        const rim_track *t = &tracks->at[i];
        const rim_spot *s = &t->spot;
        const double seen = level_of(model, s, s->background);
        background[i] = light_of(model, seen);
        if (!t->seen || t->log_odds < SHINES)
            continue;
        const rim_glow g = {s, level_of(model, s, s->peak), seen};
        int at = n++; // by falling light
        for (; at > 0 && glow[at - 1].peak < g.peak; at--) {
            glow[at] = glow[at - 1];
            which[at] = which[at - 1];
        }
        glow[at] = g;
        which[at] = i;
    }
    rim_glow_remove(glow, n, model);
    for (int i = 0; i < n; i++)
        background[which[i]] = light_of(model, glow[i].background);
}

static unsigned why(const rim_track *t, double sbr)
{
    const rim_spot *s = &t->spot;
    return (s->saturated > FULL_LEAST ? RIM_WHY_SATURATED : 0u) |
           (s->cut > CUT_LEAST ? RIM_WHY_AT_EDGE : 0u) |
           (sbr < WEAK_SBR ? RIM_WHY_LOW_CONTRAST : 0u) |
           (s->edge_mm < SHARP_MM ? RIM_WHY_SHARP : 0u) |
           (t->hits < NEW_HITS ? RIM_WHY_NEW : 0u);
}

void rim_measure_lesion(rim_lesion *out, const rim_track *track, const rim_grid *grid,
                        const rim_background *model, double background,
                        const rim_reduce *light)
{
    const rim_spot *s = &track->spot;
    const rim_pattern pattern = rim_measure_pattern(s);
    const double target = light_of(model, level_of(model, s, s->peak)),
                 sbr = target / background;
    const double spread = s->spread / s->background * background;
    *out = (rim_lesion){
        .id = track->id,
        .x = rim_grid_to_nir(grid, s->x),
        .y = rim_grid_to_nir(grid, s->y),
        .a = s->a * grid->scale,
        .b = s->b * grid->scale,
        .angle = s->angle,
        .rim_width = pattern == RIM_PATTERN_TOTAL ? NAN : s->rim_width * grid->scale,
        .coverage = s->ring,
        .pattern = pattern,
        .sbr = sbr,
        .core_ratio = fmin(s->core / s->peak, 1.0),
        .target = rim_light_to_counts(light, target),
        .background = rim_light_to_counts(light, background),
        .cnr = spread > 0.0 ? (target - background) / spread : NAN,
        .confidence = rim_confidence_of(track->log_odds),
        .diameter_mm = grid->pitch_known ? 2.0 * sqrt(s->a * s->b) * grid->mm : NAN,
        .why = why(track, sbr),
    };
}

void rim_measure_residual(rim_residual *out, const rim_track *track,
                          const rim_grid *grid, const rim_background *model,
                          const rim_reduce *light)
{
    const rim_spot *s = &track->spot;
    const double background = light_of(model, level_of(model, s, s->background));
    *out = (rim_residual){.id = track->id,
                          .x = rim_grid_to_nir(grid, s->x),
                          .y = rim_grid_to_nir(grid, s->y),
                          .sbr = s->sbr,
                          .target = rim_light_to_counts(light, s->sbr * background),
                          .background = rim_light_to_counts(light, background),
                          .cnr = s->spread > 0.0
                                     ? (s->sbr - 1.0) * s->background / s->spread
                                     : (double)NAN,
                          .confidence = rim_confidence_of(track->log_odds),
                          .why = why(track, s->sbr)};
    double area = 0.0; // of the polygon, NIR pixels
    out->outline.count = RIM_RAYS;
    for (int i = 0; i < RIM_RAYS; i++) {
        double sn, cs;
        rim_turn(&sn, &cs, i, RIM_RAYS);
        const double r = s->outline[i] * grid->scale;
        out->outline.point[i] = (rim_point){out->x + r * cs, out->y + r * sn};
    }
    const rim_point *p = out->outline.point;
    for (int i = 0, j = out->outline.count - 1; i < out->outline.count; j = i++)
        area += p[j].x * p[i].y - p[i].x * p[j].y;
    out->area_px = fabs(area) / 2.0;
    const double mm = grid->mm / grid->scale;
    out->area_mm2 = grid->pitch_known ? out->area_px * mm * mm : NAN;
}
