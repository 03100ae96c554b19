// check_motion.c: the kernels of process/motion_level.
// SPDX-License-Identifier: MIT
#include "tests/simd/simd.h"

enum { WIDE = 120, SLOPE = 2048 };

void check_normal_row(simd *s)
{
    SIMD_KERNEL(s, normal_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 400), clip = simd_between(s, 0, 4096);
        const int16_t *slope_x = simd_random_i16(s, width, -SLOPE, SLOPE);
        const int16_t *slope_y = simd_random_i16(s, width, -SLOPE, SLOPE);
        int16_t *difference = simd_random_i16(s, width, -16384, 16384);
        const int every = simd_between(s, 0, 20);
        for (int i = 0; i < width; i++)
            if (simd_between(s, 0, every) == 0)
                difference[i] = RIM_NO_PAST;
        double *right = simd_room(s, RIM_NORMAL_SUMS, sizeof *right);
        double *made = simd_room(s, RIM_NORMAL_SUMS, sizeof *made);
        c(right, slope_x, slope_y, difference, clip, width);
        v(made, slope_x, slope_y, difference, clip, width);
        for (int k = 0; k < RIM_NORMAL_SUMS; k++) { // 0 and -0 are the same sum
            right[k] += 0.0;
            made[k] += 0.0;
        }
        simd_same(s, made, right, RIM_NORMAL_SUMS, sizeof *made);
    }
    const int16_t *slope = simd_random_i16(s, WIDE, -300, 300);
    const int16_t *difference = simd_random_i16(s, WIDE, -300, 300);
    double sum[RIM_NORMAL_SUMS];
    SIMD_BENCH(s, 6 * WIDE, v(sum, slope, slope, difference, 100, WIDE));
}
