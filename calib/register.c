// register.c: a registration from pairs of views of a board: one homography, or two
// cameras and a plane.
// SPDX-License-Identifier: MIT
#include "calib/register_internal.h"

#include "base/log.h"
#include "calib/lens.h"
#include "calib/register_order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// One homography serves all pairs when its error is not far beyond the lenses' own.
static const double SAME_PATH_PX = 0.6, SAME_PATH_RATIO = 2;

// ---- lenses ----

// Solves for both lenses where the views allow it; quietly does without where there
// are too few.
static rim_err find_lenses(rim_registration *r, const rim_pairing *p)
{
    if (p->pairs < RIM_LENS_VIEWS_MIN)
        return RIM_OK;
    rim_lens_result result;
    rim_err err = RIM_OK;
    if (p->o->nir) {
        r->nir = *p->o->nir;
    } else {
        err = rim_lens_solve(&result, p->nir, p->pairs, p->board, p->o->fixed);
        for (int i = 0; err == RIM_OK && i < p->pairs; i++)
            r->outlier[i] = r->outlier[i] || result.view[i].outlier;
        r->nir = result.lens;
        rim_lens_result_uninit(&result);
    }
    if (err == RIM_OK) {
        err = rim_lens_solve(&result, p->pv, p->pairs, p->board, p->o->fixed);
        for (int i = 0; err == RIM_OK && i < p->pairs; i++)
            r->outlier[i] = r->outlier[i] || result.view[i].outlier;
        r->visible = result.lens;
        rim_lens_result_uninit(&result);
    }
    r->has_lenses = err == RIM_OK;
    return err;
}

// ---- boards ----

// Mean distance of neighbouring points in a view, px.
static double mean_pitch_px(const rim_view *v, const rim_board *b)
{
    double sum = 0;
    int n = 0;
    for (int i = 1; i < v->count; i++) {
        if (v->id[i] != v->id[i - 1] + 1 || v->id[i] % b->cols == 0)
            continue;
        const double dx = v->px[i].x - v->px[i - 1].x, dy = v->px[i].y - v->px[i - 1].y;
        sum += sqrt(dx * dx + dy * dy);
        n++;
    }
    const double steps = b->kind == RIM_BOARD_ACIRCLES ? 2 : 1;
    return n > 0 ? sum / n / steps : (double)NAN;
}

static void in_mm(rim_registration *r, const rim_pairing *p)
{
    double nir = 0, visible = 0;
    int n = 0;
    for (int i = 0; i < p->pairs; i++) {
        const double a = mean_pitch_px(p->nir[i], p->board),
                     b = mean_pitch_px(p->pv[i], p->board);
        if (r->outlier[i] || isnan(a) || isnan(b))
            continue;
        nir += p->board->pitch_mm / a;
        visible += p->board->pitch_mm / b;
        n++;
    }
    if (n == 0)
        return;
    r->rms_mm = r->rms_px * visible / n;
    for (int i = 0; i < RIM_REGISTER_REGIONS; i++)
        r->region_mm[i] = r->region_px[i] * visible / n;
    if (r->kind == RIM_REGISTER_SAME_PATH)
        r->mm_per_px = nir / n;
}

static rim_err solve(rim_registration *r, rim_pairing *p)
{
    rim_err err = rim_register_refuse_spread(r, p->a, p->points);
    if (err == RIM_OK)
        err = find_lenses(r, p);
    double rms = 0;
    if (err == RIM_OK && p->o->kind != RIM_REGISTER_STEREO)
        err = rim_register_fit_homography(r, p, &rms);
    if (err != RIM_OK)
        return err;
    const double lens_px = r->has_lenses ? fmax(r->nir.rms_px, r->visible.rms_px) : 1;
    const bool one_path = p->o->kind == RIM_REGISTER_SAME_PATH ||
                          (p->o->kind == RIM_REGISTER_NONE &&
                           rms < SAME_PATH_PX + SAME_PATH_RATIO * lens_px);
    r->kind = one_path ? RIM_REGISTER_SAME_PATH : RIM_REGISTER_STEREO;
    if (!one_path && !r->has_lenses) {
        rim_log_error(
            "%d pair%s of views: one homography leaves %.1f px, so the cameras "
            "look from two places, and %d or more pairs with tilted boards "
            "are needed to solve for them",
            p->pairs, p->pairs == 1 ? "" : "s", rms, RIM_LENS_VIEWS_MIN);
        return RIM_ERR_FORMAT;
    }
    if (!one_path) {
        p->pose = calloc((size_t)p->pairs, sizeof *p->pose);
        err = p->pose ? rim_register_fit_stereo(r, p) : RIM_ERR_MEMORY;
        if (err == RIM_OK)
            err = rim_register_choose_plane(r, p);
    }
    if (err == RIM_OK)
        err = rim_register_measure(r, p);
    if (err == RIM_OK)
        in_mm(r, p);
    for (int i = 0; i < p->pairs; i++)
        r->used += !r->outlier[i];
    return err;
}

void rim_register_start(rim_registration *r)
{
    *r = (rim_registration){.rms_px = NAN, .rms_mm = NAN, .mm_per_px = NAN};
    r->baseline_mm = r->baseline_stddev_mm = r->distance_mm = (double)NAN;
    r->parallax_px_per_mm = (double)NAN;
    for (int i = 0; i < RIM_REGISTER_REGIONS; i++)
        r->region_px[i] = r->region_mm[i] = (double)NAN;
}

static rim_err check_sizes(const rim_view *const *nir, const rim_view *const *visible,
                           int pairs)
{
    for (int i = 1; i < pairs; i++) {
        const rim_view *v = NULL, *first = NULL;
        if (nir[i]->width != nir[0]->width || nir[i]->height != nir[0]->height) {
            v = nir[i];
            first = nir[0];
        } else if (visible[i]->width != visible[0]->width ||
                   visible[i]->height != visible[0]->height) {
            v = visible[i];
            first = visible[0];
        }
        if (!v)
            continue;
        rim_log_error("%s: %dx%d, but %s is %dx%d; give pictures of one camera mode",
                      v->name, v->width, v->height, first->name, first->width,
                      first->height);
        return RIM_ERR_FORMAT;
    }
    return RIM_OK;
}

static rim_err take_pairs(rim_pairing *p, const rim_view *const *visible)
{
    const size_t n = (size_t)p->pairs, points = n * RIM_BOARD_POINTS_MAX;
    p->visible = malloc(n * sizeof *p->visible);
    p->pv = malloc(n * sizeof(void *));
    p->a = malloc(points * sizeof *p->a);
    p->b = malloc(points * sizeof *p->b);
    p->pair_of = malloc(points * sizeof *p->pair_of);
    if (!p->visible || !p->pv || !p->a || !p->b || !p->pair_of)
        return RIM_ERR_MEMORY;
    for (int i = 0; i < p->pairs; i++) {
        p->visible[i] = *visible[i];
        p->pv[i] = &p->visible[i];
    }
    const rim_err err = rim_register_order(p->visible, p->nir, p->pairs, p->board);
    if (err != RIM_OK)
        return err;
    for (int i = 0; i < p->pairs; i++) {
        const int more = rim_register_common(p->a + p->points, p->b + p->points, NULL,
                                             p->nir[i], p->pv[i]);
        for (int k = 0; k < more; k++)
            p->pair_of[p->points++] = i;
    }
    return RIM_OK;
}

rim_err rim_register_boards(rim_registration *out, const rim_view *const *nir,
                            const rim_view *const *visible, int pairs,
                            const rim_board *board, const rim_register_options *options)
{
    rim_register_start(out);
    if (pairs < 1) {
        rim_log_error("no picture in which both cameras see the board");
        return RIM_ERR_FORMAT;
    }
    rim_err err = check_sizes(nir, visible, pairs);
    if (err != RIM_OK)
        return err;
    out->pairs = pairs;
    out->nir_width = nir[0]->width;
    out->nir_height = nir[0]->height;
    out->visible_width = visible[0]->width;
    out->visible_height = visible[0]->height;
    out->outlier = calloc((size_t)pairs, sizeof *out->outlier);
    rim_pairing p = {.nir = nir, .pairs = pairs, .board = board, .o = options};
    err = out->outlier ? take_pairs(&p, visible) : RIM_ERR_MEMORY;
    if (err == RIM_OK)
        err = solve(out, &p);
    free(p.visible);
    free(p.pv);
    free(p.a);
    free(p.b);
    free(p.pair_of);
    free(p.pose);
    return err;
}

void rim_registration_uninit(rim_registration *r)
{
    free(r->arrow);
    free(r->outlier);
    r->arrow = NULL;
    r->outlier = NULL;
}
