// page_maps.c: dark, flat and leaked light on a calibration's page.
// SPDX-License-Identifier: MIT
#include "calib/page_maps.h"

#include "calib/correct.h"

#include <math.h>
#include <stdlib.h>

// ---- dark ----

void rim_calib_page_put_dark(rim_calib_page_in *g)
{
    if (!g->c->dark.data)
        return;
    rim_calib_page_heading(g, "Dark");
    const double k = rim_calib_page_number(g, "flat_electrons_per_count");
    const double noise = rim_calib_page_number(g, "dark_noise_counts");
    rim_calib_page_put(g, "<table>\n");
    rim_calib_page_row(&g->p, "frames", "%.0f",
                       rim_calib_page_number(g, "dark_frames"));
    rim_calib_page_row(&g->p, "level", "%.2f counts",
                       rim_calib_page_number(g, "dark_mean_counts"));
    if (isnan(k))
        rim_calib_page_row(&g->p, "noise over time", "%.2f counts", noise);
    else
        rim_calib_page_row(&g->p, "noise over time", "%.2f counts, %.1f electrons",
                           noise, noise * k);
    rim_calib_page_row(&g->p, "pixel to pixel", "%.2f counts",
                       rim_calib_page_number(g, "dark_dsnu_counts"));
    rim_calib_page_row(&g->p, "rows", "%.2f counts",
                       rim_calib_page_number(g, "dark_row_noise_counts"));
    rim_calib_page_row(&g->p, "drift over the run", "%+.2f +- %.2f counts",
                       rim_calib_page_number(g, "dark_drift_counts"),
                       rim_calib_page_number(g, "dark_drift_error_counts"));
    rim_calib_page_row(&g->p, "hot, stuck pixels", "%.0f, %.0f",
                       rim_calib_page_number(g, "dark_hot_pixels"),
                       rim_calib_page_number(g, "dark_stuck_pixels"));
    rim_calib_page_put(g, "</table>\n");
    rim_calib_page_picture(&g->p, &g->c->dark, rim_calib_page_stretch(&g->c->dark),
                           "Dark map, from its darkest to its brightest half per cent");
    rim_frame f =
        rim_calib_page_read_map(g, "dark_noise_map", g->c->width, g->c->height);
    if (f.data)
        rim_calib_page_picture(&g->p, &f, rim_calib_page_stretch(&f),
                               "Noise over time");
    rim_frame_uninit(&f);
}

// ---- flat ----

static void put_profiles(rim_calib_page_in *g, const rim_frame *raw,
                         const rim_frame *even)
{
    const int w = raw->width;
    double *before = calloc((size_t)w, sizeof *before),
           *after = calloc((size_t)w, sizeof *after);
    if (before && after) {
        const double black = rim_calib_page_number(g, "black_level_counts");
        for (int x = 0; x < w; x++) {
            for (int y = raw->height / 2 - 4; y < raw->height / 2 + 4; y++) {
                before[x] +=
                    (rim_frame_row16(raw, y)[x] - (isnan(black) ? 0 : black)) / 8;
                after[x] += rim_frame_row16(even, y)[x] / 8.0;
            }
        }
        rim_calib_page_profile(&g->p, before, after, w,
                               "Across the middle: before (grey) and after (blue)");
    } else {
        g->p.err = RIM_ERR_MEMORY;
    }
    free(before);
    free(after);
}

static void put_before_after(rim_calib_page_in *g)
{
    rim_frame raw =
        rim_calib_page_read_map(g, "flat_picture_map", g->c->width, g->c->height);
    if (!raw.data)
        return;
    raw.bits = g->c->bits;
    rim_frame even = rim_calib_page_like(g, &raw);
    if (g->p.err == RIM_OK) {
        const double black = rim_calib_page_number(g, "black_level_counts");
        rim_frame_copy(&even, &raw);
        rim_calib_correct(&even, g->c, isnan(black) ? 0 : (int)black);
        rim_calib_page_scale s = rim_calib_page_stretch(&raw);
        s.low = 0;
        s.high *= 1.2; // not white on white
        rim_calib_page_put(g, "<div>");
        rim_calib_page_picture(&g->p, &raw, s, "One frame of the target, before");
        rim_calib_page_picture(&g->p, &even, s, "and after, on the same scale");
        rim_calib_page_put(g, "</div>");
        if (g->p.err == RIM_OK && raw.height >= 8)
            put_profiles(g, &raw, &even);
    }
    rim_frame_uninit(&raw);
    rim_frame_uninit(&even);
}

void rim_calib_page_put_flat(rim_calib_page_in *g)
{
    if (!g->c->gain.data)
        return;
    rim_calib_page_heading(g, "Flat field");
    rim_calib_page_put(g, "<table>\n");
    rim_calib_page_row(&g->p, "frames", "%.0f",
                       rim_calib_page_number(g, "flat_frames"));
    rim_calib_page_row(&g->p, "brightest place", "%.0f counts",
                       rim_calib_page_number(g, "flat_level_counts"));
    rim_calib_page_row(&g->p, "fall-off to the edges", "%.0f %%",
                       100 * rim_calib_page_number(g, "flat_falloff"));
    rim_calib_page_row(&g->p, "field of view", "%.0f %% of the picture",
                       100 * rim_calib_page_number(g, "flat_field"));
    rim_calib_page_row(&g->p, "pixel to pixel", "%.2f %%",
                       100 * rim_calib_page_number(g, "flat_prnu"));
    rim_calib_page_row(&g->p, "noise of the map", "%.2f %%",
                       100 * rim_calib_page_number(g, "flat_noise"));
    if (!isnan(rim_calib_page_number(g, "flat_electrons_per_count")))
        rim_calib_page_row(&g->p, "photon transfer", "%.2f electrons a count",
                           rim_calib_page_number(g, "flat_electrons_per_count"));
    rim_calib_page_row(&g->p, "dead pixels", "%.0f",
                       rim_calib_page_number(g, "flat_dead_pixels"));
    rim_calib_page_put(g, "</table>\n");
    rim_calib_page_picture(&g->p, &g->c->gain, rim_calib_page_stretch(&g->c->gain),
                           "Gain map: bright where the picture is dim");
    rim_frame f =
        rim_calib_page_read_map(g, "flat_pixel_map", g->c->width, g->c->height);
    if (f.data)
        rim_calib_page_picture(&g->p, &f,
                               (rim_calib_page_scale){32768 * 0.97, 32768 * 1.03, true},
                               "Pixel part, -3 % blue to +3 % red");
    rim_frame_uninit(&f);
    put_before_after(g);
}

// ---- leaked light ----

void rim_calib_page_put_leakage(rim_calib_page_in *g)
{
    if (!g->c->leakage.data)
        return;
    rim_calib_page_heading(g, "Leaked light");
    rim_calib_page_put(g, "<table>\n");
    rim_calib_page_row(&g->p, "frames", "%.0f",
                       rim_calib_page_number(g, "leakage_frames"));
    rim_calib_page_row(&g->p, "mean, subtracted", "%.2f counts",
                       rim_calib_page_number(g, "leakage_mean_counts"));
    rim_calib_page_row(&g->p, "tissue about it, stays", "%.2f counts",
                       rim_calib_page_number(g, "leakage_spread_counts"));
    rim_calib_page_put(g, "</table>\n");
    rim_calib_page_picture(
        &g->p, &g->c->leakage, rim_calib_page_stretch(&g->c->leakage),
        "Light of the excitation source that comes through the filter");
}
