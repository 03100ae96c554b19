// leakage.c: rimlight calibrate leakage.
// SPDX-License-Identifier: MIT
#include "app/calibrate/calibrate.h"

#include "app/calibrate/stack.h"
#include "base/log.h"
#include "calib/leakage.h"

static const char *const examples[] = {
    "calibrate leakage --nir before-the-dye.mkv -o cal",
    "at the beginning of a case, lamp, exposure and gain as in use",
    "calibrate leakage --nir /dev/video0 --frames 64 -o cal",
    "the same from the camera",
    NULL,
};

static rim_err put(rim_doc *doc, const void *made)
{
    const rim_leakage_map *l = made;
    const rim_cal_number n[] = {
        {"leakage_frames", l->frames, true},
        {"leakage_map_one_count", 16, true},
        {"leakage_mean_counts", l->mean_counts, false},
        {"leakage_spread_counts", l->spread_counts, false},
    };
    rim_doc_remove(doc, "leakage_");
    const rim_err err = rim_cal_put_numbers(doc, n, sizeof n / sizeof *n);
    return err == RIM_OK ? rim_cal_put_date(doc, "leakage_date") : err;
}

static rim_err measure(void *made, const rim_cal_stacked *s, const rim_cal_store *store)
{
    rim_leakage_map *l = made;
    const rim_calib *c = store->calib;
    if (!c || !c->dark.data)
        rim_log_warning("%s has no dark map yet: leaked light is taken over the black "
                        "level; better run `rimlight calibrate dark` first",
                        store->dir);
    const rim_leakage_options options = {
        .black_level = s->shape.black_level,
        .dark = c && c->dark.data ? &c->dark : NULL,
        .bad = c && c->bad.data ? &c->bad : NULL,
    };
    const rim_err err = rim_leakage_measure(l, &s->stack, &options);
    if (err != RIM_OK)
        return err;
    rim_cal_say("leakage: %d frames of %dx%d at %d bits", l->frames, s->shape.width,
                s->shape.height, s->shape.bits);
    rim_cal_say("  leaked light     %.2f counts in the mean, subtracted from now on",
                l->mean_counts);
    rim_cal_say("  tissue about it  %.2f counts, which stay", l->spread_counts);
    return RIM_OK;
}

int rim_calibrate_leakage(int argc, char **argv)
{
    rim_leakage_map l = {0};
    const rim_folder_map map = {"leakage_map", &l.map};
    const rim_cal_still command = {
        .usage =
            {.command = "calibrate leakage",
             .summary =
                 "Measures the light of the excitation source that comes through the "
                 "filter: what the camera sees of the tissue before there is dye. It "
                 "is taken off from then on. Film the scene for some seconds with "
                 "lamp, exposure and gain as in use.",
             .examples = examples},
        .nir_help = "camera, recording, sequence folder or folder of PNGs of the "
                    "tissue before the dye is given",
        .part = RIM_CAL_OTHER,
        .made = &l,
        .measure = measure,
        .put = put,
        .map = &map,
        .maps = 1,
    };
    const int status = rim_cal_still_run(&command, argc, argv);
    rim_leakage_uninit(&l);
    return status;
}
