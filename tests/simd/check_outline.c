// check_outline.c: the kernels of process/outline.
// SPDX-License-Identifier: MIT
#include "tests/simd/simd.h"

enum { SIDE = 64 };

// A ray of n samples within a plane of `side` pixels a side, along one axis.
static void choose(simd *s, int32_t *at, int32_t *way, int side, int n)
{
    const int last = ((side - 1) << 16) - 1;
    const int from = simd_between(s, 0, last), to = simd_between(s, 0, last);
    *at = from;
    *way = n > 1 ? (to - from) / (n - 1) : 0;
}

void check_sample_ray(simd *s)
{
    SIMD_KERNEL(s, sample_ray);
    while (simd_trial(s)) {
        const int n = simd_size(s, 1, 64), w = simd_between(s, 2, 90),
                  h = simd_between(s, 2, 60);
        const int16_t *plane = simd_random_i16(s, w * h, -32768, 32767);
        int32_t x, y, dx, dy;
        choose(s, &x, &dx, w, n);
        choose(s, &y, &dy, h, n);
        int16_t *right = simd_room(s, n, sizeof *right);
        int16_t *made = simd_room(s, n, sizeof *made);
        const uint64_t known = c(right, plane, w, x, y, dx, dy, n);
        const uint64_t said = v(made, plane, w, x, y, dx, dy, n);
        simd_same(s, made, right, n, sizeof *made);
        simd_same(s, &said, &known, 1, sizeof said);
    }
    const int16_t *plane = simd_random_i16(s, SIDE * SIDE, -2048, 6144);
    int16_t *dst = simd_room(s, 64, sizeof *dst);
    SIMD_BENCH(s, 10 * 64, v(dst, plane, SIDE, 99999, 77777, 50001, 40003, 64));
}
