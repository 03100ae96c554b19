// register_tissue.c: a registration from features that both cameras see.
// SPDX-License-Identifier: MIT
#include "calib/register_internal.h"

#include "base/log.h"

#include <stdlib.h>

enum { INLIERS_MIN = 40 };

static const double TISSUE_PX = 2; // error of a matched feature

rim_err rim_register_points(rim_registration *out, const rim_point *nir,
                            const rim_point *visible, int count, int nir_width,
                            int nir_height, int visible_width, int visible_height)
{
    rim_register_start(out);
    out->kind = RIM_REGISTER_SAME_PATH;
    out->nir_width = nir_width;
    out->nir_height = nir_height;
    out->visible_width = visible_width;
    out->visible_height = visible_height;
    out->pairs = out->used = 1;
    const size_t n = (size_t)(count > 0 ? count : 1);
    bool *inlier = calloc(n, sizeof *inlier);
    rim_pairing p = {
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
        err = rim_register_refuse_spread(out, p.a, p.points);
    double rms;
    if (err == RIM_OK)
        err = rim_register_fit_homography(out, &p, &rms);
    const double *h = out->nir_to_visible;
    if (err == RIM_OK && h[0] * h[4] - h[1] * h[3] < 0) {
        rim_log_error("the NIR picture is mirrored against the visible one: switch off "
                      "the mirroring of one camera");
        err = RIM_ERR_FORMAT;
    }
    if (err == RIM_OK)
        err = rim_register_measure(out, &p);
    free(inlier);
    free(p.a);
    free(p.b);
    free(p.pair_of);
    return err;
}
