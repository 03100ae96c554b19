// check_background.c: the kernels of process/background.
// SPDX-License-Identifier: MIT
#include "tests/simd/simd.h"

#include <string.h>

enum { WIDE = 480, CELLS = 120, LEVEL_MOST = 16384, AWAY = 24576 };

void check_level_row(simd *s)
{
    SIMD_KERNEL(s, level_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 200), dark = simd_between(s, 0, 65535);
        const uint16_t *light = simd_random16(s, width, 0, 65535);
        int32_t *right = simd_random_i32(s, 2 * width, 0, 4 * LEVEL_MOST);
        int32_t *made = simd_room(s, 2 * width, sizeof *made);
        memcpy(made, right, (size_t)width * 2 * sizeof *made);
        int16_t *log[2] = {simd_room(s, width, 2), simd_room(s, width, 2)};
        uint8_t *valid[2] = {simd_room(s, width, 1), simd_room(s, width, 1)};
        const int pairs = (width + 1) / 2;
        c(right, right + pairs, log[0], valid[0], light, dark, width);
        v(made, made + pairs, log[1], valid[1], light, dark, width);
        simd_same(s, made, right, 2 * width, sizeof *made);
        simd_same(s, log[1], log[0], width, 2);
        simd_same(s, valid[1], valid[0], width, 1);
    }
    const uint16_t *light = simd_random16(s, WIDE, 0, 32768);
    int32_t *sum = simd_random_i32(s, 2 * WIDE, 0, 0);
    int16_t *log = simd_room(s, WIDE, 2);
    uint8_t *valid = simd_room(s, WIDE, 1);
    SIMD_BENCH(s, 5 * WIDE, v(sum, sum + WIDE, log, valid, light, 1600, WIDE));
}

void check_cells_row(simd *s)
{
    SIMD_KERNEL(s, cells_row);
    while (simd_trial(s)) {
        const int cells = simd_size(s, 1, 160);
        int32_t *sum = simd_random_i32(s, 2 * cells, 0, 8 * LEVEL_MOST);
        int32_t *count = simd_random_i32(s, 2 * cells, 0, 8);
        for (int i = 0; i < 2 * cells; i++) { // some that rounding up would show
            const int n = count[i];
            sum[i] = n && simd_between(s, 0, 1) ? n * (sum[i] % LEVEL_MOST) : 0;
        }
        int16_t *level[2] = {simd_room(s, cells, 2), simd_room(s, cells, 2)};
        uint16_t *weight[2] = {simd_room(s, cells, 2), simd_room(s, cells, 2)};
        bool few[2];
        const int all[2] = {c(level[0], weight[0], &few[0], sum, count, 6, cells),
                            v(level[1], weight[1], &few[1], sum, count, 6, cells)};
        simd_same(s, level[1], level[0], cells, 2);
        simd_same(s, weight[1], weight[0], cells, 2);
        simd_same(s, &few[1], &few[0], 1, sizeof few[0]);
        simd_same(s, &all[1], &all[0], 1, sizeof all[0]);
        for (int i = 0; i < cells; i++) { // and both are the integers' quotients
            const int n = count[2 * i] + count[2 * i + 1];
            const int16_t right = (int16_t)(n ? (sum[2 * i] + sum[2 * i + 1]) / n : 0);
            simd_same(s, &level[1][i], &right, 1, 2);
        }
    }
    const int32_t *sum = simd_random_i32(s, 2 * CELLS, 0, 8 * LEVEL_MOST);
    const int32_t *count = simd_random_i32(s, 2 * CELLS, 8, 8);
    int16_t *level = simd_room(s, CELLS, 2);
    uint16_t *weight = simd_room(s, CELLS, 2);
    bool few;
    SIMD_BENCH(s, 20 * CELLS, v(level, weight, &few, sum, count, 6, CELLS));
}

void check_smooth_row(simd *s)
{
    SIMD_KERNEL(s, smooth_row);
    while (simd_trial(s)) {
        const int cells = simd_size(s, 1, 160);
        const int16_t *off = simd_random_i16(s, cells, -AWAY, AWAY);
        const float q[3] = {(float)simd_between(s, -20000, 40000) / 7.0f,
                            (float)simd_between(s, -20000, 20000) / 7.0f,
                            (float)simd_between(s, -20000, 20000) / 7.0f};
        int16_t *right = simd_room(s, cells, 2), *made = simd_room(s, cells, 2);
        c(right, off, q, -360, 400, cells);
        v(made, off, q, -360, 400, cells);
        simd_same(s, made, right, cells, 2);
    }
    const float q[3] = {12000.0f, 50.0f, -300.0f};
    const int16_t *off = simd_random_i16(s, CELLS, -500, 500);
    int16_t *smooth = simd_room(s, CELLS, 2);
    SIMD_BENCH(s, 4 * CELLS, v(smooth, off, q, -360, 400, CELLS));
}

void check_residual_row(simd *s)
{
    SIMD_KERNEL(s, residual_row);
    while (simd_trial(s)) {
        const int cells = simd_size(s, 1, 160);
        const int16_t *level = simd_random_i16(s, cells, 0, LEVEL_MOST);
        const float q[3] = {(float)simd_between(s, -20000, 40000) / 7.0f,
                            (float)simd_between(s, -20000, 20000) / 7.0f,
                            (float)simd_between(s, -20000, 20000) / 7.0f};
        int16_t *right = simd_room(s, cells, 2), *made = simd_room(s, cells, 2);
        c(right, level, q, cells);
        v(made, level, q, cells);
        simd_same(s, made, right, cells, 2);
    }
    const float q[3] = {12000.0f, 50.0f, -300.0f};
    const int16_t *level = simd_random_i16(s, CELLS, 0, LEVEL_MOST);
    int16_t *residual = simd_room(s, CELLS, 2);
    SIMD_BENCH(s, 4 * CELLS, v(residual, level, q, CELLS));
}

void check_weigh_row(simd *s)
{
    SIMD_KERNEL(s, weigh_row);
    while (simd_trial(s)) {
        const int cells = simd_size(s, 1, 160);
        const uint16_t *weight = simd_random16(s, cells, 0, 256);
        const int16_t *residual = simd_random_i16(s, cells, -AWAY, AWAY);
        const float sharp = (float)simd_between(s, 0, 1000) / 60000.0f;
        uint16_t *right = simd_room(s, cells, 2), *made = simd_room(s, cells, 2);
        c(right, weight, residual, sharp, cells);
        v(made, weight, residual, sharp, cells);
        simd_same(s, made, right, cells, 2);
    }
    const uint16_t *weight = simd_random16(s, CELLS, 0, 256);
    const int16_t *residual = simd_random_i16(s, CELLS, -300, 300);
    uint16_t *w = simd_room(s, CELLS, 2);
    SIMD_BENCH(s, 6 * CELLS, v(w, weight, residual, 0.01f, CELLS));
}

void check_moments_row(simd *s)
{
    SIMD_KERNEL(s, moments_row);
    while (simd_trial(s)) {
        const int cells = simd_size(s, 1, 160);
        const int16_t *level = simd_random_i16(s, cells, 0, LEVEL_MOST);
        const uint16_t *w = simd_random16(s, cells, 0, 256);
        double *right = simd_room(s, 8, sizeof *right);
        double *made = simd_room(s, 8, sizeof *made);
        c(right, level, w, cells);
        v(made, level, w, cells);
        for (int k = 0; k < 8; k++) { // 0 and -0 are the same sum
            right[k] += 0.0;
            made[k] += 0.0;
        }
        simd_same(s, made, right, 8, sizeof *made);
    }
    const int16_t *level = simd_random_i16(s, CELLS, 0, LEVEL_MOST);
    const uint16_t *w = simd_random16(s, CELLS, 0, 256);
    double moment[8];
    SIMD_BENCH(s, 4 * CELLS, v(moment, level, w, CELLS));
}

void check_mask_row(simd *s)
{
    SIMD_KERNEL(s, mask_row);
    while (simd_trial(s)) {
        const int cells = simd_size(s, 1, 160);
        const int low = simd_between(s, -600, 0), high = simd_between(s, 0, 600);
        const int16_t *residual = simd_random_i16(s, cells, -AWAY, AWAY);
        int16_t *about = simd_random_i16(s, cells, -AWAY, AWAY);
        for (int i = 0; i < cells; i++) // near it, at its edges too
            if (simd_between(s, 0, 3)) {
                const int near = residual[i] - simd_between(s, low - 1, high + 1);
                about[i] = (int16_t)(near < -AWAY ? -AWAY : near > AWAY ? AWAY : near);
            }
        const uint16_t *weight = simd_random16(s, cells, 0, 256);
        int32_t *sum[2] = {simd_room(s, cells, 4), simd_room(s, cells, 4)};
        int32_t *on[2] = {simd_room(s, cells, 4), simd_room(s, cells, 4)};
        c(sum[0], on[0], residual, about, weight, low, high, cells);
        v(sum[1], on[1], residual, about, weight, low, high, cells);
        simd_same(s, sum[1], sum[0], cells, 4);
        simd_same(s, on[1], on[0], cells, 4);
    }
    const int16_t *residual = simd_random_i16(s, CELLS, -300, 300);
    const int16_t *about = simd_random_i16(s, CELLS, -300, 300);
    const uint16_t *weight = simd_random16(s, CELLS, 0, 256);
    int32_t *sum = simd_room(s, CELLS, 4), *on = simd_room(s, CELLS, 4);
    SIMD_BENCH(s, 14 * CELLS, v(sum, on, residual, about, weight, -160, 80, CELLS));
}

void check_slide_row(simd *s)
{
    SIMD_KERNEL(s, slide_row);
    while (simd_trial(s)) {
        const int cells = simd_size(s, 1, 160), most = 1 << 28;
        const int32_t *in = simd_random_i32(s, cells, -most, most);
        const int32_t *out = simd_random_i32(s, cells, -most, most);
        int32_t *right = simd_random_i32(s, cells, -most, most);
        int32_t *made = simd_room(s, cells, 4);
        memcpy(made, right, (size_t)cells * 4);
        c(right, in, out, cells);
        v(made, in, out, cells);
        simd_same(s, made, right, cells, 4);
    }
    const int32_t *in = simd_random_i32(s, CELLS, 0, 1000);
    int32_t *sum = simd_room(s, CELLS, 4);
    SIMD_BENCH(s, 16 * CELLS, v(sum, in, in, CELLS));
}

void check_mean_row(simd *s)
{
    SIMD_KERNEL(s, mean_row);
    while (simd_trial(s)) {
        const int cells = simd_size(s, 1, 160), side = 2 * simd_between(s, 1, 30) + 1;
        const int pull = side * side;
        const int32_t *on = simd_random_i32(s, cells, 0, 16 * pull);
        int32_t *sum = simd_room(s, cells, 4);
        for (int i = 0; i < cells; i++)
            sum[i] = on[i] * (simd_between(s, -AWAY, AWAY) / 4);
        const int16_t *about = simd_random_i16(s, cells, -AWAY, AWAY);
        int16_t *right = simd_room(s, cells, 2), *made = simd_room(s, cells, 2);
        c(right, sum, on, about, pull, cells);
        v(made, sum, on, about, pull, cells);
        simd_same(s, made, right, cells, 2);
    }
    const int32_t *on = simd_random_i32(s, CELLS, 0, 5000);
    const int16_t *about = simd_random_i16(s, CELLS, -300, 300);
    int16_t *mean = simd_room(s, CELLS, 2);
    SIMD_BENCH(s, 12 * CELLS, v(mean, on, on, about, 441, CELLS));
}

void check_ratio_row(simd *s)
{
    SIMD_KERNEL(s, ratio_row);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 200), cells = (width + 3) / 4;
        const int16_t *log = simd_random_i16(s, width, 0, LEVEL_MOST);
        const uint8_t *valid = simd_random8(s, width, 0, 1);
        const int32_t *line = simd_random_i32(s, cells + 2, 0, 8 * LEVEL_MOST);
        int16_t *right = simd_room(s, width, 2), *made = simd_room(s, width, 2);
        c(right, log, valid, line + 1, width);
        v(made, log, valid, line + 1, width);
        simd_same(s, made, right, width, 2);
    }
    const int16_t *log = simd_random_i16(s, WIDE, 0, LEVEL_MOST);
    const uint8_t *valid = simd_random8(s, WIDE, 1, 1);
    const int32_t *line = simd_random_i32(s, CELLS + 2, 0, 8 * LEVEL_MOST);
    int16_t *ratio = simd_room(s, WIDE, 2);
    SIMD_BENCH(s, 6 * WIDE, v(ratio, log, valid, line + 1, WIDE));
}
