// cmd_replay.c: rimlight replay: a recording through the chain, every frame.
//
// A thread reads ahead; the main thread processes, draws, writes and shows. With a
// window frames come at the recording's pace or later, never left out.
// SPDX-License-Identifier: MIT
#include "app/commands.h"
#include "app/input_options.h"
#include "app/prefetch.h"
#include "app/progress.h"
#include "app/run_options.h"
#include "app/session.h"
#include "app/stop.h"
#include "app/window/player.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>

typedef struct replay {
    rim_run_options run;
    rim_input_options how;
    const char *input;

    rim_source *source;
    const rim_source_info *info;
    rim_prefetch *prefetch;
    rim_session *session;
    rim_player *player; // NULL: no window
    // Of this frame and the one before, of which the picture is being made yet.
    rim_frame picture[2]; // data NULL: nobody looks
    rim_result result[2];
    int at;
    const rim_frame *nir_under_way;
    rim_frame *under_way; // a picture that is not written yet, NULL: none
    rim_progress progress;
    int64_t processed, damaged;
    int64_t first_ns; // CLOCK_MONOTONIC minus presentation time
} replay;

static const char *const examples[] = {
    "replay demo/liver",
    "watch a sequence folder in a window",
    "replay surgery.mkv --headless --report surgery.jsonl --overlay "
    "surgery-overlay.mkv",
    "process a video file as fast as the machine can",
    "replay tower.mp4 --crop 0,0,960,1080 --visible-crop 960,0,960,1080 "
    "--nir-from gray --mm-per-px 0.08",
    "a recorded tower screen: NIR panel on the left, white light on the right",
    "replay tower.mp4 --layout pinpoint",
    "a recorded screen whose panels are known; `rimlight devices --layouts` lists them",
    "replay tower.mp4 --nir-from green-overlay",
    "take the green back that a tower painted over the white light",
    "replay frames/ --bits 12 --cut-surface wound.json --headless --report -",
    "a folder of PNGs, a resection surface to watch, the report on standard output",
    NULL,
};

static rim_err parse(replay *r, int argc, char **argv)
{
    rim_run_table shared;
    rim_run_options_init(&r->run, &shared);
    rim_input_options_init(&r->how);
    rim_source_options *s = &r->how.source;
    const rim_option options[] = {
        RIM_OPT_GROUP("Input"),
        RIM_OPT_INCLUDE(r->how.table),
        RIM_OPT_DOUBLE("fps", "X", &s->fps, 0.1, 1000,
                       "frames a second of a folder of PNGs (30)"),
        RIM_OPT_FLAG("all-frames", &s->all_frames,
                     "also the frames of a recording that live had no time for; "
                     "without them the report is the one that live gave"),
        RIM_OPT_INCLUDE(shared.option),
        RIM_OPT_END,
    };
    const rim_usage usage = {
        .command = "replay",
        .synopsis = "INPUT [options]",
        .summary = "Processes a recording. INPUT is a folder with sequence.json, a "
                   "folder of PNG files, a video file, or what --record wrote. Every "
                   "frame is processed, none left out.",
        .options = options,
        .examples = examples,
        .arg = "an INPUT",
        .args_min = 1,
        .args_max = 1,
    };
    rim_err err = rim_options_parse(&usage, argc, argv, &r->input, NULL);
    if (!err)
        err = rim_input_options_finish(&r->how);
    if (err)
        return err;
    r->run.word = (const char *const *)argv;
    r->run.word_count = argc;
    s->mm_per_px = r->run.mm_per_px;
    return rim_run_options_finish(&r->run, &usage);
}

static rim_err open_all(replay *r)
{
    rim_err err = rim_source_open(&r->source, r->input, &r->how.source);
    if (err)
        return err;
    r->info = rim_source_get_info(r->source);
    err = rim_session_create(&r->session, &r->run, r->info);
    if (err)
        return err;
    if (!r->run.headless)
        err = rim_player_create(&r->player, r->session, r->input, &r->how.source);
    if (err)
        return err;
    const bool draws = rim_session_draws(r->session) || rim_session_serves(r->session);
    for (int i = 0; i < 2 && draws && !err; i++) {
        rim_session_picture_shape(r->session, &r->picture[i]);
        err = rim_frame_init(&r->picture[i]);
    }
    if (err)
        return err;
    return rim_prefetch_create(&r->prefetch, r->source, r->run.threads > 0);
}

// Where nobody looks at the white light afterwards, it is painted over where it lies.
static rim_frame *picture_of(replay *r, rim_fetched *f)
{
    if (!rim_session_draws(r->session) && !rim_session_is_heard(r->session))
        return NULL;
    const bool over = f->has_visible && !r->player && rim_session_in_place(r->session);
    return over ? &f->visible : &r->picture[r->at];
}

// Writes the picture that is done, if there is one.
static rim_err hand_on(replay *r, const rim_result *result)
{
    rim_frame *picture = r->under_way;
    r->under_way = NULL;
    if (!picture)
        return RIM_OK;
    const rim_err err = rim_session_write_picture(r->session, picture);
    if (!err)
        rim_session_serve(r->session, r->nir_under_way, picture, result);
    return err;
}

static rim_err finish(replay *r)
{
    rim_session_finish(r->session);
    return hand_on(r, &r->result[r->at]);
}

// The picture of one frame is made while the next goes through the chain, but where it
// goes to a window too, which may show it for long, and is asked for others meanwhile.
static rim_err run_frame(replay *r, rim_fetched *f)
{
    const rim_frame *visible = f->has_visible ? &f->visible : NULL;
    rim_err err = rim_session_record(r->session, &f->nir, visible, f->mark);
    if (!err)
        err = rim_session_mark(r->session, f->mark);
    if (err)
        return err;
    const rim_result *before = &r->result[r->at];
    r->at = !r->at;
    rim_result *result = &r->result[r->at];
    rim_frame *picture = picture_of(r, f);
    err = rim_session_run(r->session, result, picture, &f->nir, visible);
    const rim_err written = hand_on(r, before);
    if (err || written)
        return err ? err : written;
    r->under_way = picture;
    r->nir_under_way = &f->nir;
    if (!r->player)
        return RIM_OK;
    err = finish(r);
    return err ? err : rim_player_show(r->player, &f->nir, visible, result, f->mark);
}

static rim_err loop(replay *r)
{
    for (;;) {
        if (rim_stop_asked()) {
            rim_log_error("stopped by a signal after %lld frames",
                          (long long)r->processed);
            return RIM_ERR_IO;
        }
        rim_fetched *f = rim_prefetch_get(r->prefetch);
        if (f->err == RIM_END) {
            if (r->player)
                rim_player_stay(r->player);
            return RIM_OK;
        }
        if (f->err == RIM_ERR_DAMAGED) {
            r->damaged++; // said by the source; the chain sees the gap in seq
            const rim_err err = finish(r); // of the frame before, lent no longer
            if (err)
                return err;
        } else {
            rim_err err = f->err ? f->err : run_frame(r, f);
            if (err && err != RIM_END)
                return err;
            r->processed++;
            if (err == RIM_END && !rim_stop_asked())
                return RIM_OK; // the window was closed
        }
        rim_progress_update(&r->progress, r->processed + r->damaged);
    }
}

static rim_err summarise(const replay *r)
{
    if (r->processed == 0) {
        rim_log_error("%s: no frame could be decoded", r->input);
        return RIM_ERR_FORMAT;
    }
    if (r->damaged > 0)
        rim_log_warning("%s: %lld frames processed, %lld damaged ones left out "
                        "(counted in quality.dropped)",
                        r->input, (long long)r->processed, (long long)r->damaged);
    else
        rim_log_info("%s: %lld frames processed", r->input, (long long)r->processed);
    return RIM_OK;
}

int rim_cmd_replay(int argc, char **argv)
{
    replay r = {0};
    rim_err err = parse(&r, argc, argv);
    if (err)
        return rim_exit_status(err);
    rim_stop_install();
    err = open_all(&r);
    if (!err) {
        rim_progress_start(&r.progress, "replay", "frames", r.info->frames);
        err = loop(&r);
        const rim_err written = finish(&r);
        err = err ? err : written;
        rim_progress_finish(&r.progress);
    }
    rim_player_destroy(&r.player);
    rim_prefetch_destroy(&r.prefetch);
    const rim_err closed = rim_session_close(&r.session);
    if (!err)
        err = closed;
    if (!err)
        err = summarise(&r);
    for (int i = 0; i < 2; i++)
        rim_frame_uninit(&r.picture[i]);
    rim_source_close(&r.source);
    return rim_exit_status(err);
}
