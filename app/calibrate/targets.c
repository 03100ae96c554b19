// targets.c: rimlight calibrate targets: two virtual cameras to practise on.
// SPDX-License-Identifier: MIT
#include "app/calibrate/calibrate.h"

#include "app/progress.h"
#include "phantom/practice.h"

enum { STILLS = 64 };

static const char *const path_names[] = {"stereo", "same-path", NULL};

static const char *const target_examples[] = {
    "calibrate targets --out practice",
    "dark, flat and boards by two virtual cameras; then try: calibrate dark --nir "
    "practice/dark -o cal",
    "calibrate targets --out practice --size 640x480 --path same-path --seed 3",
    "smaller, one optical path, other cameras",
    NULL,
};

typedef struct settings {
    const char *out;
    rim_practice_options practice;
    rim_size size;
    int path;
    rim_cal_options cal; // the board
} settings;

static void show_progress(void *ctx, int done, int total)
{
    (void)total;
    rim_progress_update(ctx, done);
}

static rim_err run(settings *s)
{
    rim_practice_options *o = &s->practice;
    o->width = s->size.width;
    o->height = s->size.height;
    o->same_path = s->path == 1;
    rim_err err = RIM_OK;
    if (!s->cal.board && !s->cal.grid.width && s->cal.pitch_mm == 0)
        o->board = (rim_board){RIM_BOARD_CHESSBOARD, 9, 6, 3, 0};
    else
        err = rim_cal_board(&o->board, &s->cal, NULL);
    if (err != RIM_OK)
        return err;
    rim_progress progress;
    rim_progress_start(&progress, "targets", "pictures", 2 * (o->frames + o->views));
    err = rim_practice_write(s->out, o, show_progress, &progress);
    rim_progress_finish(&progress);
    if (err == RIM_OK)
        rim_cal_say("wrote %s/dark, %s/flat, %s/boards; the truth is in %s/truth.txt",
                    s->out, s->out, s->out, s->out);
    return err;
}

int rim_calibrate_targets(int argc, char **argv)
{
    settings s = {.practice = {.seed = 1, .frames = STILLS, .views = 12},
                  .size = {1280, 720}};
    rim_cal_options_init(&s.cal);
    const rim_option options[] = {
        RIM_OPT_STRING("out,o", "DIR", &s.out, "folder for the pictures"),
        RIM_OPT_INT("seed", "N", &s.practice.seed, 0, 1000000,
                    "other cameras for other numbers"),
        RIM_OPT_SIZE("size", &s.size, "of the pictures (1280x720)"),
        RIM_OPT_CHOICE("path", "HOW", &s.path, path_names,
                       "two scopes side by side, or one optical path"),
        RIM_OPT_INT("frames", "N", &s.practice.frames, 1, 1000,
                    "of dark and of flat (64)"),
        RIM_OPT_INT("views", "N", &s.practice.views, 1, 200, "of the board (12)"),
        RIM_OPT_INCLUDE(s.cal.board_table),
        RIM_OPT_END,
    };
    const rim_usage usage = {
        .command = "calibrate targets",
        .synopsis = "--out DIR [options]",
        .summary = "Writes what two virtual cameras see of a cap, a white target and a "
                   "board (chessboard 9x6, 3 mm, unless another is given): three "
                   "sequence folders to practise the other parts on, and the truth to "
                   "compare with. The same options give the same pictures.",
        .options = options,
        .examples = target_examples,
    };
    rim_err err = rim_options_parse(&usage, argc, argv, NULL, NULL);
    if (err == RIM_OK && !s.out)
        err = rim_options_refuse(&usage, "out", "is needed");
    if (err == RIM_OK && (s.size.width < 64 || s.size.height < 64))
        err = rim_options_refuse(&usage, "size", "is 64x64 or more");
    if (err == RIM_OK)
        err = run(&s);
    return rim_exit_status(err);
}
