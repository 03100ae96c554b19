// detect.h: everything in one frame that may be a lesion.
//
// Candidates from blobs and rings and from the tracks' predictions are measured by
// their outlines; of those that are the same thing, the best is kept.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_DETECT_H
#define RIM_PROCESS_DETECT_H

#include "base/workers.h"
#include "process/blobs.h"
#include "process/confidence.h"
#include "process/kernels/kernels.h"
#include "process/outline.h"
#include "process/rings.h"

#define RIM_DETECTIONS_MAX 64

typedef struct rim_detection {
    rim_spot spot;
    double feature[RIM_FEATURES];
    double lesion; // log odds from this frame alone
} rim_detection;

typedef struct rim_detect {
    const rim_process_kernels *kernels;
    rim_scene scene;
    rim_pyramid pyramid;
    rim_blobs blobs;
    rim_rings rings;
    rim_candidates candidates, ringed; // ringed: of the rings alone
    rim_detection *measured;           // [RIM_CANDIDATES_MAX]
    bool *fits;                        // [RIM_CANDIDATES_MAX]
    int count;
    int best[RIM_DETECTIONS_MAX]; // of `measured`, by falling log odds
    const int16_t *ratio;         // of the frame in hand, as are these
    const uint8_t *valid, *saturated;
} rim_detect;

RIM_NODISCARD rim_err rim_detect_init(rim_detect *d, const rim_grid *grid,
                                      const rim_process_kernels *kernels);
void rim_detect_uninit(rim_detect *d);

// ratio: [grid] Q10, 0 where not valid. expected: places where something was before.
void rim_detect_run(rim_detect *d, const int16_t *ratio, const uint8_t *valid,
                    const uint8_t *saturated, const rim_candidates *expected,
                    rim_workers *workers);

#endif
