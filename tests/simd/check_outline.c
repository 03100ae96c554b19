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

void check_known_row(simd *s)
{
    SIMD_KERNEL(s, known_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 200);
        const int16_t *ratio = simd_random_i16(s, width, INT16_MIN, INT16_MAX);
        const uint8_t *above = simd_random8(s, width, 0, 1);
        const uint8_t *below = simd_random8(s, width, 0, 1);
        int16_t *right = simd_room(s, width, 2), *made = simd_room(s, width, 2);
        c(right, ratio, above, below, width);
        v(made, ratio, above, below, width);
        simd_same(s, made, right, width, 2);
    }
    const int16_t *ratio = simd_random_i16(s, 480, -2048, 6144);
    const uint8_t *known = simd_random8(s, 480, 0, 1);
    int16_t *dst = simd_room(s, 480, 2);
    SIMD_BENCH(s, 6 * 480, v(dst, ratio, known, known, 480));
}

void check_path_row(simd *s)
{
    enum { STEPS = 64, MORE = 20 };
    SIMD_KERNEL(s, path_row);
    while (simd_trial(s)) {
        const int side = 1 << simd_between(s, 0, 2), low = simd_between(s, 4, 40);
        const int high = simd_between(s, low, STEPS - 1 - side);
        const int bend = simd_between(s, 0, 99);
        const int16_t *log = simd_random_i16(s, STEPS + MORE, -2048, 6144);
        const int16_t *before = simd_random_i16(s, STEPS + MORE, -30000, 30000);
        const uint64_t known = simd_between(s, 0, 1)
                                   ? UINT64_MAX
                                   : (uint64_t)simd_between(s, 0, INT32_MAX) << 31 |
                                         (uint64_t)simd_between(s, 0, INT32_MAX);
        int16_t *right = simd_room(s, STEPS + MORE, 2);
        int16_t *made = simd_room(s, STEPS + MORE, 2);
        c(right, before, log, known, side, bend, low, high);
        v(made, before, log, known, side, bend, low, high);
        simd_same(s, made + low, right + low, high - low + 1, 2);
    }
    const int16_t *log = simd_random_i16(s, STEPS + MORE, -2048, 6144);
    const int16_t *before = simd_random_i16(s, STEPS + MORE, 0, 999);
    int16_t *next = simd_room(s, STEPS + MORE, 2);
    SIMD_BENCH(s, 6 * 20, v(next, before, log, UINT64_MAX, 2, 6, 5, 24));
}

// n values, and what may be read behind them.
static const int16_t *samples(simd *s, int n)
{
    const int most = simd_between(s, 0, 1) ? INT16_MAX : 9; // few: many alike
    return simd_random_i16(s, (n + 15) & ~15, -most - 1, most);
}

void check_below_row(simd *s)
{
    SIMD_KERNEL(s, below_row);
    while (simd_trial(s)) {
        const int n = simd_size(s, 1, 64);
        const int16_t *row = samples(s, n);
        const int level = row[simd_between(s, 0, n - 1)];
        const uint64_t right = c(row, level, n), made = v(row, level, n);
        simd_same(s, &made, &right, 1, sizeof made);
    }
    const int16_t *row = simd_random_i16(s, 64, -2048, 6144);
    volatile uint64_t made;
    SIMD_BENCH(s, 128, made = v(row, 500, 64));
    (void)made;
}

void check_highest_row(simd *s)
{
    SIMD_KERNEL(s, highest_row);
    while (simd_trial(s)) {
        const int n = simd_size(s, 1, 64);
        const int16_t *row = samples(s, n);
        const int right = c(row, n), made = v(row, n);
        simd_same(s, &made, &right, 1, sizeof made);
    }
    const int16_t *row = simd_random_i16(s, 64, -2048, 6144);
    volatile int made;
    SIMD_BENCH(s, 2 * 25, made = v(row, 25));
    (void)made;
}

void check_rank_row(simd *s)
{
    SIMD_KERNEL(s, rank_row);
    while (simd_trial(s)) {
        const int n = simd_size(s, 1, 600), rank = simd_between(s, 0, n - 1);
        const int16_t *row = samples(s, n);
        const int right = c(row, n, rank), made = v(row, n, rank);
        simd_same(s, &made, &right, 1, sizeof made);
    }
    const int16_t *row = simd_random_i16(s, 112, -200, 900);
    volatile int made;
    SIMD_BENCH(s, 2 * 100, made = v(row, 100, 30));
    (void)made;
}
