// page.c: a calibration's page: its head, and what the calibration is good for.
// SPDX-License-Identifier: MIT
#include "calib/page.h"

#include "base/log.h"
#include "calib/page_geometry.h"
#include "calib/page_maps.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PATH_BYTES = 4096 };

// ---- what it is good for ----

static void judge(rim_calib_page_in *g, bool has, bool good, const char *yes,
                  const char *but, const char *no)
{
    const char *mark = !has ? "no" : good ? "yes" : "but";
    (void)fprintf(g->p.out, "<li class=\"%s\">", mark);
    rim_calib_page_text(&g->p, !has ? no : good ? yes : but);
    rim_calib_page_put(g, "</li>\n");
}

static void put_judgement(rim_calib_page_in *g)
{
    const rim_calib *c = g->c;
    rim_calib_page_put(g, "<ul class=\"judgement\">\n");
    const double drift = rim_calib_page_number(g, "dark_drift_counts"),
                 drift_error = rim_calib_page_number(g, "dark_drift_error_counts"),
                 noise = rim_calib_page_number(g, "dark_noise_counts");
    judge(g, c->dark.data,
          !(fabs(drift) > 4 * drift_error && fabs(drift) > 0.25 * noise),
          "Dark: fixed noise is taken off, hot pixels are repaired.",
          "Dark: taken off, but the level was drifting: warm up and take it again.",
          "No dark map: fixed noise and hot pixels stay in the picture.");
    const double flat_noise = rim_calib_page_number(g, "flat_noise");
    judge(g, c->gain.data, flat_noise < 0.005,
          "Flat: an SBR means the same at the edge as in the centre.",
          "Flat: corrected, but the gain map itself is noisy: take more frames.",
          "No gain map: brightness falls off to the edges, and SBR with it.");
    judge(g, c->leakage.data, true,
          "Leaked light: what came through the filter before the dye is taken off.", "",
          "Leaked light is not known: it stays in, and is told at highlights only.");
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
    const double parallax = rim_calib_page_number(g, "register_parallax_px_per_mm");
    if (!isnan(parallax)) {
        char line[200];
        (void)snprintf(
            line, sizeof line,
            "Two cameras: right at %.0f mm; each mm nearer or farther shifts "
            "the outline by %.2f px.",
            rim_calib_page_number(g, "register_distance_mm"), parallax);
        judge(g, true, false, "", line, "");
    }
    rim_calib_page_put(g, "</ul>\n");
}

static void put_head(rim_calib_page_in *g)
{
    const rim_calib *c = g->c;
    const int age = rim_calib_age_days(c, g->now_s);
    rim_calib_page_put(g, "<table>\n");
    rim_calib_page_row(&g->p, "camera", "%s%s%s", *c->camera ? c->camera : "not stated",
                       *c->serial ? ", serial number " : "", c->serial);
    rim_calib_page_row(&g->p, "stream", "%d x %d at %d bits", c->width, c->height,
                       c->bits);
    if (!isnan(c->exposure_us))
        rim_calib_page_row(&g->p, "exposure", "%.0f us", c->exposure_us);
    if (!isnan(c->gain_db))
        rim_calib_page_row(&g->p, "gain", "%.1f dB", c->gain_db);
    if (!isnan(c->mm_per_px))
        rim_calib_page_row(&g->p, "pixel pitch on the tissue", "%.5f mm", c->mm_per_px);
    rim_calib_page_row(&g->p, "made (its oldest part)", "%s",
                       *c->date ? c->date : "at an unknown time");
    if (age >= 0)
        rim_calib_page_row(&g->p, "age", "%d days", age);
    static const char *const part[][2] = {{"dark", "dark_date"},
                                          {"flat", "flat_date"},
                                          {"leaked light", "leakage_date"},
                                          {"lens", "lens_date"},
                                          {"registration", "register_date"}};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        if (*rim_doc_string(g->doc, part[i][1]))
            rim_calib_page_row(&g->p, part[i][0], "%s",
                               rim_doc_string(g->doc, part[i][1]));
    rim_calib_page_put(g, "</table>\n");
}

// ---- the page ----

static void write_all(rim_calib_page_in *g)
{
    rim_calib_page_put(
        g,
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
    rim_calib_page_put_dark(g);
    rim_calib_page_put_flat(g);
    rim_calib_page_put_leakage(g);
    rim_calib_page_put_lens(g);
    rim_calib_page_put_register(g);
    rim_calib_page_put(g, "</body></html>\n");
}

rim_err rim_calib_page_write(const char *path, const rim_doc *doc,
                             const rim_calib *calib, const char *file, int64_t now_s)
{
    char part[PATH_BYTES], scratch[PATH_BYTES];
    const int n = snprintf(part, sizeof part, "%s.part", path),
              m = snprintf(scratch, sizeof scratch, "%s.png", path);
    if (n < 0 || (size_t)n >= sizeof part || m < 0 || (size_t)m >= sizeof scratch) {
        rim_log_error("%.64s...: the path is too long", path);
        return RIM_ERR_ARG;
    }
    rim_calib_page_in g = {.doc = doc, .c = calib, .file = file, .now_s = now_s};
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
