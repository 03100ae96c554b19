// page.c: the sections of a calibration's page.
// SPDX-License-Identifier: MIT
#include "calib/page.h"

#include "base/log.h"
#include "calib/correct.h"
#include "calib/cv_bridge.h"
#include "calib/folder.h"
#include "calib/page_tools.h"
#include "calib/resample.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096 };

typedef struct page {
    rim_page p;
    const rim_doc *doc;
    const rim_calib *c;
    const char *file;
    int64_t now_s;
} page;

static double number(const page *g, const char *key)
{
    return rim_doc_number(g->doc, key);
}

static void heading(page *g, const char *text)
{
    (void)fprintf(g->p.out, "<h2>%s</h2>\n", text);
}

static void put(page *g, const char *html)
{
    (void)fputs(html, g->p.out);
}

static rim_frame read_map(page *g, const char *key, int width, int height)
{
    rim_frame f = {0};
    if (g->p.err == RIM_OK)
        g->p.err = rim_folder_read_map(&f, g->doc, g->file, key, width, height);
    return f;
}

static rim_frame like(page *g, const rim_frame *f)
{
    rim_frame out = {
        .width = f->width, .height = f->height, .fmt = RIM_FMT_GRAY16, .bits = f->bits};
    if (g->p.err == RIM_OK)
        g->p.err = rim_frame_init(&out);
    return out;
}

// ---- what it is good for ----

static void judge(page *g, bool has, bool good, const char *yes, const char *but,
                  const char *no)
{
    const char *mark = !has ? "no" : good ? "yes" : "but";
    (void)fprintf(g->p.out, "<li class=\"%s\">", mark);
    rim_page_text(&g->p, !has ? no : good ? yes : but);
    put(g, "</li>\n");
}

static void put_judgement(page *g)
{
    const rim_calib *c = g->c;
    put(g, "<ul class=\"judgement\">\n");
    const double drift = number(g, "dark_drift_counts"),
                 drift_error = number(g, "dark_drift_error_counts"),
                 noise = number(g, "dark_noise_counts");
    judge(g, c->dark.data,
          !(fabs(drift) > 4 * drift_error && fabs(drift) > 0.25 * noise),
          "Dark: fixed noise is taken off, hot pixels are repaired.",
          "Dark: taken off, but the level was drifting: warm up and take it again.",
          "No dark map: fixed noise and hot pixels stay in the picture.");
    const double flat_noise = number(g, "flat_noise");
    judge(g, c->gain.data, flat_noise < 0.005,
          "Flat: an SBR means the same at the edge as in the centre.",
          "Flat: corrected, but the gain map itself is noisy: take more frames.",
          "No gain map: brightness falls off to the edges, and SBR with it.");
    const rim_doc_entry *sd = rim_doc_find(g->doc, "lens_stddev");
    const double f_error = c->has_lens && sd && sd->kind == RIM_DOC_MATRIX
                               ? sd->cell[0] / c->camera_matrix[0]
                               : 0;
    judge(g, c->has_lens, f_error < 0.02,
          "Lens: known well enough for distortion and for sizes at a known distance.",
          "Lens: distortion is known, but the focal length is not to 2 %: sizes in mm "
          "from it are not to be trusted; add tilted views.",
          "No lens: distortion is not corrected.");
    judge(
        g, c->has_register, c->register_rms_px < 1,
        "Registration: outlines lie on the visible picture within a pixel where it was "
        "measured.",
        "Registration: there, but off by more than a pixel.",
        "No registration: visible and NIR picture are laid upon each other by size.");
    const double parallax = number(g, "register_parallax_px_per_mm");
    if (!isnan(parallax)) {
        char line[200];
        (void)snprintf(
            line, sizeof line,
            "Two cameras: right at %.0f mm; each mm nearer or farther shifts "
            "the outline by %.2f px.",
            number(g, "register_distance_mm"), parallax);
        judge(g, true, false, "", line, "");
    }
    put(g, "</ul>\n");
}

static void put_head(page *g)
{
    const rim_calib *c = g->c;
    const int age = rim_calib_age_days(c, g->now_s);
    put(g, "<table>\n");
    rim_page_row(&g->p, "camera", "%s%s%s", *c->camera ? c->camera : "not stated",
                 *c->serial ? ", serial number " : "", c->serial);
    rim_page_row(&g->p, "stream", "%d x %d at %d bits", c->width, c->height, c->bits);
    if (!isnan(c->exposure_us))
        rim_page_row(&g->p, "exposure", "%.0f us", c->exposure_us);
    if (!isnan(c->gain_db))
        rim_page_row(&g->p, "gain", "%.1f dB", c->gain_db);
    if (!isnan(c->mm_per_px))
        rim_page_row(&g->p, "pixel pitch on the tissue", "%.5f mm", c->mm_per_px);
    rim_page_row(&g->p, "made", "%s", *c->date ? c->date : "at an unknown time");
    if (age >= 0)
        rim_page_row(&g->p, "age", "%d days", age);
    put(g, "</table>\n");
}

// ---- dark ----

static void put_dark(page *g)
{
    if (!g->c->dark.data)
        return;
    heading(g, "Dark");
    const double k = number(g, "flat_electrons_per_count");
    const double noise = number(g, "dark_noise_counts");
    put(g, "<table>\n");
    rim_page_row(&g->p, "frames", "%.0f", number(g, "dark_frames"));
    rim_page_row(&g->p, "level", "%.2f counts", number(g, "dark_mean_counts"));
    if (isnan(k))
        rim_page_row(&g->p, "noise over time", "%.2f counts", noise);
    else
        rim_page_row(&g->p, "noise over time", "%.2f counts, %.1f electrons", noise,
                     noise * k);
    rim_page_row(&g->p, "pixel to pixel", "%.2f counts", number(g, "dark_dsnu_counts"));
    rim_page_row(&g->p, "rows", "%.2f counts", number(g, "dark_row_noise_counts"));
    rim_page_row(&g->p, "drift over the run", "%+.2f +- %.2f counts",
                 number(g, "dark_drift_counts"), number(g, "dark_drift_error_counts"));
    rim_page_row(&g->p, "hot, stuck pixels", "%.0f, %.0f", number(g, "dark_hot_pixels"),
                 number(g, "dark_stuck_pixels"));
    put(g, "</table>\n");
    rim_page_picture(&g->p, &g->c->dark, rim_page_stretch(&g->c->dark),
                     "Dark map, from its darkest to its brightest half per cent");
    rim_frame f = read_map(g, "dark_noise_map", g->c->width, g->c->height);
    if (f.data)
        rim_page_picture(&g->p, &f, rim_page_stretch(&f), "Noise over time");
    rim_frame_uninit(&f);
}

// ---- flat ----

static void put_profiles(page *g, const rim_frame *raw, const rim_frame *even)
{
    const int w = raw->width;
    double *before = calloc((size_t)w, sizeof *before),
           *after = calloc((size_t)w, sizeof *after);
    if (before && after) {
        const double black = number(g, "black_level_counts");
        for (int x = 0; x < w; x++) {
            for (int y = raw->height / 2 - 4; y < raw->height / 2 + 4; y++) {
                before[x] +=
                    (rim_frame_row16(raw, y)[x] - (isnan(black) ? 0 : black)) / 8;
                after[x] += rim_frame_row16(even, y)[x] / 8.0;
            }
        }
        rim_page_profile(&g->p, before, after, w,
                         "Across the middle: before (grey) and after (blue)");
    } else {
        g->p.err = RIM_ERR_MEMORY;
    }
    free(before);
    free(after);
}

static void put_before_after(page *g)
{
    rim_frame raw = read_map(g, "flat_picture_map", g->c->width, g->c->height);
    if (!raw.data)
        return;
    raw.bits = g->c->bits;
    rim_frame even = like(g, &raw);
    if (g->p.err == RIM_OK) {
        const double black = number(g, "black_level_counts");
        rim_frame_copy(&even, &raw);
        rim_calib_correct(&even, g->c, isnan(black) ? 0 : (int)black);
        rim_page_scale s = rim_page_stretch(&raw);
        s.low = 0;
        s.high *= 1.2; // not white on white
        put(g, "<div>");
        rim_page_picture(&g->p, &raw, s, "One frame of the target, before");
        rim_page_picture(&g->p, &even, s, "and after, on the same scale");
        put(g, "</div>");
        if (g->p.err == RIM_OK && raw.height >= 8)
            put_profiles(g, &raw, &even);
    }
    rim_frame_uninit(&raw);
    rim_frame_uninit(&even);
}

static void put_flat(page *g)
{
    if (!g->c->gain.data)
        return;
    heading(g, "Flat field");
    put(g, "<table>\n");
    rim_page_row(&g->p, "frames", "%.0f", number(g, "flat_frames"));
    rim_page_row(&g->p, "brightest place", "%.0f counts",
                 number(g, "flat_level_counts"));
    rim_page_row(&g->p, "fall-off to the edges", "%.0f %%",
                 100 * number(g, "flat_falloff"));
    rim_page_row(&g->p, "field of view", "%.0f %% of the picture",
                 100 * number(g, "flat_field"));
    rim_page_row(&g->p, "pixel to pixel", "%.2f %%", 100 * number(g, "flat_prnu"));
    rim_page_row(&g->p, "noise of the map", "%.2f %%", 100 * number(g, "flat_noise"));
    if (!isnan(number(g, "flat_electrons_per_count")))
        rim_page_row(&g->p, "photon transfer", "%.2f electrons a count",
                     number(g, "flat_electrons_per_count"));
    rim_page_row(&g->p, "dead pixels", "%.0f", number(g, "flat_dead_pixels"));
    put(g, "</table>\n");
    rim_page_picture(&g->p, &g->c->gain, rim_page_stretch(&g->c->gain),
                     "Gain map: bright where the picture is dim");
    rim_frame f = read_map(g, "flat_pixel_map", g->c->width, g->c->height);
    if (f.data)
        rim_page_picture(&g->p, &f, (rim_page_scale){32768 * 0.97, 32768 * 1.03, true},
                         "Pixel part, -3 % blue to +3 % red");
    rim_frame_uninit(&f);
    put_before_after(g);
}

// ---- lens ----

static void put_views(page *g)
{
    const rim_doc_entry *rms = rim_doc_find(g->doc, "lens_view_rms_px"),
                        *state = rim_doc_find(g->doc, "lens_view_state");
    const char *name = rim_doc_string(g->doc, "lens_view_names");
    static const char *const words[] = {"", "inconsistent with the others, kept",
                                        "left out"};
    if (!rms || !state || rms->kind != RIM_DOC_MATRIX ||
        state->kind != RIM_DOC_MATRIX || rms->rows != state->rows)
        return;
    put(g, "<table>\n");
    for (int i = 0; i < rms->rows; i++) {
        char line[160];
        const size_t len = strcspn(name, "\n");
        (void)snprintf(line, sizeof line, "%.*s", len < 150 ? (int)len : 150, name);
        name += len + (name[len] == '\n');
        const int s = (int)state->cell[i];
        rim_page_row(&g->p, line, "%.3f px %s", rms->cell[i],
                     words[s >= 0 && s < 3 ? s : 0]);
    }
    put(g, "</table>\n");
}

static void put_undistorted(page *g)
{
    rim_frame raw = read_map(g, "lens_picture_map", g->c->width, g->c->height);
    if (!raw.data)
        return;
    rim_frame even = like(g, &raw);
    if (g->p.err == RIM_OK) {
        rim_resample_undistorted(&even, &raw, g->c->camera_matrix, g->c->distortion);
        const rim_page_scale s = rim_page_stretch(&raw);
        put(g, "<div>");
        rim_page_picture(&g->p, &raw, s, "A view of the board, before");
        rim_page_picture(&g->p, &even, s, "and without distortion");
        put(g, "</div>");
    }
    rim_frame_uninit(&raw);
    rim_frame_uninit(&even);
}

static void put_lens(page *g)
{
    static const char *const name[RIM_LENS_PARAMETERS] = {"fx", "fy", "cx", "cy", "k1",
                                                          "k2", "p1", "p2", "k3"};
    if (!g->c->has_lens)
        return;
    heading(g, "Lens");
    const rim_doc_entry *sd = rim_doc_find(g->doc, "lens_stddev");
    const double *k = g->c->camera_matrix, *d = g->c->distortion;
    const double value[RIM_LENS_PARAMETERS] = {k[0], k[4], k[2], k[5], d[0],
                                               d[1], d[2], d[3], d[4]};
    put(g, "<table>\n");
    rim_page_row(&g->p, "views", "%.0f", number(g, "lens_views"));
    rim_page_row(&g->p, "RMS", "%.4f px", number(g, "lens_rms_px"));
    const bool known =
        sd && sd->kind == RIM_DOC_MATRIX && sd->rows * sd->cols == RIM_LENS_PARAMETERS;
    for (int i = 0; i < RIM_LENS_PARAMETERS; i++) {
        if (known && sd->cell[i] == 0)
            rim_page_row(&g->p, name[i], "held at %g", value[i]);
        else if (known)
            rim_page_row(&g->p, name[i], i < 4 ? "%.2f +- %.2f px" : "%.4f +- %.4f",
                         value[i], sd->cell[i]);
        else
            rim_page_row(&g->p, name[i], i < 4 ? "%.2f px" : "%.4f", value[i]);
    }
    put(g, "</table>\n");
    put_views(g);
    rim_page_arrows(&g->p, rim_doc_find(g->doc, "lens_arrows"), g->c->width,
                    g->c->height, "Residuals: seen less expected");
    put_undistorted(g);
}

// ---- registration ----

static void put_regions(page *g)
{
    const rim_doc_entry *r = rim_doc_find(g->doc, "register_region_rms_px");
    if (!r || r->kind != RIM_DOC_MATRIX || r->rows != 3 || r->cols != 3)
        return;
    put(g, "<p>Residual by region of the NIR picture, px:</p><table class=\"grid\">\n");
    for (int y = 0; y < 3; y++) {
        put(g, "<tr>");
        for (int x = 0; x < 3; x++) {
            const double v = r->cell[3 * y + x];
            if (v < 0)
                put(g, "<td>not measured</td>");
            else
                (void)fprintf(g->p.out, "<td>%.3f</td>", v);
        }
        put(g, "</tr>\n");
    }
    put(g, "</table>\n");
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

static void put_overlays(page *g)
{
    const rim_calib *c = g->c;
    rim_frame nir = read_map(g, "register_nir_map", c->width, c->height);
    rim_frame visible =
        read_map(g, "register_visible_map", c->visible_width, c->visible_height);
    if (nir.data && visible.data) {
        rim_frame moved = like(g, &nir);
        if (g->p.err == RIM_OK) {
            put(g, "<div>");
            by_size(&moved, &visible);
            rim_page_pair(&g->p, &nir, &moved,
                          "NIR green, visible magenta: before, by size alone");
            rim_resample_visible(&moved, &visible, c);
            rim_page_pair(&g->p, &nir, &moved,
                          "and after: grey where they agree (two cameras: on the "
                          "working plane only)");
            put(g, "</div>");
        }
        rim_frame_uninit(&moved);
    }
    rim_frame_uninit(&nir);
    rim_frame_uninit(&visible);
}

static void put_register(page *g)
{
    if (!g->c->has_register)
        return;
    heading(g, "Registration");
    put(g, "<table>\n");
    rim_page_row(&g->p, "kind", "%s", rim_doc_string(g->doc, "register_kind"));
    rim_page_row(&g->p, "pairs, points", "%.0f, %.0f", number(g, "register_pairs"),
                 number(g, "register_points"));
    rim_page_row(&g->p, "residual", "%.3f px", g->c->register_rms_px);
    if (!isnan(number(g, "register_rms_mm")))
        rim_page_row(&g->p, "on the board", "%.4f mm", number(g, "register_rms_mm"));
    if (!isnan(number(g, "stereo_baseline_mm"))) {
        rim_page_row(&g->p, "baseline", "%.3f +- %.3f mm",
                     number(g, "stereo_baseline_mm"),
                     number(g, "stereo_baseline_stddev_mm"));
        rim_page_row(&g->p, "working plane", "%.1f mm",
                     number(g, "register_distance_mm"));
        rim_page_row(&g->p, "off the plane", "%.2f px a mm",
                     number(g, "register_parallax_px_per_mm"));
    }
    put(g, "</table>\n");
    put_regions(g);
    rim_page_arrows(&g->p, rim_doc_find(g->doc, "register_arrows"), g->c->width,
                    g->c->height, "Residuals: seen less expected");
    put_overlays(g);
}

// ---- the page ----

static void write_all(page *g)
{
    put(g,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<title>Calibration</title><style>\n"
        "body{font:15px/1.45 sans-serif;max-width:1040px;margin:2em auto;padding:0 1em;"
        "color:#222}\n"
        "h1{font-size:1.6em}h2{margin-top:2em;border-bottom:1px solid #ccc}\n"
        "table{border-collapse:collapse;margin:.6em 0}th{font-weight:normal;"
        "text-align:left;color:#555;padding:.1em 1.5em .1em 0}td{padding:.1em 0}\n"
        ".grid td{border:1px solid #ccc;padding:.3em 1em;text-align:right}\n"
        "figure{display:inline-block;margin:.5em 1em .5em 0;vertical-align:top;"
        "width:480px}img,svg{width:480px;height:auto;display:block}\n"
        "figcaption{color:#555;font-size:.9em}\n"
        ".judgement{list-style:none;padding:0}.judgement li{padding:.35em .8em;"
        "margin:.25em 0}.yes{border-left:6px solid #2a2;background:#f0f9f0}"
        ".but{border-left:6px solid #d90;background:#fdf6e8}"
        ".no{border-left:6px solid #999;background:#f4f4f4}\n"
        "</style></head><body>\n<h1>Calibration</h1>\n"
        "<p>Rimlight, for research use only.</p>\n");
    put_head(g);
    put_judgement(g);
    put_dark(g);
    put_flat(g);
    put_lens(g);
    put_register(g);
    put(g, "</body></html>\n");
}

rim_err rim_page_write(const char *path, const rim_doc *doc, const rim_calib *calib,
                       const char *file, int64_t now_s)
{
    char part[PATH_BYTES], scratch[PATH_BYTES];
    const int n = snprintf(part, sizeof part, "%s.part", path),
              m = snprintf(scratch, sizeof scratch, "%s.png", path);
    if (n < 0 || (size_t)n >= sizeof part || m < 0 || (size_t)m >= sizeof scratch) {
        rim_log_error("%.64s...: the path is too long", path);
        return RIM_ERR_ARG;
    }
    page g = {.doc = doc, .c = calib, .file = file, .now_s = now_s};
    g.p.scratch = scratch;
    g.p.out = fopen(part, "wb");
    if (!g.p.out) {
        rim_log_error("%s: cannot be written: %s", path, strerror(errno));
        return RIM_ERR_IO;
    }
    write_all(&g);
    const bool failed = ferror(g.p.out) != 0;
    const bool closed = fclose(g.p.out) == 0;
    if (g.p.err == RIM_OK && !failed && closed && rename(part, path) == 0)
        return RIM_OK;
    if (g.p.err == RIM_OK) {
        rim_log_error("%s: cannot be written: %s", path, strerror(errno));
        g.p.err = RIM_ERR_IO;
    }
    (void)remove(part);
    return g.p.err;
}
