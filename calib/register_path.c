// register_path.c: where a point of the NIR picture lies in the visible one, and how far
// what was seen is from that.
// SPDX-License-Identifier: MIT
#include "calib/register_internal.h"

#include "base/log.h"
#include "calib/lens_model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Fewer points, or in fewer of the nine regions, say nothing about the field.
enum { POINTS_MIN = 30, REGIONS_MIN = 5, REGION_POINTS_MIN = 3 };

// ---- the way of a point ----

bool rim_register_straighten(const rim_registration *r, rim_point *p)
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

bool rim_register_plane_homography(double h[9], const rim_registration *r,
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

void rim_register_plane_of(double plane[4], const rim_pose *pose)
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
        rim_register_plane_of(plane, pose);
        if (!rim_register_plane_homography(h, r, plane))
            return false;
    }
    rim_point p = nir;
    if (!rim_register_straighten(r, &p) ||
        !rim_homography_apply(h, p.x, p.y, &p.x, &p.y) || !bend(r, &p))
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

rim_err rim_register_measure(rim_registration *r, const rim_pairing *p)
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

rim_err rim_register_refuse_spread(const rim_registration *r, const rim_point *at,
                                   int points)
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

rim_err rim_register_fit_homography(rim_registration *r, const rim_pairing *p,
                                    double *rms)
{
    rim_point *a = calloc((size_t)p->points + 1, sizeof *a),
              *b = calloc((size_t)p->points + 1, sizeof *b);
    rim_err err = a && b ? RIM_OK : RIM_ERR_MEMORY;
    int n = 0;
    for (int i = 0; i < p->points && err == RIM_OK; i++) {
        a[n] = p->a[i];
        b[n] = p->b[i];
        const bool ok =
            rim_register_straighten(r, &a[n]) &&
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
