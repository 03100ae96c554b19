// leakage.h: excitation light that comes through the filter, from frames of the tissue
// before the dye is given.
//
// What a camera sees then, above its dark, is leaked light. Tissue moves and is not the
// same everywhere, but lamp and lens stay: a smooth surface (surface_fit.h) through the
// medians of blocks is what can be known of later frames, and is subtracted from them.
// It holds for one exposure, gain and power of the lamp.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_LEAKAGE_H
#define RIM_CALIB_LEAKAGE_H

#include "base/err.h"
#include "base/frame.h"
#include "calib/stack.h"

typedef struct rim_leakage_options {
    int black_level;       // counts; used where `dark` is NULL
    const rim_frame *dark; // Q4, may be NULL
    const rim_frame *bad;  // 1: leave out; may be NULL
} rim_leakage_options;

typedef struct rim_leakage_map {
    rim_frame map; // see rim_calib.leakage
    int frames;
    double mean_counts;   // of the map
    double spread_counts; // of the blocks about it: what it cannot know of tissue
} rim_leakage_map;

// RIM_ERR_FORMAT, logged: too few frames; too bright to be leaked light alone. The
// caller uninits *out.
RIM_NODISCARD rim_err rim_leakage_measure(rim_leakage_map *out, const rim_stack *stack,
                                          const rim_leakage_options *options);
void rim_leakage_uninit(rim_leakage_map *l);

#endif
