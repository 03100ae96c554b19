// check_scale.c: the kernels of render/scale.
// SPDX-License-Identifier: MIT
#include "tests/simd/simd.h"

enum { WIDE = 1920 };

void check_stretch(simd *s)
{
    SIMD_KERNEL(s, stretch);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 100), columns = simd_between(s, 2, 200);
        const uint8_t *above = simd_random8(s, 4 * columns, 0, 255);
        const uint8_t *below = simd_random8(s, 4 * columns, 0, 255);
        const int most = ((columns - 1) << 16) - 1, fy = simd_between(s, 0, 255);
        const int u = simd_between(s, 0, most), du = (most - u) / width;
        uint8_t *right = simd_room(s, 4 * width, 1), *made = simd_room(s, 4 * width, 1);
        c(right, above, below, fy, u, du, width);
        v(made, above, below, fy, u, du, width);
        simd_same(s, made, right, 4 * width, 1);
    }
    const uint8_t *above = simd_random8(s, 4 * WIDE, 0, 255);
    const uint8_t *below = simd_random8(s, 4 * WIDE, 0, 255);
    uint8_t *dst = simd_room(s, 4 * WIDE, 1);
    SIMD_BENCH(s, 12 * WIDE, v(dst, above, below, 77, 0, 65000, WIDE));
}

void check_shrink(simd *s)
{
    SIMD_KERNEL(s, shrink);
    const uint8_t *row[4];
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 100), columns = simd_between(s, 1, 400);
        const int taps = simd_between(s, 2, 4), step = (columns << 16) / width;
        for (int k = 0; k < taps; k++)
            row[k] = simd_random8(s, 4 * columns, 0, 255);
        const int u = simd_between(s, -200000, 200000);
        uint8_t *right = simd_room(s, 4 * width, 1), *made = simd_room(s, 4 * width, 1);
        c(right, row, taps, u, step, columns - 1, width);
        v(made, row, taps, u, step, columns - 1, width);
        simd_same(s, made, right, 4 * width, 1);
    }
    row[0] = simd_random8(s, 8 * WIDE, 0, 255);
    row[1] = simd_random8(s, 8 * WIDE, 0, 255);
    uint8_t *dst = simd_room(s, 4 * WIDE, 1);
    SIMD_BENCH(s, 20 * WIDE, v(dst, row, 2, 32768, 131000, 2 * WIDE - 1, WIDE));
}
