// register_stereo.c: two cameras, each with its lens, and the plane on which their
// pictures agree.
// SPDX-License-Identifier: MIT
#include "calib/register_internal.h"

#include "base/log.h"
#include "calib/lens.h"
#include "calib/lens_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS_MAX = 12 };

static int gather(const rim_view **nir, const rim_view **visible, const rim_pairing *p,
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

static double square(double v)
{
    return v * v;
}

// Squares of the small turns from rotation b to a, in degrees.
static void add_turns(double sum[3], const double a[9], const double b[9])
{
    double d[9]; // a times the transpose of b
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            d[3 * i + j] = a[3 * i] * b[3 * j] + a[3 * i + 1] * b[3 * j + 1] +
                           a[3 * i + 2] * b[3 * j + 2];
    const double half_degree = 57.29577951308232 / 2;
    sum[0] += square(half_degree * (d[7] - d[5]));
    sum[1] += square(half_degree * (d[2] - d[6]));
    sum[2] += square(half_degree * (d[3] - d[1]));
}

// The uncertainties as in lens.h: the shifts when pairs are left out.
static rim_err state_spread(rim_registration *r, const rim_pairing *p,
                            const rim_stereo *full, const rim_view **nir,
                            const rim_view **visible, rim_pose *pose)
{
    const int turns = p->pairs < TURNS_MAX ? p->pairs : TURNS_MAX;
    double baseline = 0, way[3] = {0}, turn[3] = {0};
    for (int t = 0; t < turns; t++) {
        const int n = gather(nir, visible, p, r, t, turns);
        if (n < 3)
            continue;
        rim_stereo s = *full;
        const rim_err err =
            rim_cv_stereo(&s, pose, nir, visible, n, p->board, p->o->fixed);
        if (err != RIM_OK)
            return err;
        baseline += square(length(s.translation_mm) - r->baseline_mm);
        for (int i = 0; i < 3; i++)
            way[i] += square(s.translation_mm[i] - full->translation_mm[i]);
        add_turns(turn, s.rotation, full->rotation);
    }
    r->baseline_stddev_mm = sqrt(baseline);
    for (int i = 0; i < 3; i++) {
        r->translation_stddev_mm[i] = sqrt(way[i]);
        r->rotation_stddev_deg[i] = sqrt(turn[i]);
    }
    return RIM_OK;
}

// Pairs that were not taken at one moment fit neither alone nor with the others.
static bool drop_worst_pair(rim_registration *r, const rim_pairing *p,
                            const rim_pose *pose)
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

rim_err rim_register_fit_stereo(rim_registration *r, rim_pairing *p)
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
        err = state_spread(r, p, &s, nir, visible, pose);
    }
    free(nir);
    free(visible);
    free(pose);
    return err;
}

static double mean_distance(const rim_registration *r, const rim_pairing *p)
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

rim_err rim_register_choose_plane(rim_registration *r, const rim_pairing *p)
{
    double *plane = r->plane;
    if (p->o->plane_pair >= 0 && r->outlier[p->o->plane_pair]) {
        rim_log_error("%s cannot be the working plane: it does not fit the other pairs",
                      p->nir[p->o->plane_pair]->name);
        return RIM_ERR_FORMAT;
    }
    if (p->o->plane_pair >= 0) {
        rim_register_plane_of(plane, &p->pose[p->o->plane_pair]);
    } else {
        plane[0] = plane[1] = 0;
        plane[2] = 1;
        plane[3] = isnan(p->o->distance_mm) ? mean_distance(r, p) : p->o->distance_mm;
    }
    r->distance_mm = plane[3] / plane[2];
    if (!rim_register_plane_homography(r->nir_to_visible, r, plane))
        return RIM_ERR_FORMAT;
    r->mm_per_px =
        2 * r->distance_mm / (r->nir.camera_matrix[0] + r->nir.camera_matrix[4]);
    // Shift of the middle for a plane 1 mm nearer.
    double nearer[4] = {plane[0], plane[1], plane[2], plane[3] - plane[2]}, h[9];
    const double *k = r->nir.camera_matrix;
    double u = 0, v = 0, u1 = 0, v1 = 0;
    if (rim_register_plane_homography(h, r, nearer) &&
        rim_homography_apply(h, k[2], k[5], &u1, &v1) &&
        rim_homography_apply(r->nir_to_visible, k[2], k[5], &u, &v))
        r->parallax_px_per_mm = sqrt((u - u1) * (u - u1) + (v - v1) * (v - v1));
    return RIM_OK;
}
