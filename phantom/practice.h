// practice.h: pictures of targets by two virtual cameras, with their truth: to practise
// calibration on, and to hold it against what is known.
//
// Both cameras have lenses with distortion, light that falls off, fixed noise, hot and
// dead pixels. For targets that fit a phantom's scenes see rim_phantom_targets().
// SPDX-License-Identifier: MIT
#ifndef RIM_PHANTOM_PRACTICE_H
#define RIM_PHANTOM_PRACTICE_H

#include "calib/board.h"
#include "phantom/phantom.h"

typedef struct rim_practice_options {
    int seed;          // other cameras for other numbers
    int width, height; // px, 64 or more
    int frames;        // of dark and of flat
    int views;         // of the board
    bool same_path;    // one optical path; else two scopes side by side
    rim_board board;
} rim_practice_options;

// Writes dir/dark, dir/flat, dir/boards and truth.txt. The same options give the same
// files on every machine. RIM_ERR_BUSY: there are targets already; RIM_ERR_ARG: a board
// that cannot be drawn; RIM_ERR_IO, RIM_ERR_MEMORY. Logged.
RIM_NODISCARD rim_err rim_practice_write(const char *dir, const rim_practice_options *o,
                                         rim_phantom_progress_fn *progress, void *ctx);

#endif
