// pyramid.h: the ratio at coarser and coarser scales, for finding candidates.
//
// Level 0 has half the grid's resolution, each next level half of the one before.
// A 2 x 2 mean of pixels that were judged; pixels that were not count as background.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_PYRAMID_H
#define RIM_PROCESS_PYRAMID_H

#include "base/err.h"
#include "process/grid.h"
#include "process/kernels/kernels.h"

#include <stdint.h>

#define RIM_PYRAMID_LEVELS 4

typedef struct rim_pyramid_level {
    int width, height;
    int cell;       // grid pixels a side of a pixel here: 2, 4, 8, 16
    int16_t *ratio; // Q10 log2
} rim_pyramid_level;

typedef struct rim_pyramid {
    const rim_grid *grid;
    const rim_process_kernels *kernels;
    rim_pyramid_level level[RIM_PYRAMID_LEVELS];
} rim_pyramid;

RIM_NODISCARD rim_err rim_pyramid_init(rim_pyramid *p, const rim_grid *grid,
                                       const rim_process_kernels *kernels);
void rim_pyramid_uninit(rim_pyramid *p);
// ratio: [grid] Q10, 0 where nothing is known.
void rim_pyramid_build(rim_pyramid *p, const int16_t *ratio);
// dst = means of 2 x 2 of src, of w x h pixels; (w + 1) / 2 x (h + 1) / 2.
void rim_pyramid_halve(const rim_pyramid *p, int16_t *dst, const int16_t *src, int w,
                       int h);

#endif
