// board.c: geometry and names of targets.
// SPDX-License-Identifier: MIT
#include "calib/board.h"

#include "base/log.h"

#include <math.h>
#include <stddef.h>

const char *const rim_board_kind_names[] = {"chessboard", "circles", "acircles",
                                            "charuco", NULL};

rim_err rim_board_check(const rim_board *b)
{
    if (b->kind < RIM_BOARD_CHESSBOARD || b->kind > RIM_BOARD_CHARUCO) {
        rim_log_error("--board: say which: chessboard, circles, acircles or charuco");
        return RIM_ERR_ARG;
    }
    if (b->cols < RIM_BOARD_SIDE_MIN || b->rows < RIM_BOARD_SIDE_MIN ||
        b->cols > RIM_BOARD_SIDE_MAX || b->rows > RIM_BOARD_SIDE_MAX ||
        rim_board_points(b) > RIM_BOARD_POINTS_MAX) {
        rim_log_error("--grid %dx%d: give columns x rows of points, each %d to %d, at "
                      "most %d together (inner corners of a chessboard, not squares)",
                      b->cols, b->rows, RIM_BOARD_SIDE_MIN, RIM_BOARD_SIDE_MAX,
                      RIM_BOARD_POINTS_MAX);
        return RIM_ERR_ARG;
    }
    if (!(b->pitch_mm > 0) || !isfinite(b->pitch_mm)) {
        rim_log_error("--pitch: give the distance of two points in mm");
        return RIM_ERR_ARG;
    }
    if (b->marker_mm < 0 || b->marker_mm >= b->pitch_mm) {
        rim_log_error("--marker %g: must be smaller than --pitch %g", b->marker_mm,
                      b->pitch_mm);
        return RIM_ERR_ARG;
    }
    return RIM_OK;
}

int rim_board_points(const rim_board *b)
{
    return b->cols * b->rows;
}

rim_point rim_board_point(const rim_board *b, int id)
{
    const int col = id % b->cols, row = id / b->cols;
    const int x = b->kind == RIM_BOARD_ACIRCLES ? 2 * col + row % 2 : col;
    return (rim_point){.x = x * b->pitch_mm, .y = row * b->pitch_mm};
}

// A chessboard, a square grid and an asymmetric grid with an odd number of rows are
// their own mirror image.
bool rim_board_has_handedness(const rim_board *b)
{
    return b->kind == RIM_BOARD_CHARUCO ||
           (b->kind == RIM_BOARD_ACIRCLES && b->rows % 2 == 0);
}

const char *rim_seen_words(rim_seen seen)
{
    switch (seen) {
    case RIM_SEEN_BOARD:
        return "board found";
    case RIM_SEEN_BLURRED:
        return "the board is blurred: hold it still and in focus";
    case RIM_SEEN_TWO:
        return "two boards are in view: show one";
    case RIM_SEEN_MIRRORED:
        return "the board is mirrored: switch off the mirroring of the picture";
    case RIM_SEEN_NOTHING:
    case RIM_SEEN_COUNT:
        break;
    }
    return "no whole board: all of it must be in view, without glare";
}
