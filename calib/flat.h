// flat.h: the gain of every pixel, from a uniform target.
//
//     signal(x, y) = frame - dark = level * smooth(x, y) * pixel(x, y)
//     gain = 1 / (smooth * pixel'), 1 at the brightest place
//
// smooth: light, lens and target, a polynomial of degree 6 times what is left of it
// after blurring. pixel: response of the single pixel; pixel' draws it towards 1 as far
// as it is noise (Wiener 1949): pixel' - 1 = (pixel - 1) prnu^2 / (prnu^2 + noise^2).
// The noise follows from the photon transfer (Janesick 2001; EMVA 1288): the variance
// over time is that of the dark plus signal / K, K in electrons a count.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_FLAT_H
#define RIM_CALIB_FLAT_H

#include "base/err.h"
#include "base/frame.h"
#include "calib/stack.h"

typedef struct rim_flat_options {
    int black_level;          // counts; used where `dark` is NULL
    const rim_frame *dark;    // Q4, may be NULL
    const rim_frame *hot;     // 1: leave out; may be NULL
    double dark_noise_counts; // NAN: not known
    double tilt_max;          // 0: 0.25; largest part by which one side may be brighter
} rim_flat_options;

typedef struct rim_flat {
    rim_frame gain;  // GRAY16 Q12, see rim_calib.gain; 4096 outside the field of view
    rim_frame pixel; // GRAY16 Q15: the pixel part as measured, 32768 is 1
    rim_frame dead;  // GRAY16, 1: responds to light unlike its neighbours
    int frames;
    double level_counts;   // signal at the brightest place
    double falloff;        // 1 - dimmest over brightest place of the field
    double corner;         // brightness of the corners over the brightest, NAN: dark
    double field;          // part of the frame inside the field of view
    double tilt_x, tilt_y; // right less left, lower less upper, over their mean
    double prnu;           // spread of the pixel part, noise taken off
    double noise;          // standard deviation left in the gain map, relative
    double electrons_per_count; // K; NAN where dark_noise_counts is
    double drift; // change of the light from first to last frame, relative
    int dead_count;
} rim_flat;

// RIM_ERR_FORMAT, logged with the place and the mend: too few frames; saturated; too
// dark; a highlight; tilted. The caller uninits *out.
RIM_NODISCARD rim_err rim_flat_measure(rim_flat *out, const rim_stack *stack,
                                       const rim_flat_options *options);
void rim_flat_uninit(rim_flat *f);

#endif
