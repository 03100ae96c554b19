// check_evidence.c: the kernels of process/evidence.
// SPDX-License-Identifier: MIT
#include "tests/simd/simd.h"

#include <string.h>

enum { WIDE = 60, PAIRS = 12, OUTS = 24 };

void check_peak_row(simd *s)
{
    SIMD_KERNEL(s, peak_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 200), room = (width + 1) / 2;
        // Few values make plateaus.
        const int most = simd_between(s, 0, 1) ? INT16_MAX : 3;
        const int least = simd_between(s, -1, most);
        const int16_t *above = simd_random_i16(s, width, -most, most);
        const int16_t *row = simd_random_i16(s, width, -most, most);
        const int16_t *below = simd_random_i16(s, width, -most, most);
        uint16_t *right = simd_room(s, room, 2), *made = simd_room(s, room, 2);
        const int count = c(right, above, row, below, least, width);
        const int said = v(made, above, row, below, least, width);
        simd_same(s, &said, &count, 1, sizeof said);
        simd_same(s, made, right, count, 2);
    }
    const int16_t *row = simd_random_i16(s, WIDE, -1000, 100);
    const int16_t *next = simd_random_i16(s, WIDE, -1000, 100);
    uint16_t *at = simd_room(s, WIDE, 2);
    SIMD_BENCH(s, 6 * WIDE, v(at, next, row, next, 90, WIDE));
}

void check_bend_row(simd *s)
{
    SIMD_KERNEL(s, bend_row);
    while (simd_trial(s)) {
        const int n = simd_size(s, 1, 200);
        const int16_t *src = simd_random_i16(s, n, INT16_MIN, INT16_MAX);
        int16_t *right = simd_room(s, n, 2), *made = simd_room(s, n, 2);
        c(right, src, n);
        v(made, src, n);
        simd_same(s, made, right, n, 2);
    }
    const int16_t *src = simd_random_i16(s, 4 * WIDE, -2048, 6144);
    int16_t *dst = simd_room(s, 4 * WIDE, 2);
    SIMD_BENCH(s, 16 * WIDE, v(dst, src, 4 * WIDE));
}

// Of the rows, two are the same: guarded buffers are few.
static rim_sense senses(simd *s, int width)
{
    rim_sense all;
    for (int k = 0; k < 2; k++) {
        all.ratio[k] = all.ratio[3 - k] = simd_random_i16(s, width, -2048, 6144);
        all.valid[k] = all.valid[k + 2] = simd_random8(s, width, 0, 1);
        all.saturated[k] = all.saturated[k + 2] = simd_random8(s, width, 0, 255);
    }
    return all;
}

void check_sense_row(simd *s)
{
    SIMD_KERNEL(s, sense_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 200), n = (width + 3) / 4 * 2;
        const rim_sense rows = senses(s, width);
        int16_t *right[2], *made[2];
        for (int k = 0; k < 2; k++) {
            right[k] = simd_room(s, n, 2);
            made[k] = simd_room(s, n, 2);
        }
        c(right[0], right[1], &rows, width);
        v(made[0], made[1], &rows, width);
        for (int k = 0; k < 2; k++)
            simd_same(s, made[k], right[k], n, 2);
    }
    const rim_sense rows = senses(s, 8 * WIDE);
    int16_t *edge = simd_room(s, 4 * WIDE, 2), *full = simd_room(s, 4 * WIDE, 2);
    SIMD_BENCH(s, 144 * WIDE, v(edge, full, &rows, 8 * WIDE));
}

void check_mix_row(simd *s)
{
    SIMD_KERNEL(s, mix_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 60), pairs = simd_between(s, 1, 36);
        const int outs = 2 * simd_between(s, 1, 5), apart = 2 * width + 3;
        const int n = outs / 2 * apart, most = RIM_SIGNAL_MOST;
        const int16_t *plane = simd_random_i16(s, 2 * width + pairs, -most, most);
        const int16_t *src[36];
        for (int k = 0; k < pairs; k++)
            src[k] = plane + k;
        const rim_mix m = {.src = src,
                           .weight = simd_random_i16(s, 2 * outs * pairs, -2047, 2047),
                           .bias = simd_random_i32(s, outs, -(1 << 28), 1 << 28),
                           .pairs = pairs,
                           .outs = outs,
                           .shift = simd_between(s, 1, 15),
                           .least = simd_between(s, 0, 1) ? 0 : -most};
        const int16_t *more = simd_random_i16(s, n, -most, most);
        const int16_t *add = simd_between(s, 0, 1) ? more : NULL;
        int16_t *right = simd_room(s, n, 2), *made = simd_room(s, n, 2);
        memset(right, 0, (size_t)n * 2);
        memset(made, 0, (size_t)n * 2);
        c(right, apart, add, &m, width);
        v(made, apart, add, &m, width);
        simd_same(s, made, right, n, 2);
    }
    const int16_t *row = simd_random_i16(s, 2 * WIDE, 0, 999), *src[PAIRS];
    for (int k = 0; k < PAIRS; k++)
        src[k] = row;
    const rim_mix m = {.src = src,
                       .weight = simd_random_i16(s, 2 * OUTS * PAIRS, -500, 500),
                       .bias = simd_random_i32(s, OUTS, -999, 999),
                       .pairs = PAIRS,
                       .outs = OUTS,
                       .shift = 11};
    int16_t *dst = simd_room(s, OUTS * WIDE, 2);
    SIMD_BENCH(s, 4 * OUTS * WIDE, v(dst, 2 * WIDE, NULL, &m, WIDE));
}

void check_taps_row(simd *s)
{
    SIMD_KERNEL(s, taps_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 100);
        const int16_t *row[3];
        for (int k = 0; k < 3; k++)
            row[k] = (const int16_t *)simd_random_i16(
                         s, 2 * width + 4, -RIM_SIGNAL_MOST, RIM_SIGNAL_MOST) +
                     2;
        int16_t *weight = simd_random_i16(s, 20, -2047, 2047);
        weight[17] = weight[19] = 0;
        const int32_t *bias = simd_random_i32(s, 2, -(1 << 28), 1 << 28);
        const int shift = simd_between(s, 1, 15);
        int16_t *right = simd_room(s, 2 * width, 2), *made = simd_room(s, 2 * width, 2);
        c(right, row, weight, bias, shift, width);
        v(made, row, weight, bias, shift, width);
        simd_same(s, made, right, 2 * width, 2);
    }
    const int16_t *p = simd_random_i16(s, 2 * WIDE + 4, 0, 999);
    const int16_t *const row[3] = {p + 2, p + 2, p + 2};
    const int16_t *weight = simd_random_i16(s, 20, -500, 500);
    const int32_t bias[2] = {99, -99};
    int16_t *dst = simd_room(s, 2 * WIDE, 2);
    SIMD_BENCH(s, 16 * WIDE, v(dst, row, weight, bias, 11, WIDE));
}

void check_part_row(simd *s)
{
    SIMD_KERNEL(s, part_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 100);
        const int16_t *src = simd_random_i16(s, 4 * width, INT16_MIN, INT16_MAX);
        int16_t *right[2], *made[2];
        for (int k = 0; k < 2; k++) {
            right[k] = simd_room(s, 2 * width, 2);
            made[k] = simd_room(s, 2 * width, 2);
        }
        c(right[0], right[1], src, width);
        v(made[0], made[1], src, width);
        for (int k = 0; k < 2; k++)
            simd_same(s, made[k], right[k], 2 * width, 2);
    }
    const int16_t *src = simd_random_i16(s, 4 * WIDE, 0, 999);
    int16_t *even = simd_room(s, 2 * WIDE, 2), *odd = simd_room(s, 2 * WIDE, 2);
    SIMD_BENCH(s, 16 * WIDE, v(even, odd, src, WIDE));
}

void check_pool_row(simd *s)
{
    SIMD_KERNEL(s, pool_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 100);
        const int16_t *a = simd_random_i16(s, 4 * width, 0, RIM_SIGNAL_MOST);
        const int16_t *b = simd_random_i16(s, 4 * width, 0, RIM_SIGNAL_MOST);
        int16_t *right = simd_room(s, 2 * width, 2), *made = simd_room(s, 2 * width, 2);
        c(right, a, b, width);
        v(made, a, b, width);
        simd_same(s, made, right, 2 * width, 2);
    }
    const int16_t *a = simd_random_i16(s, 4 * WIDE, 0, 999);
    int16_t *dst = simd_room(s, 2 * WIDE, 2);
    SIMD_BENCH(s, 20 * WIDE, v(dst, a, a, WIDE));
}

void check_raise_row(simd *s)
{
    SIMD_KERNEL(s, raise_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 100);
        const int16_t *fine = simd_random_i16(s, 2 * width, 0, RIM_SIGNAL_MOST);
        const int16_t *coarse =
            simd_random_i16(s, (width + 1) / 2 * 2, -RIM_SIGNAL_MOST, RIM_SIGNAL_MOST);
        int16_t *right = simd_room(s, 2 * width, 2), *made = simd_room(s, 2 * width, 2);
        c(right, fine, coarse, width);
        v(made, fine, coarse, width);
        simd_same(s, made, right, 2 * width, 2);
    }
    const int16_t *fine = simd_random_i16(s, 2 * WIDE, 0, 999);
    int16_t *dst = simd_room(s, 2 * WIDE, 2);
    SIMD_BENCH(s, 10 * WIDE, v(dst, fine, fine, WIDE));
}
