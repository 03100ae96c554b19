// flat.c: rimlight calibrate flat.
// SPDX-License-Identifier: MIT
#include "app/calibrate/calibrate.h"

#include "app/calibrate/stack.h"
#include "base/log.h"
#include "calib/flat.h"

#include <math.h>

static const char *const examples[] = {
    "calibrate flat --nir white/ -o cal",
    "after `calibrate dark`, with the same settings",
    "calibrate flat --nir white.mkv --max-tilt 40 -o cal",
    "for a scope whose light comes from one side",
    NULL,
};

typedef struct taken {
    rim_flat flat;
    double tilt_percent;
    rim_frame picture; // the stack's last frame, lent
} taken;

static void tell(const rim_flat *f, const rim_cal_shape *shape)
{
    const double full = (1 << shape->bits) - 1;
    rim_cal_say("flat: %d frames of %dx%d at %d bits", f->frames, shape->width,
                shape->height, shape->bits);
    rim_cal_say("  brightest place  %.0f counts, %.0f %% of full scale",
                f->level_counts, 100 * f->level_counts / full);
    rim_cal_say("  fall-off         %.0f %% from the brightest to the dimmest place of "
                "the field",
                100 * f->falloff);
    if (!isnan(f->corner))
        rim_cal_say("  corners          %.0f %% of the brightest", 100 * f->corner);
    rim_cal_say("  field of view    %.0f %% of the picture", 100 * f->field);
    rim_cal_say("  tilt             %+.0f %% left to right, %+.0f %% top to bottom",
                100 * f->tilt_x, 100 * f->tilt_y);
    rim_cal_say("  pixel to pixel   %.2f %%", 100 * f->prnu);
    rim_cal_say("  noise of the map %.2f %%", 100 * f->noise);
    if (!isnan(f->electrons_per_count))
        rim_cal_say("  photon transfer  %.2f electrons a count",
                    f->electrons_per_count);
    rim_cal_say("  drift of light   %+.2f %% over the run", 100 * f->drift);
    rim_cal_say("  dead pixels      %d, repaired from their neighbours", f->dead_count);
    if (fabs(f->drift) > 0.02)
        rim_log_warning(
            "the light drifts by %.1f %%: let it warm up, and take the flat "
            "again",
            100 * f->drift);
    if (f->noise > 0.005)
        rim_log_warning("the gain map is known to %.1f %% only: take %d frames or more",
                        100 * f->noise,
                        (int)(f->frames * (f->noise / 0.004) * (f->noise / 0.004)) + 1);
}

static rim_err put(rim_doc *doc, const void *made)
{
    const rim_flat *f = &((const taken *)made)->flat;
    const rim_cal_number n[] = {
        {"flat_frames", f->frames, true},
        {"gain_map_one", 4096, true},
        {"flat_pixel_map_one", 32768, true},
        {"flat_dead_pixels", f->dead_count, true},
        {"flat_level_counts", f->level_counts, false},
        {"flat_falloff", f->falloff, false},
        {"flat_corner", f->corner, false},
        {"flat_field", f->field, false},
        {"flat_tilt_x", f->tilt_x, false},
        {"flat_tilt_y", f->tilt_y, false},
        {"flat_prnu", f->prnu, false},
        {"flat_noise", f->noise, false},
        {"flat_electrons_per_count", f->electrons_per_count, false},
        {"flat_drift", f->drift, false},
    };
    rim_doc_remove(doc, "flat_");
    const rim_err err = rim_cal_put_numbers(doc, n, sizeof n / sizeof *n);
    return err == RIM_OK ? rim_cal_put_date(doc, "flat_date") : err;
}

static rim_err measure(void *made, const rim_cal_stacked *s, const rim_cal_store *store)
{
    taken *t = made;
    const rim_calib *c = store->calib;
    if (!c || !c->dark.data)
        rim_log_warning(
            "%s has no dark map yet: the flat is taken over the black level; "
            "better run `rimlight calibrate dark` first",
            store->dir);
    const rim_flat_options options = {
        .black_level = s->shape.black_level,
        .dark = c && c->dark.data ? &c->dark : NULL,
        .hot = c && c->bad.data ? &c->bad : NULL,
        .dark_noise_counts = rim_doc_number(&store->doc, "dark_noise_counts"),
        .tilt_max = t->tilt_percent / 100,
    };
    t->picture = s->last;
    const rim_err err = rim_flat_measure(&t->flat, &s->stack, &options);
    if (err == RIM_OK)
        tell(&t->flat, &s->shape);
    return err;
}

int rim_calibrate_flat(int argc, char **argv)
{
    taken t = {.tilt_percent = 25};
    const rim_folder_map map[] = {{"gain_map", &t.flat.gain},
                                  {"flat_pixel_map", &t.flat.pixel},
                                  {"flat_picture_map", &t.picture},
                                  {"dead_map", &t.flat.dead}};
    const rim_option options[] = {
        RIM_OPT_DOUBLE("max-tilt", "PERCENT", &t.tilt_percent, 1, 200,
                       "by which one side may be brighter (25)"),
        RIM_OPT_END,
    };
    const rim_cal_still command = {
        .usage =
            {.command = "calibrate flat",
             .summary =
                 "Measures the gain of every pixel with a uniform target: the smooth "
                 "part, which light and lens make, and the part of each pixel. Hold a "
                 "matt target square to the scope at the working distance so that it "
                 "fills the picture, at half to three quarters of full scale, and take "
                 "100 frames.",
             .options = options,
             .examples = examples},
        .nir_help = "camera, recording, sequence folder or folder of "
                    "PNGs of a uniform target",
        .part = RIM_CAL_OTHER,
        .made = &t,
        .measure = measure,
        .put = put,
        .map = map,
        .maps = 4,
    };
    const int status = rim_cal_still_run(&command, argc, argv);
    rim_flat_uninit(&t.flat);
    return status;
}
