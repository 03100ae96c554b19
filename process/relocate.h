// relocate.h: finds a view again that was left: the surface's own picture, kept.
//
// While the surface is followed, its ratio to the background on cells (background.h) is
// kept as a reference, with the polygon on it. When the view has changed as a whole,
// each frame is searched for it: first where the tissue was last, then at all shifts of
// one turn and zoom a frame, by correlation on cells of twice the size; what promises is
// refined on the cells themselves. It counts as found where that correlation, over
// at least 0.6 of the reference, reaches RIM_RELOCATE_LIKENESS: other views stay well
// below (docs/algorithm.md).
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_RELOCATE_H
#define RIM_PROCESS_RELOCATE_H

#include "base/err.h"
#include "process/background.h"
#include "process/similarity.h"

#include <stdbool.h>

#define RIM_RELOCATE_LIKENESS 0.8

typedef struct rim_cells {
    int width, height, side; // grid pixels a side of a cell
    int16_t *texture;        // Q10 log2; INT16_MIN: not known
} rim_cells;

typedef struct rim_relocate {
    rim_cells kept[2], now[2]; // cells of the background and of twice the size
    bool known;                // a reference is kept that can be told from others
    int x0, y0, x1, y1;        // of it in grid pixels: what is compared
    int turn;                  // which turn and zoom is searched next
} rim_relocate;

RIM_NODISCARD rim_err rim_relocate_init(rim_relocate *r, const rim_background *b);
void rim_relocate_uninit(rim_relocate *r);

// Keeps the frame as the reference; the polygon in its grid coordinates.
void rim_relocate_keep(rim_relocate *r, const rim_background *b,
                       const rim_point *corner, int count);
// Whether the reference is seen in this frame: *to_now takes its grid coordinates to
// this frame's. *to_now is where it would be if it had not been left.
bool rim_relocate_find(rim_relocate *r, rim_similarity *to_now,
                       const rim_background *b);

#endif
