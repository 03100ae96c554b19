// board.h: targets with known points, and where a camera saw them.
//
// Board coordinates are millimetres in the board's plane, the first point at (0, 0),
// x along a row, y from row to row. Plain data.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_BOARD_H
#define RIM_CALIB_BOARD_H

#include "base/err.h"
#include "base/result.h"

#include <stdbool.h>

#define RIM_BOARD_SIDE_MIN   2
#define RIM_BOARD_SIDE_MAX   40
#define RIM_BOARD_POINTS_MAX 800
#define RIM_VIEW_NAME_MAX    128

typedef enum rim_board_kind {
    RIM_BOARD_NONE = 0,
    RIM_BOARD_CHESSBOARD, // the inner corners
    RIM_BOARD_CIRCLES,    // the centres
    RIM_BOARD_ACIRCLES,   // the centres; odd rows are moved by `pitch`
    RIM_BOARD_CHARUCO,    // the inner corners; markers tell them apart
} rim_board_kind;

typedef struct rim_board {
    rim_board_kind kind;
    int cols, rows; // of points: 9x6 inner corners are a board of 10x7 squares
    // From point to point. Of acircles: from row to row, as in OpenCV, that is half
    // the distance of two circles of one row.
    double pitch_mm;
    double marker_mm; // charuco: side of a marker; 0: 0.7 of the pitch
} rim_board;

// "chessboard", "circles", "acircles", "charuco", ended by NULL: index + 1 is the kind.
extern const char *const rim_board_kind_names[];
// RIM_ERR_ARG, logged: a side or pitch out of range, or more points than
// RIM_BOARD_POINTS_MAX.
RIM_NODISCARD rim_err rim_board_check(const rim_board *board);
int rim_board_points(const rim_board *board);
// Position of point `id`, 0..points - 1, row by row.
rim_point rim_board_point(const rim_board *board, int id);
// Can this board be told from its mirror image?
bool rim_board_has_handedness(const rim_board *board);

// A board as seen in one picture.
typedef struct rim_view {
    char name[RIM_VIEW_NAME_MAX]; // of the picture, for messages
    int width, height;            // of the picture, px
    int count;                    // points seen; all of them, but for charuco
    int id[RIM_BOARD_POINTS_MAX];
    rim_point px[RIM_BOARD_POINTS_MAX];
    double edge_pitch; // width of a black-white edge over the pitch; blur enlarges it
} rim_view;

// What was seen in a picture.
typedef enum rim_seen {
    RIM_SEEN_NOTHING = 0, // no whole board
    RIM_SEEN_BOARD,
    RIM_SEEN_BLURRED,
    RIM_SEEN_TWO, // more than one board
    RIM_SEEN_MIRRORED,
    RIM_SEEN_COUNT,
} rim_seen;

// For people: "two boards are in view". Never NULL.
const char *rim_seen_words(rim_seen seen);

#endif
