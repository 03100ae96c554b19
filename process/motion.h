// motion.h: how the tissue has moved, by registering the ratio to the background.
//
// The ratio (background.h) belongs to the tissue, illumination does not, so the
// light spot that travels with the scope does not hold the estimate back. Each
// frame is registered to a key frame, not to its neighbour, so errors do not add
// up: Gauss-Newton for a similarity over three levels of cells (Lucas and Kanade
// 1981; Baker and Matthews 2004, inverse compositional), with clipped residuals so
// that instruments and highlights, which move on their own, pull little.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_MOTION_H
#define RIM_PROCESS_MOTION_H

#include "base/err.h"
#include "process/background.h"
#include "process/motion_level.h"
#include "process/similarity.h"

#include <stdbool.h>

#define RIM_MOTION_LEVELS 3

typedef struct rim_motion {
    rim_motion_level key[RIM_MOTION_LEVELS], now[RIM_MOTION_LEVELS],
        before[RIM_MOTION_LEVELS];
    const rim_process_kernels *kernels;
    int16_t *row;              // scratch, as long as a row of the finest level
    uint64_t frames;           // seen so far
    rim_similarity tissue_key; // tissue coordinates to the key frame
    rim_similarity key_now;    // key frame to this frame
    // Results of rim_motion_run():
    rim_similarity before_now; // last frame to this one
    rim_similarity tissue_now; // tissue coordinates to this frame
    double shift_px;           // mean movement since the last frame, grid pixels;
                               // NAN for the first frame
    double likeness;           // correlation with the frame it was registered to, -1..1
    bool cut;                  // nothing in common with the last frame: tissue
                               // coordinates start anew
} rim_motion;

RIM_NODISCARD rim_err rim_motion_init(rim_motion *m, const rim_background *b);
void rim_motion_uninit(rim_motion *m);

// b: of the frame under way.
void rim_motion_run(rim_motion *m, const rim_background *b);

#endif
