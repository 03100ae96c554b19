// target_board.h: a board before a virtual camera, in poses that tell a lens.
// Internal to phantom/.
// SPDX-License-Identifier: MIT
#ifndef RIM_PHANTOM_TARGET_BOARD_H
#define RIM_PHANTOM_TARGET_BOARD_H

#include "phantom/target.h"

struct rim_board; // calib/board.h

typedef struct rim_target_board {
    double middle_x_mm, middle_y_mm; // from point 0
    rim_frame picture;
    rim_target_plane plane; // to aim at
} rim_target_board;

// px_per_mm: of the picture of it; finer than those that will be taken. beyond: the
// light around it, 0..1. What rim_board_draw() returns.
RIM_NODISCARD rim_err rim_target_board_init(rim_target_board *b,
                                            const struct rim_board *board,
                                            double px_per_mm, double beyond);
// The same with a chessboard of cols x rows inner corners.
RIM_NODISCARD rim_err rim_target_board_init_chess(rim_target_board *b, int cols,
                                                  int rows, double pitch_mm,
                                                  double px_per_mm, double beyond);
void rim_target_board_uninit(rim_target_board *b);

// Pose number i before a camera of `f_px` and width x height px: tilts to all sides,
// places over the whole field, its middle distance_mm away.
void rim_target_board_pose(rim_target_board *b, int i, double distance_mm, double f_px,
                           int width, int height);

#endif
