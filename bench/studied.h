// studied.h: sequences through the chain, frame by frame beside their truth, for
// programs that study what the chain sees.
// SPDX-License-Identifier: MIT
#ifndef RIM_BENCH_STUDIED_H
#define RIM_BENCH_STUDIED_H

#include "process/inspect.h"
#include "report/report.h"

// What the truth says of a place.
typedef struct judged {
    double label;           // 1: real, 0: not, -1: neither, to be left out
    const char *class_name; // "": nothing there
    double sbr, depth_mm;
} judged;

// A frame that has been processed. name: of the sequence, as it was given.
typedef void rim_studied_fn(const char *name, const rim_pipeline *pipeline,
                            const rim_truth *truth, double mm_per_px);

// Gives every frame of the sequences argv[1].. to `frame`. The exit status; what went
// wrong has been said.
int rim_studied_run(int argc, char **argv, rim_studied_fn *frame);

#endif
