// check_ground.c: the kernels of render/ground.
// SPDX-License-Identifier: MIT
#include "tests/simd/simd.h"

enum { WIDE = 1920 };

void check_grey_row(simd *s)
{
    SIMD_KERNEL(s, grey_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 200);
        const uint8_t *tone = simd_random8(s, 65536, 0, 255);
        const uint16_t *src = simd_random16(s, width, 0, 65535);
        uint32_t *right = simd_room(s, width, sizeof *right);
        uint32_t *made = simd_room(s, width, sizeof *made);
        c(right, src, tone, width);
        v(made, src, tone, width);
        simd_same(s, made, right, width, sizeof *made);
    }
    const uint8_t *tone = simd_random8(s, 65536, 0, 255);
    const uint16_t *src = simd_random16(s, WIDE, 0, 4095);
    uint32_t *dst = simd_room(s, WIDE, sizeof *dst);
    SIMD_BENCH(s, 6 * WIDE, v(dst, src, tone, WIDE));
}
