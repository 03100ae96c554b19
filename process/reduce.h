// reduce.h: raw NIR samples to corrected light on the analysis grid, in one pass.
//
//     light = mean over the scale x scale pixels of (raw - dark) * gain
//           = (sum of raw * gain - sum of dark * gain) / pixels
//
// where the latter sum is known beforehand, so that no dark map is read. In Q15 of full scale (32768 is the largest sample above black, whatever the bit
// depth); without a dark map the stream's black level stands for it. A pixel that
// stands far above both its neighbours in the row is a hot one: optics spread a point
// over more than a pixel, so it is cut down to them. Pixels that the calibration marks
// as bad are left out.
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
    const rim_frame *nir; // the frame under way
    uint16_t *light;      // out, Q15, up to 65535 (gain can exceed full scale)
    uint8_t *saturated;   // out, part of the pixels at full scale, 255 is all

    // Of a grid pixel: half of one over its pixels that count, and their dark times gain
    // in Q16, by rows; and the plain inverse over all its pixels, of an inner row and of
    // the last.
    double *inverse;
    int32_t *dark;
    ptrdiff_t inverse_step,
        dark_step;       // from one grid row to the next; 0: all are alike
                         // but the last, which follows
    double *inverse_all; // [2][width]
    uint16_t *gain; // [nir_height][nir_width] as the kernel takes it; NULL: all are 1
    int gain_bits;
} rim_reduce;

// Makes room and, with a calibration (may be NULL), the kernel's maps; *c is not
// needed after that. RIM_ERR_MEMORY.
RIM_NODISCARD rim_err rim_reduce_init(rim_reduce *r, const rim_grid *grid,
                                      const rim_process_kernels *kernels, int bits,
                                      int black_level, const rim_calib *c);
void rim_reduce_uninit(rim_reduce *r);

// Fills r->light and r->saturated from r->nir.
void rim_reduce_run(rim_reduce *r, rim_workers *workers);

// Corrected counts (above black) of a Q15 light value.
static inline double rim_light_to_counts(const rim_reduce *r, double light)
{
    return light * (double)(1 << r->bits) / RIM_LIGHT_FULL;
}

#endif
