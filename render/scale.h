// scale.h: a part of a colour picture, larger or smaller.
//
// In integers, so that the same input gives the same bytes. Enlarged bilinearly;
// what is shrunk is the mean of up to 4 x 4 samples, so that it does not flicker.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_SCALE_H
#define RIM_RENDER_SCALE_H

#include "base/frame.h"
#include "base/workers.h"
#include "render/kernels/kernels.h"
#include "render/overlay.h"

// Fills all of dst (BGRX8) with `part` of src (BGRX8), black beyond its edges.
// workers: share the rows; NULL: the caller alone. cpu: RIM_CPU_* bits that kernels may
// use.
void rim_scale_part(rim_frame *dst, const rim_frame *src, rim_part part,
                    rim_workers *workers, unsigned cpu);

// One under way; samples are at (x0 + x dx, y0 + y dy) of src, Q16 pixels.
typedef struct rim_scaling {
    rim_frame *dst;
    const rim_frame *src;
    int64_t x0, y0, dx, dy;
    int taps; // a side
    rim_render_kernels kernels;
} rim_scaling;

// The same, lent to the workers: done with rim_workers_settle(), until when *scaling, dst
// and src must stay.
void rim_scale_lend(rim_scaling *scaling, rim_frame *dst, const rim_frame *src,
                    rim_part part, rim_workers *workers, unsigned cpu);

#endif
