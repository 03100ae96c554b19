// check_unpack.c: the kernels of capture/unpack.
// SPDX-License-Identifier: MIT
#include "tests/simd/simd.h"

enum { WIDE = 1920 };

void check_yuv_bgrx(simd *s)
{
    static const int place[4][3] = {{0, 1, 3}, {0, 3, 1}, {1, 0, 2}, {1, 2, 0}};
    SIMD_KERNEL(s, yuv_bgrx);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 120), pairs = (width + 1) / 2;
        const rim_yuv_matrix m = {.y0 = (int16_t)(16 * simd_between(s, 0, 1)),
                                  .y = (int16_t)simd_between(s, 8192, 9600),
                                  .rv = (int16_t)simd_between(s, 0, 17400),
                                  .gu = (int16_t)simd_between(s, 0, 17400),
                                  .gv = (int16_t)simd_between(s, 0, 17400),
                                  .bu = (int16_t)simd_between(s, 0, 17400)};
        const int kind = simd_between(s, 0, 6), *at = place[kind % 4];
        rim_yuv_row row;
        if (kind < 4) { // packed
            const uint8_t *from = simd_random8(s, 4 * pairs, 0, 255);
            row = (rim_yuv_row){from + at[0], from + at[1], from + at[2], 2, 4, 1};
        } else if (kind < 6) { // two planes
            const uint8_t *c0 = simd_random8(s, 2 * pairs, 0, 255);
            row = (rim_yuv_row){simd_random8(s, width, 0, 255),
                                c0 + (kind == 5),
                                c0 + (kind == 4),
                                1,
                                2,
                                1};
        } else { // three, chroma for each pixel
            row = (rim_yuv_row){simd_random8(s, width, 0, 255),
                                simd_random8(s, width, 0, 255),
                                simd_random8(s, width, 0, 255),
                                1,
                                1,
                                0};
        }
        uint8_t *right = simd_room(s, 4 * width, 1);
        uint8_t *made = simd_room(s, 4 * width, 1);
        c(right, &row, width, &m);
        v(made, &row, width, &m);
        simd_same(s, made, right, 4 * width, 1);
    }
    const uint8_t *from = simd_random8(s, 2 * WIDE, 0, 255);
    const rim_yuv_row row = {from, from + 1, from + 3, 2, 4, 1};
    const rim_yuv_matrix m = {16, 9539, 13075, 3209, 6660, 16525};
    uint8_t *dst = simd_room(s, 4 * WIDE, 1);
    SIMD_BENCH(s, 6 * WIDE, v(dst, &row, WIDE, &m));
}
