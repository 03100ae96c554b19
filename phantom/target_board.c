// target_board.c: see target_board.h.
// SPDX-License-Identifier: MIT
#include "phantom/target_board.h"

#include "calib/board.h"
#include "calib/board_picture.h"

rim_err rim_target_board_init(rim_target_board *b, const rim_board *board,
                              double px_per_mm, double beyond)
{
    const rim_point last = rim_board_point(board, rim_board_points(board) - 1);
    *b = (rim_target_board){.middle_x_mm = last.x / 2, .middle_y_mm = last.y / 2};
    b->plane = (rim_target_plane){.mm_per_px = 1 / px_per_mm, .beyond = beyond};
    const rim_err err = rim_board_draw(&b->picture, &b->plane.origin, board, px_per_mm);
    b->plane.texture = &b->picture;
    return err;
}

rim_err rim_target_board_init_chess(rim_target_board *b, int cols, int rows,
                                    double pitch_mm, double px_per_mm, double beyond)
{
    const rim_board board = {RIM_BOARD_CHESSBOARD, cols, rows, pitch_mm, 0};
    return rim_target_board_init(b, &board, px_per_mm, beyond);
}

void rim_target_board_uninit(rim_target_board *b)
{
    rim_frame_uninit(&b->picture);
}

void rim_target_board_pose(rim_target_board *b, int i, double distance_mm, double f_px,
                           int width, int height)
{
    // Sines of the turns; places in parts of the picture.
    static const double sx[] = {0, 0.42, -0.42, 0.1, -0.1, 0.36, -0.36, 0.3, -0.3};
    static const double sy[] = {0, 0.1, -0.1, 0.45, -0.45, 0.3, -0.3, -0.34, 0.34};
    static const double px[] = {0, -0.24, 0.19, -0.25, 0.19, 0, 0, 0.18, -0.24};
    static const double py[] = {0, -0.16, 0.22, 0.2, -0.15, 0.24, -0.24, -0.16, 0.22};
    rim_target_plane *p = &b->plane;
    const double mm_per_px = distance_mm / f_px;
    const int k = i % 9;
    rim_target_rotation(p->rotation, sx[k], sy[k], 0.12 * (i % 5 - 2));
    const double *r = p->rotation, mx = b->middle_x_mm, my = b->middle_y_mm;
    p->translation_mm[0] = px[k] * width * mm_per_px - r[0] * mx - r[1] * my;
    p->translation_mm[1] = py[k] * height * mm_per_px - r[3] * mx - r[4] * my;
    p->translation_mm[2] = distance_mm - r[6] * mx - r[7] * my;
}
