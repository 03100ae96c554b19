// planes.h: small neighbourhoods over the planes of a window: smoothing, erosion, spread.
//
// Whole rows at a time, without branches, so that compilers make vector code of them.
// Integers; where a float divides, the quotient is proved to be the integers' own.
// One thread owns a rim_planes; planes are row after row, `width` entries each.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_PLANES_H
#define RIM_PROCESS_PLANES_H

#include "base/err.h"

#include <stdint.h>

#define RIM_UNKNOWN INT16_MIN

// Scratch for windows of up to width x height.
typedef struct rim_planes {
    int reach;      // the largest that erode is asked for
    uint8_t *bytes; // [width * height]
    uint8_t *sum;   // [width]
    int16_t *line;  // [width + 2 * reach]
    int16_t *tall;  // [width * (height + 2 * reach)]
    int32_t *row;   // [10 * (width + 2)]
} rim_planes;

RIM_NODISCARD rim_err rim_planes_init(rim_planes *p, int width, int height, int reach);
void rim_planes_uninit(rim_planes *p);

// dst = 3 x 3 binomial mean of src where seen has the bit; RIM_UNKNOWN elsewhere.
// |src| <= 16384; dst may be src.
void rim_planes_smooth(int16_t *dst, const int16_t *src, const uint8_t *seen,
                       uint8_t bit, rim_planes *p, int width, int height);
// The least value within `reach` in x and y; beyond the plane there is nothing.
void rim_planes_erode(int16_t *plane, int reach, rim_planes *p, int width, int height);
// flag = 1 where at least `least` of the 5 x 5 flags (0 or 1) around are 1.
void rim_planes_most(uint8_t *flag, int least, rim_planes *p, int width, int height);
// flag = 1 where any within `reach` (at most 16 widths) in x and y is 1.
void rim_planes_spread(uint8_t *flag, int reach, rim_planes *p, int width, int height);

// Of each cell of side x side pixels: sum of value where seen has the bit, and how many
// pixels have it. width / side times height / side cells; side: 1..64.
void rim_planes_cells(int32_t *sum, int32_t *count, const int16_t *value,
                      const uint8_t *seen, uint8_t bit, rim_planes *p, int width,
                      int height, int side);

#endif
