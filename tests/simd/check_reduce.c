// check_reduce.c: the kernels of process/reduce.
// SPDX-License-Identifier: MIT
#include "tests/simd/simd.h"

enum { WIDE = 1920 };

void check_add_columns(simd *s)
{
    SIMD_KERNEL(s, add_columns);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 200), rows = simd_between(s, 1, 16);
        const int gap = simd_between(s, 0, 40), bits = simd_between(s, 8, 16);
        const int top = (1 << bits) - 1;
        const int row = width + gap, all = row * (rows - 1) + width;
        const int margin = simd_between(s, 0, 1) ? top >> 5 : simd_between(s, 0, 65535);
        const int full =
            simd_between(s, 0, 1) ? top - (top >> 6) : simd_between(s, 1, 65535);
        const uint16_t *src = simd_random16(s, all, 0, top);
        uint32_t *right = simd_room(s, width, sizeof *right);
        uint32_t *made = simd_room(s, width, sizeof *made);
        c(right, src, row * 2, rows, width, margin, full);
        v(made, src, row * 2, rows, width, margin, full);
        simd_same(s, made, right, width, sizeof *made);
    }
    const uint16_t *src = simd_random16(s, 4 * WIDE, 0, 4095);
    uint32_t *sum = simd_room(s, WIDE, sizeof *sum);
    SIMD_BENCH(s, 2 * 4 * WIDE, v(sum, src, 2 * WIDE, 4, WIDE, 127, 4032));
}
