// board_picture.h: a board to print, and to show to the virtual cameras of phantom/target.h.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_BOARD_PICTURE_H
#define RIM_CALIB_BOARD_PICTURE_H

#include "base/frame.h"
#include "calib/board.h"

// Draws the board with its white margin (of one pitch and a half on every side around
// the points) at `px_per_mm` into *out: GRAY16, 8 bits, black 0 and white 255, edges
// smoothed over a pixel. *origin: where point 0 is. The caller uninits *out.
// RIM_ERR_ARG: larger than a frame can be; RIM_ERR_UNSUPPORTED: charuco in a build
// without it.
RIM_NODISCARD rim_err rim_board_draw(rim_frame *out, rim_point *origin,
                                     const rim_board *board, double px_per_mm);

#endif
