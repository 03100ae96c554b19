// flat_internal.h: what the files of a flat share. Internal to calib/.
//
//     flat.c          from the stack to the maps: pixels, and the order of the steps
//     flat_light.c    the smooth part, by blocks and at full resolution
//     flat_refuse.c   what makes a flat useless
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_FLAT_INTERNAL_H
#define RIM_CALIB_FLAT_INTERNAL_H

#include "calib/flat.h"
#include "calib/surface_fit.h"

#include <stdbool.h>

#define RIM_FLAT_BLOCK 16   // px a side of a block
#define RIM_FLAT_DEAD  0.25 // off from the neighbours

typedef struct rim_flat_grid {
    int cols, rows;
    float *level;  // [cols * rows] signal, counts
    bool *inside;  // the field of view
    bool *core;    // less its outermost blocks, which its edge may cut
    double *model; // smooth part by polynomial
} rim_flat_grid;

typedef struct rim_flat_work {
    const rim_stack *s;
    const rim_flat_options *o;
    rim_flat *f;
    rim_flat_grid g;
    float *signal; // [width * height]
    float *smooth;
    float *scratch;
    float *scratch2;
    double term[RIM_SURFACE_TERMS];
    double noise_floor; // variance over time in the dark, counts squared
    double per_count;   // variance over time for each count of signal beyond that
} rim_flat_work;

// From pixels and blocks to -1..1.
double rim_flat_norm_x(const rim_flat_work *w, double x);
double rim_flat_norm_y(const rim_flat_work *w, double y);
double rim_flat_block_x(const rim_flat_work *w, int bx);
double rim_flat_block_y(const rim_flat_work *w, int by);
bool rim_flat_is_hot(const rim_flat_work *w, int x, int y);
// In the field of view and not hot.
bool rim_flat_usable(const rim_flat_work *w, int x, int y);

void rim_flat_fill_signal(rim_flat_work *w);
RIM_NODISCARD rim_err rim_flat_make_grid(rim_flat_work *w);
RIM_NODISCARD rim_err rim_flat_fit_smooth(rim_flat_work *w);
RIM_NODISCARD rim_err rim_flat_fill_smooth(rim_flat_work *w);

// RIM_ERR_FORMAT, logged with the place and the mend.
RIM_NODISCARD rim_err rim_flat_refuse_level(const rim_flat_work *w);
RIM_NODISCARD rim_err rim_flat_refuse_spot(const rim_flat_work *w);
RIM_NODISCARD rim_err rim_flat_refuse_tilt(const rim_flat_work *w);

#endif
