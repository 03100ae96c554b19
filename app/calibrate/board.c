// board.c: rimlight calibrate board: a board to print.
// SPDX-License-Identifier: MIT
#include "app/calibrate/calibrate.h"

#include "calib/board_picture.h"
#include "media/png_file.h"

static const char *const board_examples[] = {
    "calibrate board --board chessboard --grid 9x6 --pitch 3 --dpi 600 -o board.png",
    "to be printed at 600 dots an inch, without scaling, on matt paper, and glued flat",
    "calibrate board --board charuco --grid 9x6 --pitch 3 --marker 2.2 -o board.png",
    "a board that may be partly out of view",
    NULL,
};

static rim_err draw(const rim_cal_options *o, double dpi)
{
    rim_board board;
    rim_frame picture;
    rim_point origin;
    rim_err err = rim_cal_board(&board, o, NULL);
    if (err == RIM_OK)
        err = rim_board_draw(&picture, &origin, &board, dpi / 25.4);
    if (err != RIM_OK)
        return err;
    err = rim_png_write(o->out, &picture);
    if (err == RIM_OK)
        rim_cal_say(
            "wrote %s: %d x %d px, %.1f x %.1f mm at %.0f dots an inch; measure "
            "the print before you trust its pitch",
            o->out, picture.width, picture.height, picture.width * 25.4 / dpi,
            picture.height * 25.4 / dpi, dpi);
    rim_frame_uninit(&picture);
    return err;
}

int rim_calibrate_board(int argc, char **argv)
{
    rim_cal_options o;
    double dpi = 600;
    rim_cal_options_init(&o);
    const rim_option options[] = {
        RIM_OPT_STRING("out,o", "FILE", &o.out, "the PNG"),
        RIM_OPT_DOUBLE("dpi", "N", &dpi, 50, 4800, "dots an inch of the print (600)"),
        RIM_OPT_INCLUDE(o.board_table),
        RIM_OPT_END,
    };
    const rim_usage usage = {
        .command = "calibrate board",
        .synopsis = "--board KIND --grid COLSxROWS --pitch MM -o FILE",
        .summary = "Draws a board to print.",
        .options = options,
        .examples = board_examples,
    };
    rim_err err = rim_options_parse(&usage, argc, argv, NULL, NULL);
    if (err == RIM_OK && !o.out)
        err = rim_options_refuse(&usage, "out", "is needed");
    if (err == RIM_OK)
        err = draw(&o, dpi);
    return rim_exit_status(err);
}
