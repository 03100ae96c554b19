// board_picture.c: chessboards and circle grids by 8x8 samples a pixel; ChArUco boards
// as OpenCV draws them.
// SPDX-License-Identifier: MIT
#include "calib/board_picture.h"

#include "base/log.h"
#include "calib/cv_bridge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 8 };

static const double MARGIN = 1.5, DOT_RADIUS = 0.25; // pitches; a dot of acircles is
                                                     // as large against its neighbours

// Floor for values that fit an int.
static int whole(double v)
{
    const int i = (int)v;
    return v < i ? i - 1 : i;
}

// Is the board black at (x, y), in pitches from point 0?
static bool is_black(const rim_board *b, double x, double y)
{
    if (b->kind == RIM_BOARD_CHESSBOARD) {
        // Squares reach one pitch beyond the inner corners.
        if (x < -1 || y < -1 || x >= b->cols || y >= b->rows)
            return false;
        return ((whole(x) + whole(y)) & 1) == 0;
    }
    const bool shifted = b->kind == RIM_BOARD_ACIRCLES;
    const double radius = shifted ? DOT_RADIUS * 1.4 : DOT_RADIUS;
    const int row = whole(y + 0.5);
    for (int r = row - 1; r <= row + 1; r++) {
        if (r < 0 || r >= b->rows)
            continue;
        const double lead = shifted ? r % 2 : 0, step = shifted ? 2 : 1;
        const int col = whole((x - lead) / step + 0.5);
        const double dx = x - lead - col * step, dy = y - r;
        if (col >= 0 && col < b->cols && dx * dx + dy * dy < radius * radius)
            return true;
    }
    return false;
}

static uint16_t shade(const rim_board *b, double x, double y, double step)
{
    int white = 0;
    for (int j = 0; j < SAMPLES; j++)
        for (int i = 0; i < SAMPLES; i++)
            white += !is_black(b, x + (i + 0.5) / SAMPLES * step,
                               y + (j + 0.5) / SAMPLES * step);
    return (uint16_t)((white * 255 + SAMPLES * SAMPLES / 2) / (SAMPLES * SAMPLES));
}

rim_err rim_board_draw(rim_frame *out, rim_point *origin, const rim_board *board,
                       double px_per_mm)
{
    *out = (rim_frame){0};
    rim_err err = rim_board_check(board);
    if (err != RIM_OK)
        return err;
    const rim_point last = rim_board_point(board, rim_board_points(board) - 1);
    const double pitch_px = board->pitch_mm * px_per_mm;
    const double wide =
        last.x +
        (board->kind == RIM_BOARD_ACIRCLES && board->rows % 2 ? board->pitch_mm : 0);
    const double width = wide * px_per_mm + 2 * MARGIN * pitch_px,
                 height = last.y * px_per_mm + 2 * MARGIN * pitch_px;
    if (!(pitch_px >= 4) || width > RIM_FRAME_SIDE_MAX || height > RIM_FRAME_SIDE_MAX) {
        rim_log_error("a board of %.0f x %.0f px cannot be drawn: its pitch must be 4 "
                      "pixels or more, its sides %d or less; change the resolution",
                      width, height, RIM_FRAME_SIDE_MAX);
        return RIM_ERR_ARG;
    }
    *out = (rim_frame){.width = (int)width + 1,
                       .height = (int)height + 1,
                       .fmt = RIM_FMT_GRAY16,
                       .bits = 8};
    err = rim_frame_init(out);
    if (err != RIM_OK)
        return err;
    // Point 0 lies in the middle of a pixel's corner grid: at px (origin).
    *origin = (rim_point){.x = MARGIN * pitch_px - 0.5, .y = MARGIN * pitch_px - 0.5};
    if (board->kind == RIM_BOARD_CHARUCO) {
        err = rim_cv_draw_charuco(out, board, px_per_mm, *origin);
        if (err != RIM_OK) {
            rim_frame_uninit(out);
            *out = (rim_frame){0};
        }
        return err;
    }
    for (int y = 0; y < out->height; y++) {
        uint16_t *row = rim_frame_row16(out, y);
        for (int x = 0; x < out->width; x++)
            row[x] = shade(board, x / pitch_px - MARGIN, y / pitch_px - MARGIN,
                           1 / pitch_px);
    }
    return RIM_OK;
}
