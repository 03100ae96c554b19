// page_geometry.c: lens and registration on a calibration's page.
// SPDX-License-Identifier: MIT
#include "calib/page_geometry.h"

#include "calib/cv_bridge.h"
#include "calib/resample.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// ---- lens ----

static void put_views(rim_calib_page_in *g)
{
    const rim_doc_entry *rms = rim_doc_find(g->doc, "lens_view_rms_px"),
                        *state = rim_doc_find(g->doc, "lens_view_state");
    const char *name = rim_doc_string(g->doc, "lens_view_names");
    static const char *const words[] = {"", "inconsistent with the others, kept",
                                        "left out"};
    if (!rms || !state || rms->kind != RIM_DOC_MATRIX ||
        state->kind != RIM_DOC_MATRIX || rms->rows != state->rows)
        return;
    rim_calib_page_put(g, "<table>\n");
    for (int i = 0; i < rms->rows; i++) {
        char line[160];
        const size_t len = strcspn(name, "\n");
        (void)snprintf(line, sizeof line, "%.*s", len < 150 ? (int)len : 150, name);
        name += len + (name[len] == '\n');
        const int s = (int)state->cell[i];
        rim_calib_page_row(&g->p, line, "%.3f px %s", rms->cell[i],
                           words[s >= 0 && s < 3 ? s : 0]);
    }
    rim_calib_page_put(g, "</table>\n");
}

static void put_undistorted(rim_calib_page_in *g)
{
    rim_frame raw =
        rim_calib_page_read_map(g, "lens_picture_map", g->c->width, g->c->height);
    if (!raw.data)
        return;
    rim_frame even = rim_calib_page_like(g, &raw);
    if (g->p.err == RIM_OK) {
        rim_resample_undistorted(&even, &raw, g->c->camera_matrix, g->c->distortion);
        const rim_calib_page_scale s = rim_calib_page_stretch(&raw);
        rim_calib_page_put(g, "<div>");
        rim_calib_page_picture(&g->p, &raw, s, "A view of the board, before");
        rim_calib_page_picture(&g->p, &even, s, "and without distortion");
        rim_calib_page_put(g, "</div>");
    }
    rim_frame_uninit(&raw);
    rim_frame_uninit(&even);
}

static bool is_parameters(const rim_doc_entry *e)
{
    return e && e->kind == RIM_DOC_MATRIX && e->rows * e->cols == RIM_LENS_PARAMETERS;
}

// sd: uncertainties, may be NULL.
static void put_parameters(rim_calib_page_in *g, const double *k, const double *d,
                           const rim_doc_entry *sd)
{
    static const char *const name[RIM_LENS_PARAMETERS] = {"fx", "fy", "cx", "cy", "k1",
                                                          "k2", "p1", "p2", "k3"};
    const double value[RIM_LENS_PARAMETERS] = {k[0], k[4], k[2], k[5], d[0],
                                               d[1], d[2], d[3], d[4]};
    const bool known = is_parameters(sd);
    for (int i = 0; i < RIM_LENS_PARAMETERS; i++) {
        if (known && sd->cell[i] == 0)
            rim_calib_page_row(&g->p, name[i], "held at %g", value[i]);
        else if (known)
            rim_calib_page_row(&g->p, name[i],
                               i < 4 ? "%.2f +- %.2f px" : "%.4f +- %.4f", value[i],
                               sd->cell[i]);
        else
            rim_calib_page_row(&g->p, name[i], i < 4 ? "%.2f px" : "%.4f", value[i]);
    }
}

void rim_calib_page_put_lens(rim_calib_page_in *g)
{
    if (!g->c->has_lens)
        return;
    rim_calib_page_heading(g, "Lens of the NIR camera");
    rim_calib_page_put(g, "<table>\n");
    if (!isnan(rim_calib_page_number(g, "lens_rms_px"))) {
        rim_calib_page_row(&g->p, "views", "%.0f",
                           rim_calib_page_number(g, "lens_views"));
        rim_calib_page_row(&g->p, "RMS", "%.4f px",
                           rim_calib_page_number(g, "lens_rms_px"));
    }
    put_parameters(g, g->c->camera_matrix, g->c->distortion,
                   rim_doc_find(g->doc, "lens_stddev"));
    rim_calib_page_put(g, "</table>\n");
    put_views(g);
    rim_calib_page_arrows(&g->p, rim_doc_find(g->doc, "lens_arrows"), g->c->width,
                          g->c->height, "Residuals: seen less expected");
    put_undistorted(g);
}

// ---- registration ----

static void put_regions(rim_calib_page_in *g, const char *key, const char *unit,
                        int decimals)
{
    const rim_doc_entry *r = rim_doc_find(g->doc, key);
    if (!r || r->kind != RIM_DOC_MATRIX || r->rows != 3 || r->cols != 3)
        return;
    (void)fprintf(g->p.out,
                  "<figure><table class=\"grid\">\n<caption>Residual by region of the "
                  "NIR picture, %s</caption>\n",
                  unit);
    for (int y = 0; y < 3; y++) {
        rim_calib_page_put(g, "<tr>");
        for (int x = 0; x < 3; x++) {
            const double v = r->cell[3 * y + x];
            if (v < 0)
                rim_calib_page_put(g, "<td>not measured</td>");
            else
                (void)fprintf(g->p.out, "<td>%.*f</td>", decimals, v);
        }
        rim_calib_page_put(g, "</tr>\n");
    }
    rim_calib_page_put(g, "</table></figure>\n");
}

// Translation and turn, each with its uncertainty.
static void put_stereo(rim_calib_page_in *g)
{
    static const char *const axis[] = {"x", "y", "z"};
    const rim_doc_entry *t = rim_doc_find(g->doc, "stereo_translation_mm"),
                        *ts = rim_doc_find(g->doc, "stereo_translation_stddev_mm"),
                        *rs = rim_doc_find(g->doc, "stereo_rotation_stddev_deg");
    rim_calib_page_row(&g->p, "baseline", "%.3f +- %.3f mm",
                       rim_calib_page_number(g, "stereo_baseline_mm"),
                       rim_calib_page_number(g, "stereo_baseline_stddev_mm"));
    const bool known = t && ts && rs && t->kind == RIM_DOC_MATRIX && t->rows == 3 &&
                       ts->kind == RIM_DOC_MATRIX && ts->rows == 3 &&
                       rs->kind == RIM_DOC_MATRIX && rs->rows == 3;
    for (int i = 0; known && i < 3; i++)
        rim_calib_page_row(&g->p, axis[i],
                           "%.3f +- %.3f mm, turn about it +- %.3f degrees", t->cell[i],
                           ts->cell[i], rs->cell[i]);
    rim_calib_page_row(&g->p, "working plane", "%.1f mm",
                       rim_calib_page_number(g, "register_distance_mm"));
    rim_calib_page_row(&g->p, "off the plane", "%.2f px a mm",
                       rim_calib_page_number(g, "register_parallax_px_per_mm"));
}

// As if the pictures lay upon each other by size alone.
static void by_size(rim_frame *dst, const rim_frame *src)
{
    for (int y = 0; y < dst->height; y++)
        for (int x = 0; x < dst->width; x++)
            rim_frame_row16(dst, y)[x] = rim_frame_row16(
                src, (int)((int64_t)y * src->height /
                           dst->height))[(int)((int64_t)x * src->width / dst->width)];
}

static void put_overlays(rim_calib_page_in *g)
{
    const rim_calib *c = g->c;
    rim_frame nir = rim_calib_page_read_map(g, "register_nir_map", c->width, c->height);
    rim_frame visible = rim_calib_page_read_map(g, "register_visible_map",
                                                c->visible_width, c->visible_height);
    if (nir.data && visible.data) {
        rim_frame moved = rim_calib_page_like(g, &nir);
        if (g->p.err == RIM_OK) {
            rim_calib_page_put(g, "<div>");
            by_size(&moved, &visible);
            rim_calib_page_pair(&g->p, &nir, &moved,
                                "NIR green, visible magenta: before, by size alone");
            rim_resample_visible(&moved, &visible, c);
            rim_calib_page_pair(&g->p, &nir, &moved,
                                "and after: grey where they agree (two cameras: on the "
                                "working plane only)");
            rim_calib_page_put(g, "</div>");
        }
        rim_frame_uninit(&moved);
    }
    rim_frame_uninit(&nir);
    rim_frame_uninit(&visible);
}

static void put_visible_lens(rim_calib_page_in *g)
{
    if (!g->c->has_visible_lens)
        return;
    rim_calib_page_put(g, "<p>Lens of the visible camera:</p><table>\n");
    put_parameters(g, g->c->visible_camera_matrix, g->c->visible_distortion,
                   rim_doc_find(g->doc, "visible_lens_stddev"));
    rim_calib_page_put(g, "</table>\n");
}

void rim_calib_page_put_register(rim_calib_page_in *g)
{
    if (!g->c->has_register)
        return;
    rim_calib_page_heading(g, "Registration");
    rim_calib_page_put(g, "<table>\n");
    rim_calib_page_row(&g->p, "kind", "%s", rim_doc_string(g->doc, "register_kind"));
    rim_calib_page_row(&g->p, "pairs, points", "%.0f, %.0f",
                       rim_calib_page_number(g, "register_pairs"),
                       rim_calib_page_number(g, "register_points"));
    rim_calib_page_row(&g->p, "residual", "%.3f px", g->c->register_rms_px);
    if (!isnan(rim_calib_page_number(g, "register_rms_mm")))
        rim_calib_page_row(&g->p, "on the board", "%.4f mm",
                           rim_calib_page_number(g, "register_rms_mm"));
    if (!isnan(rim_calib_page_number(g, "stereo_baseline_mm")))
        put_stereo(g);
    rim_calib_page_put(g, "</table>\n");
    put_visible_lens(g);
    put_regions(g, "register_region_rms_px", "px", 3);
    if (!isnan(rim_calib_page_number(g, "register_rms_mm")))
        put_regions(g, "register_region_rms_mm", "mm", 4);
    rim_calib_page_arrows(&g->p, rim_doc_find(g->doc, "register_arrows"), g->c->width,
                          g->c->height, "Residuals: seen less expected");
    put_overlays(g);
}
