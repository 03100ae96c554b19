// flat_refuse.c: saturated, too dark, a highlight, tilted.
// SPDX-License-Identifier: MIT
#include "calib/flat_internal.h"

#include "base/log.h"

#include <math.h>

static const double FULL_ENOUGH = 0.98;    // of full scale: clipped or about to be
static const double SATURATED_PART = 0.02; // of the field, beyond a spot
static const double TOO_DARK = 0.15;       // of full scale, at the brightest place
static const double SPOT = 0.05;           // over the smooth light
static const double CORNER_SPOT = 0.15;    // there the polynomial itself is off

rim_err rim_flat_refuse_level(const rim_flat_work *w)
{
    const double full = (double)((1 << w->s->bits) - 1);
    const rim_stack *s = w->s;
    size_t clipped = 0;
    const size_t n = (size_t)s->width * (size_t)s->height;
    for (size_t i = 0; i < n; i++)
        clipped += s->peak[i] >= FULL_ENOUGH * full;
    if ((double)clipped > SATURATED_PART * (double)n) {
        rim_log_error("the flat is saturated: %.1f %% of the pixels reach full scale; "
                      "lower the exposure or the light until none does",
                      100.0 * (double)clipped / (double)n);
        return RIM_ERR_FORMAT;
    }
    if (w->f->level_counts < TOO_DARK * full) {
        rim_log_error("the flat is too dark: %.0f counts at its brightest, %.0f %% of "
                      "full scale; raise the exposure or the light to 50 to 80 %%",
                      w->f->level_counts, 100 * w->f->level_counts / full);
        return RIM_ERR_FORMAT;
    }
    return RIM_OK;
}

static rim_err refuse_spot_at(int x, int y, int pixels, double over)
{
    rim_log_error("a highlight in the flat around (%d, %d): %d pixels up to %.0f %% "
                  "brighter than their surroundings; use a matt target, or tilt the "
                  "light until it is gone",
                  x, y, pixels, 100 * over);
    return RIM_ERR_FORMAT;
}

// Pixels that stand out together: a single one is the pixel's own.
rim_err rim_flat_refuse_spot(const rim_flat_work *w)
{
    const rim_stack *s = w->s;
    int pixels = 0, at_x = 0, at_y = 0;
    double most = 0;
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++) {
            const rim_flat_grid *g = &w->g;
            if (!g->core[y / RIM_FLAT_BLOCK * g->cols + x / RIM_FLAT_BLOCK] ||
                rim_flat_is_hot(w, x, y))
                continue;
            const bool corner =
                fabs(rim_flat_norm_x(w, x)) > 0.9 && fabs(rim_flat_norm_y(w, y)) > 0.9;
            const double limit = corner ? CORNER_SPOT : SPOT;
            int together = 0;
            double here = 0;
            for (int j = y; j < y + 3 && j < s->height; j++)
                for (int i = x; i < x + 3 && i < s->width; i++) {
                    const size_t at = rim_stack_at(s, i, j);
                    const double over = (double)(w->signal[at] / w->smooth[at]) - 1;
                    together += over > limit;
                    here = fmax(here, over);
                }
            if (together < 7)
                continue;
            pixels++;
            if (here > most) {
                most = here;
                at_x = x + 1;
                at_y = y + 1;
            }
        }
    return pixels > 0 ? refuse_spot_at(at_x, at_y, pixels, most) : RIM_OK;
}

// Means of the outer thirds of the field, by the model.
rim_err rim_flat_refuse_tilt(const rim_flat_work *w)
{
    const rim_flat_grid *g = &w->g;
    double left = 0, right = 0, upper = 0, lower = 0;
    int nl = 0, nr = 0, nu = 0, nd = 0;
    for (int i = 0; i < g->cols * g->rows; i++) {
        if (!g->core[i])
            continue;
        const double x = rim_flat_block_x(w, i % g->cols),
                     y = rim_flat_block_y(w, i / g->cols);
        if (x < -1.0 / 3)
            left += g->model[i], nl++;
        if (x > 1.0 / 3)
            right += g->model[i], nr++;
        if (y < -1.0 / 3)
            upper += g->model[i], nu++;
        if (y > 1.0 / 3)
            lower += g->model[i], nd++;
    }
    if (!nl || !nr || !nu || !nd) {
        rim_log_error("the flat does not fill the field of view: one side is dark");
        return RIM_ERR_FORMAT;
    }
    const double l = left / nl, r = right / nr, u = upper / nu, d = lower / nd;
    w->f->tilt_x = 2 * (r - l) / (r + l);
    w->f->tilt_y = 2 * (d - u) / (d + u);
    const double limit = w->o->tilt_max > 0 ? w->o->tilt_max : 0.25;
    if (fabs(w->f->tilt_x) <= limit && fabs(w->f->tilt_y) <= limit)
        return RIM_OK;
    const bool across = fabs(w->f->tilt_x) >= fabs(w->f->tilt_y);
    const double tilt = across ? w->f->tilt_x : w->f->tilt_y;
    rim_log_error("the target is tilted, or the light comes from one side: the %s side "
                  "is %.0f %% brighter than the other; hold the target square to the "
                  "scope, or allow it with --max-tilt",
                  across ? (tilt > 0 ? "right" : "left")
                         : (tilt > 0 ? "lower" : "upper"),
                  100 * fabs(tilt));
    return RIM_ERR_FORMAT;
}
