// pipeline.h: the chain, from a raw NIR frame to lesions and residuals.
//
//     correct -> reduce -> motion, temporal -> background, SBR
//             -> candidates -> outline, measures -> tracks -> cut surface
//
// docs/algorithm.md has the equations, facts and sources. All memory is taken in
// rim_pipeline_create(). One thread owns a pipeline; inside, a frame is cut
// into jobs for `threads` workers. Frame kernels are integer: the same frames
// give the same result on every machine, level and thread count.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_PIPELINE_H
#define RIM_PROCESS_PIPELINE_H

#include "base/err.h"
#include "base/frame.h"
#include "base/result.h"
#include "base/workers.h"
#include "calib/calib.h"

typedef struct rim_pipeline_options {
    int width, height;      // px of the NIR frames
    int bits;               // of their samples, 8 to 16
    int black_level;        // counts that mean no light
    double mm_per_px;       // on the tissue; 0 or NAN: not known
    const rim_calib *calib; // NULL: none; must outlive the pipeline
    double min_confidence;  // results below are left out; 0: all
    int threads;            // workers, 0 and 1: only the caller
    unsigned cpu;           // RIM_CPU_* bits that kernels may use
    rim_workers *workers;   // borrowed, in place of `threads` of its own; NULL: none
} rim_pipeline_options;

typedef struct rim_pipeline rim_pipeline;

// RIM_ERR_ARG: a value out of range, logged with its name. RIM_ERR_MEMORY.
RIM_NODISCARD rim_err rim_pipeline_create(rim_pipeline **out,
                                          const rim_pipeline_options *options);
void rim_pipeline_destroy(rim_pipeline **p);

// The surface to watch from the next frame on; count 0 stops watching. `point`
// is copied. RIM_ERR_ARG: fewer than 3 corners or more than 1024.
RIM_NODISCARD rim_err rim_pipeline_mark_surface(rim_pipeline *p, const rim_point *point,
                                                int count);

// One frame through the chain. `nir` must have the stated shape (asserted).
// nir->seq is the frame's number: a gap to the one before is counted as frames
// lost, and motion is not carried across it blindly.
void rim_pipeline_process(rim_pipeline *p, rim_result *result, const rim_frame *nir);

// Where in the cut surface nothing can be said in the last frame: 1 in a mask of
// *width x *height, whose pixel (i, j) covers `scale` NIR pixels a side from
// (i * scale, j * scale) on. NULL: no surface is watched. Belongs to the pipeline, valid
// until the next call.
const uint8_t *rim_pipeline_unjudged(const rim_pipeline *p, int *width, int *height,
                                     int *scale);

// The signal-to-background map of the last frame: GRAY16, Q8 (256 is the local
// background, 0 where nothing can be said), `scale` NIR pixels a side of a map
// pixel: map pixel (i, j) has its centre at ((i + 0.5) * scale - 0.5, ...).
// Belongs to the pipeline, stays as it is until the call after the next.
const rim_frame *rim_pipeline_sbr_map(const rim_pipeline *p, int *scale);

#endif
