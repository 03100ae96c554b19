// check_reduce.c: the kernels of process/reduce.
// SPDX-License-Identifier: MIT
#include "tests/simd/simd.h"

enum { WIDE = 1920 };

// Random pixels are all hot or full; a camera's are noise on light that changes slowly,
// and few that are not.
static void calm(simd *s, uint16_t *p, int row, int rows, int width, int bits)
{
    const int top = (1 << bits) - 1, noise = simd_between(s, 0, top >> 5);
    const int light = simd_between(s, 0, top - noise);
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < width; x++)
            p[y * row + x] = (uint16_t)(light + simd_between(s, 0, noise));
    for (int n = simd_between(s, 0, 3); n > 0; n--)
        p[simd_between(s, 0, rows - 1) * row + simd_between(s, 0, width - 1)] =
            (uint16_t)simd_between(s, 0, top);
}

void check_add_cells(simd *s)
{
    SIMD_KERNEL(s, add_cells);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 200), rows = simd_between(s, 1, 16);
        const int gap = simd_between(s, 0, 40), bits = simd_between(s, 8, 16);
        const int scale =
            simd_between(s, 0, 1) ? 1 << simd_between(s, 1, 3) : simd_between(s, 1, 16);
        const int wide = simd_between(s, 0, 1) ? width : (width + 7) / 8 * 8;
        const int top = (1 << bits) - 1, cells = (wide + scale - 1) / scale;
        const int row = wide + gap, all = row * (rows - 1) + wide;
        const int margin = simd_between(s, 0, 3) ? top >> 5 : simd_between(s, 0, 65535);
        const int full =
            simd_between(s, 0, 3) ? top - (top >> 6) : simd_between(s, 1, 65535);
        uint16_t *src = simd_random16(s, all, 0, top);
        if (simd_between(s, 0, 1))
            calm(s, src, row, rows, wide, bits);
        uint32_t *sum[2] = {simd_room(s, cells, 4), simd_room(s, cells, 4)};
        uint32_t *count[2] = {simd_room(s, cells, 4), simd_room(s, cells, 4)};
        c(sum[0], count[0], src, row * 2, rows, wide, scale, 16 - bits, margin, full);
        v(sum[1], count[1], src, row * 2, rows, wide, scale, 16 - bits, margin, full);
        simd_same(s, sum[1], sum[0], cells, 4);
        simd_same(s, count[1], count[0], cells, 4);
    }
    // As a camera gives them: noise, hardly a hot pixel; rows follow, which are asked for.
    const uint16_t *src = simd_random16(s, 8 * WIDE, 1000, 1100);
    uint32_t *sum = simd_room(s, WIDE / 4, 4);
    uint32_t *count = simd_room(s, WIDE / 4, 4);
    SIMD_BENCH(s, 2 * 4 * WIDE, v(sum, count, src, 2 * WIDE, 4, WIDE, 4, 4, 127, 4032));
}

void check_gain_columns(simd *s)
{
    SIMD_KERNEL(s, gain_columns);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 200), rows = simd_between(s, 1, 16);
        const int gap = simd_between(s, 0, 40), bits = simd_between(s, 8, 16);
        const int top = (1 << bits) - 1, full = top - (top >> 6);
        const int row = width + gap, all = row * (rows - 1) + width;
        const int map = simd_between(s, 0, 1) ? row : 0; // a map or one row of it
        const int values = map ? all : width, gain_bits = simd_between(s, 11, 12);
        const uint16_t *src = simd_random16(s, all, 0, top);
        uint16_t *gain = simd_random16(s, values, 0, 32767);
        if (simd_between(s, 0, 1))
            for (int i = 0; i < values; i++)
                gain[i] = (uint16_t)(simd_between(s, 0, 9) ? 4096 + i % 5000 : 0);
        uint32_t *sum[2] = {simd_room(s, width, 4), simd_room(s, width, 4)};
        uint32_t *count[2] = {simd_room(s, width, 4), simd_room(s, width, 4)};
        const bool any[2] = {c(sum[0], count[0], src, row * 2, gain, map * 2, gain_bits,
                               rows, width, bits, top >> 5, full),
                             v(sum[1], count[1], src, row * 2, gain, map * 2, gain_bits,
                               rows, width, bits, top >> 5, full)};
        simd_same(s, sum[1], sum[0], width, 4);
        simd_same(s, &any[1], &any[0], 1, sizeof any[0]);
        simd_same(s, count[1], count[0], any[0] ? width : 0, 4);
    }
    const uint16_t *src = simd_random16(s, 8 * WIDE, 1000, 1100);
    const uint16_t *gain = simd_random16(s, 4 * WIDE, 4096, 9000);
    uint32_t *sum = simd_room(s, WIDE, 4);
    uint32_t *count = simd_room(s, WIDE, 4);
    SIMD_BENCH(
        s, 4 * 4 * WIDE,
        v(sum, count, src, 2 * WIDE, gain, 2 * WIDE, 12, 4, WIDE, 12, 127, 4032));
}

void check_fold_columns(simd *s)
{
    SIMD_KERNEL(s, fold_columns);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 300), scale = simd_between(s, 1, 16);
        const int cells = (width + scale - 1) / scale;
        const uint32_t *columns = simd_room(s, width, 4);
        uint32_t *fill = (uint32_t *)(uintptr_t)columns;
        for (int i = 0; i < width; i++)
            fill[i] = (uint32_t)simd_between(s, 0, 0xffff) * 0x10001u;
        uint32_t *right = simd_room(s, cells, 4), *made = simd_room(s, cells, 4);
        c(right, columns, width, scale);
        v(made, columns, width, scale);
        simd_same(s, made, right, cells, 4);
    }
    const int32_t *columns = simd_random_i32(s, WIDE, 0, 4 * 4095);
    uint32_t *sum = simd_room(s, WIDE / 4, 4);
    SIMD_BENCH(s, 5 * WIDE, v(sum, (const uint32_t *)columns, WIDE, 4));
}

void check_light_row(simd *s)
{
    SIMD_KERNEL(s, light_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 200);
        int32_t *sum = simd_random_i32(s, width, 0, 1 << 28);
        int32_t *dark = simd_random_i32(s, width, 0, 1 << 28);
        uint32_t *count = simd_room(s, width, 4);
        double *inverse = simd_room(s, width, sizeof *inverse);
        double *inverse_all = simd_room(s, width, sizeof *inverse_all);
        for (int i = 0; i < width; i++) {
            const int n = simd_between(s, 1, 256), good = simd_between(s, 0, n);
            count[i] = (uint32_t)simd_between(s, 0, n);
            inverse[i] = good ? 0.5 / good : 0.0;
            inverse_all[i] = 1.0 / n;
            if (simd_between(s, 0, 1)) // a multiple, where rounding would show
                sum[i] = dark[i] + 2 * good * simd_between(s, 0, 70000);
        }
        uint16_t *light[2] = {simd_room(s, width, 2), simd_room(s, width, 2)};
        uint8_t *saturated[2] = {simd_room(s, width, 1), simd_room(s, width, 1)};
        const uint32_t *sums = (const uint32_t *)sum;
        c(light[0], saturated[0], sums, count, dark, inverse, inverse_all, width);
        v(light[1], saturated[1], sums, count, dark, inverse, inverse_all, width);
        simd_same(s, light[1], light[0], width, 2);
        simd_same(s, saturated[1], saturated[0], width, 1);
        for (int i = 0; i < width; i++) { // and both are the integers' quotients
            const int good = inverse[i] > 0 ? (int)(0.5 / inverse[i] + 0.5) : 0;
            int q = good && sum[i] > dark[i] ? (sum[i] - dark[i]) / (2 * good) : 0;
            q = q < 65535 ? q : 65535;
            uint16_t right = (uint16_t)q;
            simd_same(s, &light[1][i], &right, 1, 2);
        }
    }
    const int32_t *sum = simd_random_i32(s, WIDE / 4, 0, 1 << 20);
    double *inverse = simd_room(s, WIDE / 4, sizeof *inverse);
    for (int i = 0; i < WIDE / 4; i++)
        inverse[i] = 0.5 / 16;
    uint16_t *light = simd_room(s, WIDE / 4, 2);
    uint8_t *saturated = simd_room(s, WIDE / 4, 1);
    uint32_t *count = simd_room(s, WIDE / 4, 4);
    for (int i = 0; i < WIDE / 4; i++)
        count[i] = 0;
    const int32_t *dark = simd_random_i32(s, WIDE / 4, 1 << 14, 1 << 14);
    SIMD_BENCH(s, 7 * WIDE,
               v(light, saturated, (const uint32_t *)sum, count, dark, inverse, inverse,
                 WIDE / 4));
}
