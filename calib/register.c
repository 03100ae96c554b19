// register.c: one homography, or two cameras and a plane.
// SPDX-License-Identifier: MIT
#include "calib/register.h"

#include "base/log.h"
#include "calib/lens.h"
#include "calib/lens_model.h"
#include "calib/register_order.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Fewer points, or in fewer of the nine regions, say nothing about the field.
enum { POINTS_MIN = 30, REGIONS_MIN = 5, REGION_POINTS_MIN = 3, TURNS_MAX = 12 };
enum { INLIERS_MIN = 40 };

static const double TISSUE_PX = 2; // error of a matched tissue feature
// One homography serves all pairs when its error is not far beyond the lenses' own.
static const double SAME_PATH_PX = 0.6, SAME_PATH_RATIO = 2;

typedef struct pairing {
    const rim_view *const *nir;
    rim_view *visible;   // renumbered copies
    const rim_view **pv; // pointers to them
    int pairs;
    const rim_board *board;
    const rim_register_options *o;
    rim_point *a, *b; // the common points of all pairs, NIR and visible
    int *pair_of;     // of each point
    int points;
    rim_pose *pose; // [pairs] of the NIR camera
} pairing;

// ---- the way of a point ----

static bool straighten(const rim_registration *r, rim_point *p)
{
    return !r->has_lenses || rim_lens_undistort(r->nir.camera_matrix, r->nir.distortion,
                                                p->x, p->y, &p->x, &p->y);
}

static bool bend(const rim_registration *r, rim_point *p)
{
    return !r->has_lenses ||
           rim_lens_distort(r->visible.camera_matrix, r->visible.distortion, p->x, p->y,
                            &p->x, &p->y);
}

// K2 (R + t n' / d) / K1 for a plane in the NIR camera's space.
static bool plane_homography(double h[9], const rim_registration *r,
                             const double plane[4])
{
    double m[9], inverse[9], t[9];
    if (!rim_homography_invert(inverse, r->nir.camera_matrix))
        return false;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            m[3 * i + j] =
                r->rotation[3 * i + j] + r->translation_mm[i] * plane[j] / plane[3];
    rim_homography_multiply(t, r->visible.camera_matrix, m);
    rim_homography_multiply(h, t, inverse);
    for (int i = 0; i < 9; i++)
        h[i] /= h[8] != 0 ? fabs(h[8]) : 1;
    return true;
}

// n.X = d of a board: n is its third axis, turned away from the camera.
static void plane_of(double plane[4], const rim_pose *pose)
{
    double d = 0;
    for (int i = 0; i < 3; i++) {
        plane[i] = pose->rotation[3 * i + 2];
        d += plane[i] * pose->translation_mm[i];
    }
    const double sign = d < 0 ? -1 : 1;
    for (int i = 0; i < 3; i++)
        plane[i] *= sign;
    plane[3] = sign * d;
}

bool rim_registration_expect(const rim_registration *r, const rim_pose *pose,
                             rim_point nir, rim_point *visible)
{
    double h[9], plane[4];
    memcpy(h, r->nir_to_visible, sizeof h);
    if (pose && r->kind == RIM_REGISTER_STEREO) {
        plane_of(plane, pose);
        if (!plane_homography(h, r, plane))
            return false;
    }
    rim_point p = nir;
    if (!straighten(r, &p) || !rim_homography_apply(h, p.x, p.y, &p.x, &p.y) ||
        !bend(r, &p))
        return false;
    *visible = p;
    return true;
}

// ---- residuals ----

static int region_of(const rim_registration *r, rim_point p)
{
    int col = (int)(3 * (p.x + 0.5) / r->nir_width);
    int row = (int)(3 * (p.y + 0.5) / r->nir_height);
    col = col < 0 ? 0 : col > 2 ? 2 : col;
    row = row < 0 ? 0 : row > 2 ? 2 : row;
    return 3 * row + col;
}

// Fills points, rms_px, regions and arrows.
static rim_err measure(rim_registration *r, const pairing *p)
{
    r->arrow = calloc((size_t)p->points + 1, sizeof *r->arrow);
    if (!r->arrow)
        return RIM_ERR_MEMORY;
    double sum[RIM_REGISTER_REGIONS] = {0}, all = 0;
    for (int i = 0; i < p->points; i++) {
        rim_point e;
        const int pair = p->pair_of[i];
        const rim_pose *pose = p->pose ? &p->pose[pair] : NULL;
        if (r->outlier[pair] || !rim_registration_expect(r, pose, p->a[i], &e))
            continue;
        const rim_point d = {p->b[i].x - e.x, p->b[i].y - e.y};
        const int region = region_of(r, p->a[i]);
        sum[region] += d.x * d.x + d.y * d.y;
        all += d.x * d.x + d.y * d.y;
        r->region_points[region]++;
        r->arrow[r->arrows++] =
            (rim_register_arrow){.nir = p->a[i], .error = d, .pair = pair};
    }
    r->points = r->arrows;
    for (int i = 0; i < RIM_REGISTER_REGIONS; i++)
        r->region_px[i] =
            r->region_points[i] > 0 ? sqrt(sum[i] / r->region_points[i]) : (double)NAN;
    r->rms_px = r->points > 0 ? sqrt(all / r->points) : (double)NAN;
    return RIM_OK;
}

static rim_err refuse_spread(const rim_registration *r, const rim_point *at, int points)
{
    static const char *const name[RIM_REGISTER_REGIONS] = {
        "upper left", "top",        "upper right", "left",       "middle",
        "right",      "lower left", "bottom",      "lower right"};
    int count[RIM_REGISTER_REGIONS] = {0}, covered = 0;
    for (int i = 0; i < points; i++)
        count[region_of(r, at[i])]++;
    char empty[160] = "";
    for (int i = 0; i < RIM_REGISTER_REGIONS; i++) {
        covered += count[i] >= REGION_POINTS_MIN;
        if (count[i] < REGION_POINTS_MIN) {
            const size_t used = strlen(empty);
            (void)snprintf(empty + used, sizeof empty - used, "%s%s", used ? ", " : "",
                           name[i]);
        }
    }
    if (points < POINTS_MIN) {
        rim_log_error("%d points seen by both cameras, but %d or more are needed: show "
                      "a larger board, or more of it",
                      points, POINTS_MIN);
        return RIM_ERR_FORMAT;
    }
    if (covered < REGIONS_MIN) {
        rim_log_error(
            "the points lie in %d of 9 regions of the NIR picture; nothing is "
            "known in: %s; show the board there too",
            covered, empty);
        return RIM_ERR_FORMAT;
    }
    return RIM_OK;
}

// ---- one path ----

static rim_err fit_homography(rim_registration *r, const pairing *p, double *rms)
{
    rim_point *a = calloc((size_t)p->points + 1, sizeof *a),
              *b = calloc((size_t)p->points + 1, sizeof *b);
    rim_err err = a && b ? RIM_OK : RIM_ERR_MEMORY;
    int n = 0;
    for (int i = 0; i < p->points && err == RIM_OK; i++) {
        a[n] = p->a[i];
        b[n] = p->b[i];
        const bool ok =
            straighten(r, &a[n]) &&
            (!r->has_lenses ||
             rim_lens_undistort(r->visible.camera_matrix, r->visible.distortion, b[n].x,
                                b[n].y, &b[n].x, &b[n].y));
        n += ok && !r->outlier[p->pair_of[i]];
    }
    if (err == RIM_OK)
        err = n < 4 ? RIM_ERR_FORMAT
                    : rim_cv_homography(r->nir_to_visible, a, b, n, 0, NULL);
    double sum = 0;
    for (int i = 0; i < n && err == RIM_OK; i++) {
        double u = 0, v = 0;
        if (!rim_homography_apply(r->nir_to_visible, a[i].x, a[i].y, &u, &v))
            err = RIM_ERR_FORMAT;
        sum += (u - b[i].x) * (u - b[i].x) + (v - b[i].y) * (v - b[i].y);
    }
    *rms = n > 0 ? sqrt(sum / n) : INFINITY;
    free(a);
    free(b);
    if (err == RIM_ERR_FORMAT)
        rim_log_error("no homography fits the points: is the board right?");
    return err;
}

// ---- lenses ----

// Solves for both lenses where the views allow it; quietly does without where there
// are too few.
static rim_err find_lenses(rim_registration *r, const pairing *p)
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

// ---- two cameras ----

static int gather(const rim_view **nir, const rim_view **visible, const pairing *p,
                  const rim_registration *r, int turn, int turns)
{
    int n = 0;
    for (int i = 0; i < p->pairs; i++) {
        if (r->outlier[i] || (turn >= 0 && i % turns == turn))
            continue;
        nir[n] = p->nir[i];
        visible[n++] = p->pv[i];
    }
    return n;
}

static double length(const double v[3])
{
    return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

// The baseline's uncertainty as in lens.h: the shifts when pairs are left out.
static rim_err baseline_spread(rim_registration *r, const pairing *p,
                               const rim_stereo *full, const rim_view **nir,
                               const rim_view **visible, rim_pose *pose)
{
    const int turns = p->pairs < TURNS_MAX ? p->pairs : TURNS_MAX;
    double sum = 0;
    for (int t = 0; t < turns; t++) {
        const int n = gather(nir, visible, p, r, t, turns);
        if (n < 3)
            continue;
        rim_stereo s = *full;
        const rim_err err =
            rim_cv_stereo(&s, pose, nir, visible, n, p->board, p->o->fixed);
        if (err != RIM_OK)
            return err;
        const double shift = length(s.translation_mm) - r->baseline_mm;
        sum += shift * shift;
    }
    r->baseline_stddev_mm = sqrt(sum);
    return RIM_OK;
}

// Pairs that were not taken at one moment fit neither alone nor with the others.
static bool drop_worst_pair(rim_registration *r, const pairing *p, const rim_pose *pose)
{
    double sum = 0, worst = 0;
    int n = 0, at = -1;
    for (int i = 0; i < p->pairs; i++) {
        if (r->outlier[i])
            continue;
        const double e = pose[n++].rms_px;
        sum += e * e;
        if (e > worst) {
            worst = e;
            at = i;
        }
    }
    const double others = n > 1 ? sqrt((sum - worst * worst) / (n - 1)) : worst;
    if (n <= RIM_LENS_VIEWS_MIN || worst < 1 || worst < 3.5 * others)
        return false;
    r->outlier[at] = true;
    return true;
}

static rim_err fit_stereo(rim_registration *r, pairing *p)
{
    const size_t n = (size_t)p->pairs;
    const rim_view **nir = calloc(n, sizeof(void *)),
                   **visible = calloc(n, sizeof(void *));
    rim_pose *pose = calloc(n, sizeof *pose);
    rim_stereo s;
    rim_err err = nir && visible && pose ? RIM_OK : RIM_ERR_MEMORY;
    while (err == RIM_OK) {
        s = (rim_stereo){.a = r->nir, .b = r->visible};
        const int count = gather(nir, visible, p, r, -1, 1);
        err = rim_cv_stereo(&s, pose, nir, visible, count, p->board, p->o->fixed);
        if (err != RIM_OK || !drop_worst_pair(r, p, pose))
            break;
    }
    if (err == RIM_OK) {
        for (int i = 0, k = 0; i < p->pairs; i++)
            if (!r->outlier[i])
                p->pose[i] = pose[k++];
        memcpy(r->rotation, s.rotation, sizeof r->rotation);
        memcpy(r->translation_mm, s.translation_mm, sizeof r->translation_mm);
        // Uncertainties stay those of each lens alone.
        memcpy(r->nir.camera_matrix, s.a.camera_matrix, sizeof s.a.camera_matrix);
        memcpy(r->nir.distortion, s.a.distortion, sizeof s.a.distortion);
        memcpy(r->visible.camera_matrix, s.b.camera_matrix, sizeof s.b.camera_matrix);
        memcpy(r->visible.distortion, s.b.distortion, sizeof s.b.distortion);
        r->baseline_mm = length(s.translation_mm);
        err = baseline_spread(r, p, &s, nir, visible, pose);
    }
    free(nir);
    free(visible);
    free(pose);
    return err;
}

static double mean_distance(const rim_registration *r, const pairing *p)
{
    const rim_point last = rim_board_point(p->board, rim_board_points(p->board) - 1);
    double sum = 0;
    int n = 0;
    for (int i = 0; i < p->pairs; i++) {
        const double *m = p->pose[i].rotation;
        if (r->outlier[i])
            continue;
        sum += m[6] * last.x / 2 + m[7] * last.y / 2 + p->pose[i].translation_mm[2];
        n++;
    }
    return n > 0 ? sum / n : (double)NAN;
}

static rim_err choose_plane(rim_registration *r, const pairing *p)
{
    double *plane = r->plane;
    if (p->o->plane_pair >= 0 && r->outlier[p->o->plane_pair]) {
        rim_log_error("%s cannot be the working plane: it does not fit the other pairs",
                      p->nir[p->o->plane_pair]->name);
        return RIM_ERR_FORMAT;
    }
    if (p->o->plane_pair >= 0) {
        plane_of(plane, &p->pose[p->o->plane_pair]);
    } else {
        plane[0] = plane[1] = 0;
        plane[2] = 1;
        plane[3] = isnan(p->o->distance_mm) ? mean_distance(r, p) : p->o->distance_mm;
    }
    r->distance_mm = plane[3] / plane[2];
    if (!plane_homography(r->nir_to_visible, r, plane))
        return RIM_ERR_FORMAT;
    r->mm_per_px =
        2 * r->distance_mm / (r->nir.camera_matrix[0] + r->nir.camera_matrix[4]);
    // Shift of the middle for a plane 1 mm nearer.
    double nearer[4] = {plane[0], plane[1], plane[2], plane[3] - plane[2]}, h[9];
    const double *k = r->nir.camera_matrix;
    double u = 0, v = 0, u1 = 0, v1 = 0;
    if (plane_homography(h, r, nearer) &&
        rim_homography_apply(h, k[2], k[5], &u1, &v1) &&
        rim_homography_apply(r->nir_to_visible, k[2], k[5], &u, &v))
        r->parallax_px_per_mm = sqrt((u - u1) * (u - u1) + (v - v1) * (v - v1));
    return RIM_OK;
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

static void in_mm(rim_registration *r, const pairing *p)
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
    if (r->kind == RIM_REGISTER_SAME_PATH)
        r->mm_per_px = nir / n;
}

static rim_err solve(rim_registration *r, pairing *p)
{
    rim_err err = refuse_spread(r, p->a, p->points);
    if (err == RIM_OK)
        err = find_lenses(r, p);
    double rms = 0;
    if (err == RIM_OK && p->o->kind != RIM_REGISTER_STEREO)
        err = fit_homography(r, p, &rms);
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
        err = p->pose ? fit_stereo(r, p) : RIM_ERR_MEMORY;
        if (err == RIM_OK)
            err = choose_plane(r, p);
    }
    if (err == RIM_OK)
        err = measure(r, p);
    if (err == RIM_OK)
        in_mm(r, p);
    for (int i = 0; i < p->pairs; i++)
        r->used += !r->outlier[i];
    return err;
}

static void start(rim_registration *r)
{
    *r = (rim_registration){.rms_px = NAN, .rms_mm = NAN, .mm_per_px = NAN};
    r->baseline_mm = r->baseline_stddev_mm = r->distance_mm = (double)NAN;
    r->parallax_px_per_mm = (double)NAN;
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

static rim_err take_pairs(pairing *p, const rim_view *const *visible)
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
    start(out);
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
    pairing p = {.nir = nir, .pairs = pairs, .board = board, .o = options};
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

// ---- tissue ----

rim_err rim_register_points(rim_registration *out, const rim_point *nir,
                            const rim_point *visible, int count, int nir_width,
                            int nir_height, int visible_width, int visible_height)
{
    start(out);
    out->kind = RIM_REGISTER_SAME_PATH;
    out->nir_width = nir_width;
    out->nir_height = nir_height;
    out->visible_width = visible_width;
    out->visible_height = visible_height;
    out->pairs = out->used = 1;
    const size_t n = (size_t)(count > 0 ? count : 1);
    bool *inlier = calloc(n, sizeof *inlier);
    pairing p = {
        .pairs = 1, .a = malloc(n * sizeof *p.a), .b = malloc(n * sizeof *p.b)};
    p.pair_of = calloc(n, sizeof *p.pair_of);
    out->outlier = calloc(1, sizeof *out->outlier);
    rim_err err =
        inlier && p.a && p.b && p.pair_of && out->outlier ? RIM_OK : RIM_ERR_MEMORY;
    if (err == RIM_OK && count >= 4 &&
        rim_cv_homography(out->nir_to_visible, nir, visible, count, TISSUE_PX,
                          inlier) == RIM_OK)
        for (int i = 0; i < count; i++)
            if (inlier[i]) {
                p.a[p.points] = nir[i];
                p.b[p.points++] = visible[i];
            }
    if (err == RIM_OK && p.points < INLIERS_MIN) {
        rim_log_error("%d features agree between the pictures, but %d or more are "
                      "needed; show structured tissue in focus, or a board",
                      p.points, INLIERS_MIN);
        err = RIM_ERR_FORMAT;
    }
    if (err == RIM_OK)
        err = refuse_spread(out, p.a, p.points);
    double rms;
    if (err == RIM_OK)
        err = fit_homography(out, &p, &rms);
    const double *h = out->nir_to_visible;
    if (err == RIM_OK && h[0] * h[4] - h[1] * h[3] < 0) {
        rim_log_error("the NIR picture is mirrored against the visible one: switch off "
                      "the mirroring of one camera");
        err = RIM_ERR_FORMAT;
    }
    if (err == RIM_OK)
        err = measure(out, &p);
    free(inlier);
    free(p.a);
    free(p.b);
    free(p.pair_of);
    return err;
}

void rim_registration_uninit(rim_registration *r)
{
    free(r->arrow);
    free(r->outlier);
    r->arrow = NULL;
    r->outlier = NULL;
}
