// motion_level.h: one scale of a frame's texture, and two frames laid upon each other
// there. Internal to process/motion.
//
// Sums are whole numbers that doubles hold exactly: the same on every machine.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_MOTION_LEVEL_H
#define RIM_PROCESS_MOTION_LEVEL_H

#include "base/err.h"
#include "process/kernels/kernels.h"
#include "process/similarity.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct rim_motion_level {
    int width, height, cell; // cell: grid pixels a side of a pixel here
    int16_t *texture;        // ratio, clipped, Q10; RIM_NO_PAST where not valid
    uint8_t *valid;
    int16_t *slope_x, *slope_y; // twice the gradient, 0 where not inner
    uint8_t *inner;             // valid, and its four neighbours too
} rim_motion_level;

RIM_NODISCARD rim_err rim_motion_level_init(rim_motion_level *l, int width, int height,
                                            int cell);
void rim_motion_level_uninit(rim_motion_level *l);
void rim_motion_level_copy(rim_motion_level *dst, const rim_motion_level *src);
// dst: half the size; texture and valid.
void rim_motion_level_halve(rim_motion_level *dst, const rim_motion_level *src);
// Fills slopes and inner from texture.
void rim_motion_level_slopes(rim_motion_level *l);

// Improves *s (grid coordinates, key to now) over the RIM_MOTION_LEVELS levels. False
// where the frames share too little; *s is then as it was. row: scratch.
bool rim_motion_align(rim_similarity *s, const rim_process_kernels *kernels,
                      int16_t *row, const rim_motion_level *key,
                      const rim_motion_level *now);

typedef struct rim_agreement {
    double likeness; // correlation
    double overlap;  // part of the key's valid pixels seen now
    double spread;   // standard deviation of the key's texture, Q10
} rim_agreement;

// How well `now` under s (grid coordinates) repeats `key`, by every second row.
rim_agreement rim_motion_compare(const rim_process_kernels *kernels, int16_t *row,
                                 const rim_motion_level *key,
                                 const rim_motion_level *now, const rim_similarity *s);

#endif
