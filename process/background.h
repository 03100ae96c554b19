// background.h: the light of the liver without its lesions, and the ratio to it.
//
// Illumination multiplies: a Gaussian spot and cos^n fall-off are close to a
// quadratic in the logarithm of light. So
//
//     L(x, y) = log2(light + 8)        per grid pixel, Q10; finite without light
//     Q(x, y) = robust quadratic of L  over the frame, bright outliers weigh little,
//                                      drawn to a lamp that falls off to the corners
//     M(x, y) = Q + masked local mean of (L - Q), at 12 mm, then at 5 mm, where
//               cells above the estimate before (lesions) have no weight
//     ratio   = L - M                  Q10: 1024 is twice the background
//
// Masking instead of an opening: a lesion of any size is left out as a whole and
// the background under it comes from around it; an edge or a step stays where it is.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_BACKGROUND_H
#define RIM_PROCESS_BACKGROUND_H

#include "base/err.h"
#include "base/frame.h"
#include "base/workers.h"
#include "process/grid.h"
#include "process/kernels/kernels.h"

#include <stdint.h>

#define RIM_CELL 4 // grid pixels a side of a cell

typedef struct rim_background {
    const rim_grid *grid;
    const rim_process_kernels *kernels;
    int16_t *log_table; // [65536], L of a light value
    int cells_x, cells_y;
    int16_t *log_light; // [grid] Q10
    uint8_t *valid;     // [grid] 1: light enough to judge
    int16_t *level;     // [cells] mean of log_light over valid pixels
    uint16_t *weight;   // [cells] valid part, Q8
    int16_t *smooth;    // [cells] M
    int16_t *ratio;     // [grid] L - M, 0 where not valid
    // Scratch, [cells] but the last two:
    int16_t *residual, *wide, *narrow; // L - Q; its masked means
    int32_t *sum, *on;
    int32_t *line;  // four rows of cells' pixels and two
    int32_t *zero;  // a row
    double dark;    // part of the frame that is not valid
    int dark_light; // light below this is too dark to judge, Q15
} rim_background;

// kernels must outlive *b.
RIM_NODISCARD rim_err rim_background_init(rim_background *b, const rim_grid *grid,
                                          const rim_process_kernels *kernels);
void rim_background_uninit(rim_background *b);

// light: [grid] Q15, as rim_reduce_run() gives. Fills every plane above.
void rim_background_run(rim_background *b, const uint16_t *light, rim_workers *workers);

// What a fall of light by `corner` (any log unit, below 0) from the frame's middle to its
// corners is of a quadratic's six terms 1, x, y, xx, xy, yy over -1..1: the same for each
// mm, so more of it along the longer side.
void rim_background_fall(double fall[6], const rim_background *b, double corner);

// M at a grid position, interpolated, in log2 units.
double rim_background_at(const rim_background *b, double x, double y);

#endif
