// reduce.h: raw NIR samples to corrected light on the analysis grid, in one pass.
//
//     light = mean over the scale x scale pixels of (raw - dark) * gain
//
// in Q15 of full scale (32768 is the largest sample above black, whatever the bit
// depth); without a dark map the stream's black level stands for it. A pixel that
// stands far above both its neighbours in the row is a hot one: optics spread a point
// over more than a pixel, so it is cut down to them.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_REDUCE_H
#define RIM_PROCESS_REDUCE_H

#include "base/frame.h"
#include "base/workers.h"
#include "calib/calib.h"
#include "process/grid.h"
#include "process/kernels/kernels.h"

#include <stdint.h>

#define RIM_LIGHT_FULL 32768 // Q15

typedef struct rim_reduce {
    const rim_grid *grid;
    const rim_process_kernels *kernels;
    int bits, black_level;
    const rim_calib *calib; // may be NULL
    const rim_frame *nir;   // the frame under way
    uint16_t *light;        // out, Q15, up to 65535 (gain can exceed full scale)
    uint8_t *saturated;     // out, part of the pixels at full scale, 255 is all
} rim_reduce;

// Fills r->light and r->saturated from r->nir.
void rim_reduce_run(rim_reduce *r, rim_workers *workers);

// Corrected counts (above black) of a Q15 light value.
static inline double rim_light_to_counts(const rim_reduce *r, double light)
{
    return light * (double)(1 << r->bits) / RIM_LIGHT_FULL;
}

#endif
