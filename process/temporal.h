// temporal.h: denoising along the tissue's path, without ghosts.
//
//     out = was + k (now - was),   was = last output, moved by rim_motion
//
// k is 1/4 where the difference is noise and rises to 1 where it is not: the local
// mean difference (3 x 3) is held against the noise of this brightness, which is
// itself measured as the median difference between the frames. What appears or
// moves on its own therefore replaces the past at once.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_TEMPORAL_H
#define RIM_PROCESS_TEMPORAL_H

#include "base/err.h"
#include "base/workers.h"
#include "process/background.h"
#include "process/motion.h"

#define RIM_NOISE_BINS 34 // of 512 in Q10 log2 light

typedef struct rim_temporal {
    const rim_grid *grid;
    const rim_process_kernels *kernels;
    int16_t *ratio;               // [grid] result, Q10 log2; 0 where not valid
    uint8_t *valid;               // [grid] of the result: this frame's
    int16_t *past;                // [grid] the result, RIM_NO_PAST where not valid
    int16_t *difference;          // scratch, a pixel larger at each side
    double noise[RIM_NOISE_BINS]; // of the ratio between two frames, Q10; 0 not known
} rim_temporal;

// kernels must outlive *t.
RIM_NODISCARD rim_err rim_temporal_init(rim_temporal *t, const rim_grid *grid,
                                        const rim_process_kernels *kernels);
void rim_temporal_uninit(rim_temporal *t);

// b, m: of the frame under way.
void rim_temporal_run(rim_temporal *t, const rim_background *b, const rim_motion *m,
                      rim_workers *workers);

#endif
