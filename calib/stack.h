// stack.h: mean and spread of every pixel over many frames of one still scene.
//
// Sums are integers: the order of frames does not matter and nothing is rounded
// before the end. One thread owns a stack.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_STACK_H
#define RIM_CALIB_STACK_H

#include "base/err.h"
#include "base/frame.h"

// What an uncertainty of a quarter of the noise needs; more is better.
#define RIM_STACK_FRAMES_MIN 16
#define RIM_STACK_FRAMES_MAX 4096

typedef struct rim_stack {
    int width, height, bits;
    int frames;
    uint32_t *sum;         // [width * height] counts
    uint64_t *sum_squares; // [width * height]
    uint16_t *peak;        // [width * height] largest sample
    double *frame_mean;    // [RIM_STACK_FRAMES_MAX] counts, of the frames so far
    double *row_sum, *row_squares; // [height] of row mean less frame mean
} rim_stack;

// RIM_ERR_ARG: a size or depth out of range. RIM_ERR_MEMORY.
RIM_NODISCARD rim_err rim_stack_init(rim_stack *s, int width, int height, int bits);
void rim_stack_uninit(rim_stack *s);
// `frame` has the stack's size (asserted). Beyond RIM_STACK_FRAMES_MAX: ignored.
void rim_stack_add(rim_stack *s, const rim_frame *frame);

static inline size_t rim_stack_at(const rim_stack *s, int x, int y)
{
    return (size_t)y * (size_t)s->width + (size_t)x;
}
// Mean in counts, variance over time in counts squared (sample variance).
double rim_stack_mean(const rim_stack *s, size_t at);
double rim_stack_variance(const rim_stack *s, size_t at);
// Of the whole frame, over time: mean; change from the first to the last frame by the
// straight line that fits best; standard error of that change.
void rim_stack_level(const rim_stack *s, double *mean, double *change, double *error);
// Variance of the frame means about that line.
double rim_stack_flicker(const rim_stack *s);

#endif
