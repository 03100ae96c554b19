// dark.c: rimlight calibrate dark.
// SPDX-License-Identifier: MIT
#include "app/calibrate/calibrate.h"

#include "app/calibrate/stack.h"
#include "base/log.h"
#include "calib/dark.h"

#include <math.h>

static const char *const examples[] = {
    "calibrate dark --nir cap-on/ -o cal",
    "all frames of a recording or a folder of PNGs, taken with the cap on",
    "calibrate dark --nir /dev/video0 --frames 64 -o cal",
    "64 frames of a camera; it says itself what it is and how it is set",
    "calibrate dark --nir dark.mkv --frames 64 --exposure-us 20000 --gain-db 6 -o cal",
    "the first 64, and what the camera was set to",
    NULL,
};

// electrons: a count, NAN where no flat has told yet.
static void tell(const rim_dark *d, const rim_cal_shape *shape, double electrons)
{
    const double all = (double)shape->width * shape->height;
    rim_cal_say("dark: %d frames of %dx%d at %d bits", d->frames, shape->width,
                shape->height, shape->bits);
    rim_cal_say("  level           %.2f counts (the stream's black level is %d)",
                d->mean_counts, shape->black_level);
    rim_cal_say("  noise           %.2f counts over time in the median pixel",
                d->noise_counts);
    if (!isnan(electrons))
        rim_cal_say("                  %.2f electrons, by the flat's photon transfer",
                    d->noise_counts * electrons);
    rim_cal_say("  pixel to pixel  %.2f counts, corrected by the map", d->dsnu_counts);
    rim_cal_say("  row noise       %.2f counts", d->row_noise_counts);
    rim_cal_say("  drift           %+.2f counts over the run (uncertainty %.2f)",
                fabs(d->drift_counts) < 0.005 ? 0.0 : d->drift_counts,
                d->drift_error_counts);
    rim_cal_say("  hot pixels      %d, stuck %d (%.4f %% of all), repaired from their "
                "neighbours",
                d->hot_count, d->stuck_count,
                100 * (d->hot_count + d->stuck_count) / all);
    if (fabs(d->drift_counts) > 4 * d->drift_error_counts &&
        fabs(d->drift_counts) > 0.25 * d->noise_counts)
        rim_log_warning(
            "the dark level drifts: let the camera warm up for half an hour "
            "and take it again");
    if (d->clipped > 0.001)
        rim_log_warning(
            "%.1f %% of the pixels are 0 in every frame: raise the camera's "
            "black level (offset), so that noise is not cut off",
            100 * d->clipped);
    if (fabs(d->mean_counts - shape->black_level) > 3 + 3 * d->noise_counts)
        rim_log_warning("the dark is %.1f counts off the stream's black level: set "
                        "black_level to %.0f where no calibration is used",
                        d->mean_counts - shape->black_level, d->mean_counts);
}

static rim_err put(rim_doc *doc, const void *made)
{
    const rim_dark *d = made;
    const rim_cal_number n[] = {
        {"dark_frames", d->frames, true},
        {"dark_map_one_count", 16, true},
        {"dark_noise_map_one_count", 256, true},
        {"dark_hot_pixels", d->hot_count, true},
        {"dark_stuck_pixels", d->stuck_count, true},
        {"dark_mean_counts", d->mean_counts, false},
        {"dark_noise_counts", d->noise_counts, false},
        {"dark_row_noise_counts", d->row_noise_counts, false},
        {"dark_dsnu_counts", d->dsnu_counts, false},
        {"dark_drift_counts", d->drift_counts, false},
        {"dark_drift_error_counts", d->drift_error_counts, false},
    };
    rim_doc_remove(doc, "dark_");
    const rim_err err = rim_cal_put_numbers(doc, n, sizeof n / sizeof *n);
    return err == RIM_OK ? rim_cal_put_date(doc, "dark_date") : err;
}

static rim_err measure(void *made, const rim_cal_stacked *s, const rim_cal_store *store)
{
    const rim_err err = rim_dark_measure(made, &s->stack, s->shape.black_level);
    if (err == RIM_OK)
        tell(made, &s->shape, rim_doc_number(&store->doc, "flat_electrons_per_count"));
    return err;
}

int rim_calibrate_dark(int argc, char **argv)
{
    rim_dark d = {0};
    const rim_folder_map map[] = {
        {"dark_map", &d.map}, {"dark_noise_map", &d.noise}, {"hot_map", &d.hot}};
    const rim_cal_still command = {
        .usage =
            {.command = "calibrate dark",
             .summary =
                 "Measures what the camera gives in the dark: the level of every "
                 "pixel, its noise, hot pixels, noise of rows and drift. Put the cap "
                 "on, switch the light off, set exposure and gain as in use, let the "
                 "camera warm up, and take 64 frames or more.",
             .examples = examples},
        .nir_help = "camera, recording, sequence folder or folder of "
                    "PNGs, with the cap on",
        .part = RIM_CAL_DARK,
        .made = &d,
        .measure = measure,
        .put = put,
        .map = map,
        .maps = 3,
    };
    const int status = rim_cal_still_run(&command, argc, argv);
    rim_dark_uninit(&d);
    return status;
}
