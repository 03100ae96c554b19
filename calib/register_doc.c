// register_doc.c: a registration in a calibration file.
// SPDX-License-Identifier: MIT
#include "calib/register.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ARROWS_MAX = 1500 };

static const char *const path_names[] = {"", "same path", "two cameras"};

typedef struct writer {
    rim_doc *doc;
    rim_err err; // the first that came up
} writer;

static void put_real(writer *w, const char *key, double v)
{
    if (w->err == RIM_OK && !isnan(v))
        w->err = rim_doc_set_real(w->doc, key, v);
}

static void put_int(writer *w, const char *key, int v)
{
    if (w->err == RIM_OK)
        w->err = rim_doc_set_int(w->doc, key, v);
}

static void put_cells(writer *w, const char *key, int rows, int cols, const double *v)
{
    if (w->err == RIM_OK)
        w->err = rim_doc_set_matrix(w->doc, key, rows, cols, v);
}

// x, y, dx, dy a row, thinned out evenly.
static void put_arrows(writer *w, const rim_registration *r)
{
    const int step = r->arrows / ARROWS_MAX + 1, n = (r->arrows + step - 1) / step;
    double *cell = malloc(((size_t)n + 1) * 4 * sizeof *cell);
    if (!cell) {
        w->err = RIM_ERR_MEMORY;
        return;
    }
    for (int i = 0; i < n; i++) {
        const rim_register_arrow *a = &r->arrow[i * step];
        const double row[4] = {a->nir.x, a->nir.y, a->error.x, a->error.y};
        memcpy(cell + 4 * (size_t)i, row, sizeof row);
    }
    if (n > 0)
        put_cells(w, "register_arrows", n, 4, cell);
    free(cell);
}

rim_err rim_registration_put(rim_doc *doc, const rim_registration *r)
{
    writer w = {.doc = doc};
    double region[RIM_REGISTER_REGIONS], region_mm[RIM_REGISTER_REGIONS];
    for (int i = 0; i < RIM_REGISTER_REGIONS; i++) {
        region[i] = isnan(r->region_px[i]) ? -1 : r->region_px[i];
        region_mm[i] = isnan(r->region_mm[i]) ? -1 : r->region_mm[i];
    }
    rim_doc_remove(doc, "register_");
    rim_doc_remove(doc, "stereo_");
    rim_doc_remove(doc, "visible_");
    put_cells(&w, "nir_to_visible", 3, 3, r->nir_to_visible);
    put_int(&w, "visible_image_width_px", r->visible_width);
    put_int(&w, "visible_image_height_px", r->visible_height);
    if (w.err == RIM_OK)
        w.err = rim_doc_set_string(doc, "register_kind", path_names[r->kind]);
    put_int(&w, "register_pairs", r->used);
    put_int(&w, "register_points", r->points);
    put_real(&w, "register_rms_px", r->rms_px);
    put_real(&w, "register_rms_mm", r->rms_mm);
    put_cells(&w, "register_region_rms_px", 3, 3, region);
    put_cells(&w, "register_region_rms_mm", 3, 3, region_mm);
    put_arrows(&w, r);
    if (r->has_lenses) {
        put_cells(&w, "camera_matrix", 3, 3, r->nir.camera_matrix);
        put_cells(&w, "distortion_coefficients", 1, 5, r->nir.distortion);
        put_cells(&w, "visible_camera_matrix", 3, 3, r->visible.camera_matrix);
        put_cells(&w, "visible_distortion_coefficients", 1, 5, r->visible.distortion);
        put_cells(&w, "visible_lens_stddev", 1, RIM_LENS_PARAMETERS, r->visible.stddev);
        put_real(&w, "visible_lens_rms_px", r->visible.rms_px);
    }
    if (r->kind == RIM_REGISTER_STEREO) {
        put_cells(&w, "stereo_rotation", 3, 3, r->rotation);
        put_cells(&w, "stereo_translation_mm", 3, 1, r->translation_mm);
        put_real(&w, "stereo_baseline_mm", r->baseline_mm);
        put_real(&w, "stereo_baseline_stddev_mm", r->baseline_stddev_mm);
        put_cells(&w, "stereo_translation_stddev_mm", 3, 1, r->translation_stddev_mm);
        put_cells(&w, "stereo_rotation_stddev_deg", 3, 1, r->rotation_stddev_deg);
        put_cells(&w, "register_plane_mm", 1, 4, r->plane);
        put_real(&w, "register_distance_mm", r->distance_mm);
        put_real(&w, "register_parallax_px_per_mm", r->parallax_px_per_mm);
        put_real(&w, "mm_per_px", r->mm_per_px);
    }
    return w.err;
}

rim_err rim_registration_get(rim_registration *r, const rim_doc *doc, const char *path)
{
    *r = (rim_registration){.kind = RIM_REGISTER_SAME_PATH};
    rim_err err = rim_doc_need_cells(r->nir_to_visible, doc, path, "nir_to_visible", 9);
    if (err == RIM_OK)
        err = rim_doc_want_real(&r->rms_px, doc, path, "register_rms_px", -1);
    if (err == RIM_OK && rim_doc_find(doc, "visible_camera_matrix")) {
        r->has_lenses = true;
        err = rim_doc_need_cells(r->nir.camera_matrix, doc, path, "camera_matrix", 9);
        if (err == RIM_OK)
            err = rim_doc_need_cells(r->nir.distortion, doc, path,
                                     "distortion_coefficients", 5);
        if (err == RIM_OK)
            err = rim_doc_need_cells(r->visible.camera_matrix, doc, path,
                                     "visible_camera_matrix", 9);
        if (err == RIM_OK)
            err = rim_doc_need_cells(r->visible.distortion, doc, path,
                                     "visible_distortion_coefficients", 5);
    }
    if (err != RIM_OK || !rim_doc_find(doc, "stereo_rotation"))
        return err;
    r->kind = RIM_REGISTER_STEREO;
    err = rim_doc_need_cells(r->rotation, doc, path, "stereo_rotation", 9);
    if (err == RIM_OK)
        err = rim_doc_need_cells(r->translation_mm, doc, path, "stereo_translation_mm",
                                 3);
    return err;
}
