// cmd_live.c: rimlight live: cameras through the chain to the screen.
// SPDX-License-Identifier: MIT
#include "app/commands.h"
#include "app/input_options.h"
#include "app/live/live.h"
#include "app/stop.h"

#include <stdlib.h>

static const char *const examples[] = {
    "live --nir /dev/video0",
    "one NIR camera; the deepest format that holds 25 frames a second",
    "live --nir /dev/v4l/by-id/NIR --visible /dev/v4l/by-id/RGB --fps 60",
    "a NIR and a colour camera, paired by their time stamps",
    "live --nir /dev/video0 --interleaved --calibration cal/",
    "one camera, NIR and white light take turns",
    "live --nir /dev/video0 --format Y16 --bits 12 --justify left --control "
    "exposure_time_absolute=80 --control gain=0",
    "a camera whose 12 bits lie in the high end of 16",
    "live --nir /dev/video0 --report case.jsonl --record case.mkv --stats case.json",
    "with the report, the raw frames, and how old the frames were when shown",
    "live --nir synth:size=1920x1080,fps=60",
    "without a camera: a synthetic one",
    NULL,
};

static const char *const nir_light_names[] = {"dark", "bright", NULL};

typedef struct settings {
    rim_live_options o;
    rim_cameras_setup cameras;
    int nir_light;
} settings;

static void finish(settings *s)
{
    rim_live_options *o = &s->o;
    rim_camera_setup_apply(&o->nir, &s->cameras.nir);
    rim_camera_setup_apply(&o->visible, &s->cameras.visible);
    o->nir_is_bright = s->nir_light == 1;
    o->visible.fps = o->nir.fps;
}

static rim_err check(const rim_live_options *o, const rim_usage *usage)
{
    if (!o->nir.device)
        return rim_options_refuse(usage, "nir",
                                  "is missing; `rimlight devices` lists the cameras");
    if (o->interleaved && o->visible.device)
        return rim_options_refuse(usage, "interleaved",
                                  "is for one camera; leave out --visible");
    return RIM_OK;
}

static rim_err parse(settings *s, int argc, char **argv)
{
    rim_live_options *o = &s->o;
    rim_run_table shared;
    rim_run_options_init(&o->run, &shared);
    rim_cameras_setup_init(&s->cameras);
    o->black_level = -1;
    const rim_option options[] = {
        RIM_OPT_GROUP("Cameras"),
        RIM_OPT_STRING("nir", "DEV", &o->nir.device,
                       "the NIR camera: /dev/video0, better a link of /dev/v4l/by-id; "
                       "or synth"),
        RIM_OPT_STRING("visible", "DEV", &o->visible.device,
                       "the colour camera, beside it"),
        RIM_OPT_FLAG("interleaved", &o->interleaved,
                     "NIR and visible light take turns on the NIR camera"),
        RIM_OPT_CHOICE("nir-light", "WHICH", &s->nir_light, nir_light_names,
                       "with --interleaved: NIR frames are the dark ones (usual) or "
                       "the bright ones"),
        RIM_OPT_INCLUDE(s->cameras.nir_table),
        RIM_OPT_DOUBLE("fps", "F", &o->nir.fps, 0.1, 1000,
                       "frames a second, of both cameras"),
        RIM_OPT_INT("bits", "N", &o->nir.bits, 8, 16,
                    "bits of a NIR sample that carry signal (told from the samples)"),
        RIM_OPT_INT("black-level", "COUNTS", &o->black_level, 0, 65535,
                    "NIR counts that mean no light"),
        RIM_OPT_INCLUDE(s->cameras.visible_table),
        RIM_OPT_GROUP("Running"),
        RIM_OPT_FLAG("realtime", &o->realtime,
                     "real-time priority and locked memory, where the system allows"),
        RIM_OPT_FLAG("show-age", &o->show_age,
                     "how old frames are when shown, at the picture's lower edge"),
        RIM_OPT_STRING("stats", "FILE", &o->stats,
                       "at the end: losses, and ages at each hand-over, as JSON"),
        RIM_OPT_INT("frames", "N", &o->frames, 1, 2147483647,
                    "end after so many frames"),
        RIM_OPT_DOUBLE("seconds", "S", &o->seconds, 0.1, 1e9, "end after so long"),
        RIM_OPT_INCLUDE(shared.option),
        RIM_OPT_END,
    };
    const rim_usage usage = {
        .command = "live",
        .synopsis = "--nir DEV [options]",
        .summary = "Shows the overlay on the picture of a NIR camera, with a colour "
                   "camera beside it or taking turns with it. Automatic exposure, gain "
                   "and white balance of the NIR camera are switched off. When no "
                   "frames come, the picture says NO SIGNAL, and goes on by itself "
                   "when they do. docs/cameras.md tells how to choose and set up a "
                   "camera.",
        .options = options,
        .examples = examples,
    };
    rim_err err = rim_options_parse(&usage, argc, argv, NULL, NULL);
    if (err)
        return err;
    finish(s);
    o->run.word = (const char *const *)argv;
    o->run.word_count = argc;
    err = check(o, &usage);
    return err ? err : rim_run_options_finish(&o->run, &usage);
}

int rim_cmd_live(int argc, char **argv)
{
    settings s = {0};
    rim_live_stats *stats = calloc(1, sizeof *stats); // too large for a stack
    rim_err err = stats ? parse(&s, argc, argv) : RIM_ERR_MEMORY;
    if (!err) {
        rim_stop_install();
        err = rim_live_run(&s.o, stats);
    }
    free(stats);
    return rim_exit_status(err);
}
