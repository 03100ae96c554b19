// check_pyramid.c: the kernel of process/pyramid.
// SPDX-License-Identifier: MIT
#include "tests/simd/simd.h"

enum { WIDE = 480, MOST = 8191 };

void check_halve_row(simd *s)
{
    SIMD_KERNEL(s, halve_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 200), half = (width + 1) / 2;
        const int least = simd_between(s, -MOST, MOST);
        const int16_t *a = simd_random_i16(s, width, INT16_MIN, MOST);
        const int16_t *b = simd_random_i16(s, width, INT16_MIN, MOST);
        int16_t *right = simd_room(s, half, 2), *made = simd_room(s, half, 2);
        c(right, a, b, least, width);
        v(made, a, b, least, width);
        simd_same(s, made, right, half, 2);
    }
    const int16_t *a = simd_random_i16(s, WIDE, -MOST, MOST);
    int16_t *dst = simd_room(s, WIDE / 2, 2);
    SIMD_BENCH(s, 5 * WIDE, v(dst, a, a, -512, WIDE));
}
