// pair_grid.h: the NIR and the visible picture of one moment on one coarse grid, laid
// upon each other by the calibration: what looks at both starts from here.
//
// Cells are squares of `cell` NIR pixels, some 240 across. Integer only; memory is
// taken at creation. One thread owns a grid.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_PAIR_GRID_H
#define RIM_CALIB_PAIR_GRID_H

#include "base/err.h"
#include "base/frame.h"
#include "calib/calib.h"

#define RIM_PAIR_TAPS 9 // visible pixels that make a cell

typedef struct rim_pair_grid {
    int width, height, cell; // cells; NIR pixels a side of a cell
    int black_level, bits;   // of the NIR frames
    int visible_width, visible_height;
    uint16_t *nir;     // [height][width] counts above black, Q4, mean of the cell
    uint16_t *visible; // [height][width] luma 0..4080, Q4; RIM_PAIR_NONE: out of view
    int32_t *tap;      // [height][width][RIM_PAIR_TAPS] y * 65536 + x; -1: out of view
} rim_pair_grid;

#define RIM_PAIR_NONE 65535

// c: may be NULL or without registration; then the pictures lie upon each other by
// size. RIM_ERR_MEMORY, logged.
RIM_NODISCARD rim_err rim_pair_grid_init(rim_pair_grid *g, const rim_calib *c,
                                         int nir_width, int nir_height, int bits,
                                         int black_level, int visible_width,
                                         int visible_height);
void rim_pair_grid_uninit(rim_pair_grid *g);

// nir: GRAY16, visible: BGRX8, both of the stated sizes.
void rim_pair_grid_fill(rim_pair_grid *g, const rim_frame *nir,
                        const rim_frame *visible);

#endif
