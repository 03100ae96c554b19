// check_find.c: the kernels of process/blobs and process/rings.
// SPDX-License-Identifier: MIT
#include "tests/simd/simd.h"

#include <string.h>

enum { WIDE = 240, LOW = -2048, HIGH = 6144 };

void check_mean5_row(simd *s)
{
    SIMD_KERNEL(s, mean5_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 200);
        const int16_t *row[5];
        for (int k = 0; k < 5; k++)
            row[k] = simd_random_i16(s, width, -6500, 6500);
        int16_t *right = simd_room(s, width, 2), *made = simd_room(s, width, 2);
        c(right, simd_room(s, width + 4, 2), row, width);
        v(made, simd_room(s, width + 4, 2), row, width);
        simd_same(s, made, right, width, 2);
    }
    const int16_t *p = simd_random_i16(s, WIDE, LOW, HIGH);
    const int16_t *const row[5] = {p, p, p, p, p};
    int16_t *dst = simd_room(s, WIDE, 2), *line = simd_room(s, WIDE + 4, 2);
    SIMD_BENCH(s, 12 * WIDE, v(dst, line, row, WIDE));
}

void check_binomial_row(simd *s)
{
    SIMD_KERNEL(s, binomial_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 200);
        const int16_t *row[3];
        for (int k = 0; k < 3; k++)
            row[k] = simd_random_i16(s, width, -8190, 8190);
        int16_t *right = simd_room(s, width, 2), *made = simd_room(s, width, 2);
        c(right, simd_room(s, width + 2, 2), row, width);
        v(made, simd_room(s, width + 2, 2), row, width);
        simd_same(s, made, right, width, 2);
    }
    const int16_t *p = simd_random_i16(s, WIDE, LOW, HIGH);
    const int16_t *const row[3] = {p, p, p};
    int16_t *dst = simd_room(s, WIDE, 2), *line = simd_room(s, WIDE + 2, 2);
    SIMD_BENCH(s, 8 * WIDE, v(dst, line, row, WIDE));
}

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

void check_spread_row(simd *s)
{
    enum { REACH = 3 };
    SIMD_KERNEL(s, spread_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 200), reach = simd_between(s, 0, REACH);
        const int16_t *votes =
            simd_random_i16(s, width + 2 * reach, INT16_MIN, INT16_MAX);
        const int16_t *before = simd_random_i16(s, width, INT16_MIN, INT16_MAX);
        const int16_t *leaving = simd_random_i16(s, width, INT16_MIN, INT16_MAX);
        int16_t *right[2], *made[2];
        for (int k = 0; k < 2; k++) {
            right[k] = simd_room(s, width, 2);
            made[k] = simd_room(s, width, 2);
        }
        c(right[0], right[1], votes + reach, before, leaving, reach, width);
        v(made[0], made[1], votes + reach, before, leaving, reach, width);
        for (int k = 0; k < 2; k++)
            simd_same(s, made[k], right[k], width, 2);
    }
    const int16_t *votes = simd_random_i16(s, WIDE + 2 * REACH, 0, 9);
    int16_t *row = simd_room(s, WIDE, 2), *sum = simd_room(s, WIDE, 2);
    const int16_t *before = simd_random_i16(s, WIDE, 0, 99);
    SIMD_BENCH(s, 10 * WIDE, v(row, sum, votes + REACH, before, before, REACH, WIDE));
}

void check_ridge_row(simd *s)
{
    SIMD_KERNEL(s, ridge_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 200), stride = width + 4;
        const int least = simd_between(s, 0, 4096);
        const int16_t *plane = simd_random_i16(s, 5 * stride, LOW, HIGH);
        rim_ridge *right = simd_room(s, width, sizeof *right);
        rim_ridge *made = simd_room(s, width, sizeof *made);
        const int16_t *row = plane + 2 * stride + 2;
        const int count = c(right, row, stride, least, width);
        const int said = v(made, row, stride, least, width);
        simd_same(s, &said, &count, 1, sizeof said);
        simd_same(s, made, right, count, sizeof *made);
    }
    // A row in which every sixteenth pixel is a ridge's.
    int16_t *plane = simd_room(s, 5 * (WIDE + 4), 2);
    for (int i = 0; i < 5 * (WIDE + 4); i++)
        plane[i] = (int16_t)(i % 16 ? 0 : 300);
    rim_ridge *ridge = simd_room(s, WIDE, sizeof *ridge);
    SIMD_BENCH(s, 10 * WIDE, v(ridge, plane + 2 * (WIDE + 4) + 2, WIDE + 4, 64, WIDE));
}

// A way of `steps` rising distances in planes of w x h.
static void choose_way(simd *s, rim_vote_way *way, int steps, int w, int h)
{
    *way = (rim_vote_way){.steps = steps,
                          .width = w,
                          .height = h,
                          .stride = w + 3,
                          .nowhere = 2 * h * (w + 3)};
    for (int k = 0; k < RIM_VOTE_STEPS; k++) {
        const int before = k ? way->distance[k - 1] : 0;
        way->distance[k] = k < steps ? before + simd_between(s, 0, 3) : RIM_VOTE_BEYOND;
        way->plane[k] = simd_between(s, 0, 1) * h * way->stride;
    }
}

static void choose_ridges(simd *s, rim_ridge *ridge, int n, int w)
{
    for (int i = 0; i < n; i++) {
        const int16_t large = (int16_t)simd_between(s, 181, 256);
        const int16_t one = simd_between(s, 0, 1) ? large : (int16_t)-large;
        const int16_t other = (int16_t)simd_between(s, -256, 256);
        const bool along = simd_between(s, 0, 1);
        ridge[i] = (rim_ridge){.x = (int16_t)simd_between(s, 0, 2 * w - 1),
                               .nx = along ? one : other,
                               .ny = along ? other : one};
    }
}

void check_vote_row(simd *s)
{
    SIMD_KERNEL(s, vote_row);
    static rim_vote_way way;
    while (simd_trial(s)) {
        const int w = simd_size(s, 1, 90), h = simd_between(s, 1, 60);
        const int n = simd_between(s, 0, w), y = simd_between(s, 0, 2 * h - 1);
        choose_way(s, &way, simd_between(s, 0, 60), w, h);
        rim_ridge *ridge = simd_room(s, n, sizeof *ridge);
        choose_ridges(s, ridge, n, w);
        const int votes = way.nowhere;
        const int16_t *before = simd_random_i16(s, votes + 1, 0, 999);
        int16_t *right = simd_room(s, votes + 1, 2), *made = simd_room(s, votes + 1, 2);
        memcpy(right, before, (size_t)(votes + 1) * sizeof *right);
        memcpy(made, before, (size_t)(votes + 1) * sizeof *made);
        c(right, ridge, n, y, &way);
        v(made, ridge, n, y, &way);
        simd_same(s, made, right, votes, 2);
    }
    choose_way(s, &way, 32, WIDE / 2, WIDE / 4);
    rim_ridge *ridge = simd_room(s, 20, sizeof *ridge);
    choose_ridges(s, ridge, 20, WIDE / 2);
    int16_t *votes = simd_room(s, way.nowhere + 1, 2);
    SIMD_BENCH(s, 4 * 20 * 2 * 32, v(votes, ridge, 20, WIDE / 4, &way));
}
