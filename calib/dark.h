// dark.h: what a camera gives in the dark, and which pixels cannot be used.
//
// Terms and measures after EMVA 1288 (release 4.0): dark signal nonuniformity, read
// noise over time, row noise; hot pixels as those that stand out from their neighbours.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_DARK_H
#define RIM_CALIB_DARK_H

#include "base/err.h"
#include "base/frame.h"
#include "calib/stack.h"

typedef struct rim_dark {
    rim_frame map;   // GRAY16 Q4, see rim_calib.dark
    rim_frame noise; // GRAY16 Q8: standard deviation over time, 256 is one count
    rim_frame hot;   // GRAY16, 1: hot, blinking or stuck
    int frames;
    double mean_counts;
    double noise_counts;     // median over the pixels of the spread over time
    double row_noise_counts; // spread over time of a row's mean beyond what the pixels'
                             // noise explains
    double dsnu_counts;      // spread of the map from pixel to pixel, without hot ones
    double drift_counts;     // change of the level from the first to the last frame
    double drift_error_counts;
    double clipped; // part of the samples at 0, whose noise is cut off
    int hot_count, stuck_count;
} rim_dark;

// RIM_ERR_FORMAT, logged: too few frames, or light got in. black_level: of the stream,
// counts; pictures far above it are not dark. The caller uninits *out.
RIM_NODISCARD rim_err rim_dark_measure(rim_dark *out, const rim_stack *stack,
                                       int black_level);
void rim_dark_uninit(rim_dark *d);

// The median of `count` values, which are put in another order. 0 values: 0.
double rim_median(float *value, size_t count);

#endif
