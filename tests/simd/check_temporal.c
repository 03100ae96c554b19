// check_temporal.c: the kernels of process/temporal.
// SPDX-License-Identifier: MIT
#include "process/fixed.h"
#include "tests/simd/simd.h"

#include <math.h>

enum { WIDE = 480, MOST = 8191 };

// Some pixels of a plane that nothing is known of.
static void forget(simd *s, int16_t *p, int count)
{
    const int every = simd_between(s, 1, 200);
    for (int i = 0; i < count; i++)
        if (simd_between(s, 0, every) == 0)
            p[i] = RIM_NO_PAST;
}

void check_subtract_row(simd *s)
{
    SIMD_KERNEL(s, subtract_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 160);
        const int past_width = simd_between(s, 1, 200), height = simd_between(s, 1, 12);
        // Steps near one pixel, as tissue moves, or any.
        const int wild = simd_between(s, 0, 3) == 0;
        const int step_x = wild ? simd_between(s, -131071, 131071)
                                : 65536 + simd_between(s, -900, 900);
        const int step_y =
            wild ? simd_between(s, -131071, 131071) : simd_between(s, -900, 900);
        const int px = simd_between(s, -20 * 65536, 40 * 65536);
        const int py = simd_between(s, -65536, height * 65536);
        const int16_t *ratio = simd_random_i16(s, width, -MOST, MOST);
        const uint8_t *valid = simd_random8(s, width, 0, 1);
        int16_t *past = simd_random_i16(s, past_width * height, -MOST, MOST);
        forget(s, past, past_width * height);
        int16_t *right = simd_room(s, width, 2), *made = simd_room(s, width, 2);
        c(right, ratio, valid, past, past_width, height, px, py, step_x, step_y, width);
        v(made, ratio, valid, past, past_width, height, px, py, step_x, step_y, width);
        simd_same(s, made, right, width, 2);
    }
    const int16_t *ratio = simd_random_i16(s, WIDE, -MOST, MOST);
    const uint8_t *valid = simd_random8(s, WIDE, 1, 1);
    const int16_t *past = simd_random_i16(s, 8 * WIDE, -MOST, MOST);
    int16_t *difference = simd_room(s, WIDE, 2);
    SIMD_BENCH(
        s, 7 * WIDE,
        v(difference, ratio, valid, past, WIDE, 8, 100000, 100000, 65600, 300, WIDE));
}

void check_blend_row(simd *s)
{
    SIMD_KERNEL(s, blend_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 300), stride = width + 2;
        int16_t *difference = simd_random_i16(s, 3 * stride, -MOST, MOST);
        const int shift = simd_between(s, -400, 400);
        if (simd_between(s, 0, 1)) // where the limits matter
            for (int i = 0; i < 3 * stride; i++)
                difference[i] = (int16_t)(simd_between(s, -60, 60) + shift);
        forget(s, difference, 3 * stride);
        const int16_t *ratio = simd_random_i16(s, width, -MOST, MOST);
        const uint8_t *valid = simd_random8(s, width, 0, 1);
        const int light = simd_between(s, 0, 16384), near = simd_between(s, 0, 1);
        const int16_t *log =
            simd_random_i16(s, width, near ? light : 0, near ? light + 600 : 16384);
        const int32_t *limit = simd_random_i32(s, 34, 1, simd_between(s, 1, 4096));
        const int16_t *middle = difference + stride + 1;
        int16_t *out[2] = {simd_room(s, width, 2), simd_room(s, width, 2)};
        int16_t *past[2] = {simd_room(s, width, 2), simd_room(s, width, 2)};
        c(out[0], past[0], middle, stride, ratio, valid, log, limit, width);
        v(out[1], past[1], middle, stride, ratio, valid, log, limit, width);
        simd_same(s, out[1], out[0], width, 2);
        simd_same(s, past[1], past[0], width, 2);
    }
    const int16_t *difference = simd_random_i16(s, 3 * (WIDE + 2), -60, 60);
    const int16_t *ratio = simd_random_i16(s, WIDE, -MOST, MOST);
    const uint8_t *valid = simd_random8(s, WIDE, 1, 1);
    const int16_t *log = simd_random_i16(s, WIDE, 12000, 12500);
    const int32_t *limit = simd_random_i32(s, 34, 50, 50);
    int16_t *out = simd_room(s, WIDE, 2), *past = simd_room(s, WIDE, 2);
    SIMD_BENCH(
        s, 11 * WIDE,
        v(out, past, difference + WIDE + 3, WIDE + 2, ratio, valid, log, limit, WIDE));
}

void check_map_row(simd *s)
{
    SIMD_KERNEL(s, map_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 200);
        const int16_t *ratio = simd_random_i16(s, width, -MOST, MOST);
        const uint8_t *valid = simd_random8(s, width, 0, 1);
        uint16_t *right = simd_room(s, width, 2), *made = simd_room(s, width, 2);
        c(right, ratio, valid, width);
        v(made, ratio, valid, width);
        simd_same(s, made, right, width, 2);
        for (int i = 0; i < width; i++) { // and is the power within 1
            if (!valid[i] || ratio[i] < RIM_RATIO_MIN || ratio[i] >= RIM_RATIO_MAX)
                continue;
            const bool is = fabs(right[i] - rim_exp2(ratio[i] / 1024.0 + 8.0)) <= 1.0;
            const bool ought = true;
            simd_same(s, &is, &ought, 1, sizeof is);
        }
    }
    const int16_t *ratio = simd_random_i16(s, WIDE, -2000, 6000);
    const uint8_t *valid = simd_random8(s, WIDE, 1, 1);
    uint16_t *sbr = simd_room(s, WIDE, 2);
    SIMD_BENCH(s, 5 * WIDE, v(sbr, ratio, valid, WIDE));
}
