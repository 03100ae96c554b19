// check_ground.c: the kernels of render/ground and of its strokes.
// SPDX-License-Identifier: MIT
#include "tests/simd/simd.h"

#include <string.h>

enum { WIDE = 1920 };

// Any tones, entry 0 of which changes nothing.
static void any_tones(simd *s, rim_tones *t)
{
    const uint8_t *byte = simd_random8(s, 4 * 256, 0, 255);
    for (int i = 0; i < 256; i++)
        rim_tones_put(t, i, byte[4 * i], byte[4 * i + 1], byte[4 * i + 2],
                      byte[4 * i + 3] + (byte[4 * i + 3] >> 7));
    rim_tones_put(t, 0, 0, 0, 0, 256);
}

// Pixels of which each X is 255, in two copies.
static void two_rows(simd *s, uint8_t **a, uint8_t **b, int width)
{
    const uint8_t *from = simd_random8(s, 4 * width, 0, 255);
    *a = simd_room(s, 4 * width, 1);
    *b = simd_room(s, 4 * width, 1);
    for (int i = 0; i < 4 * width; i++)
        (*a)[i] = (*b)[i] = i % 4 == 3 ? 255 : from[i];
}

void check_blend(simd *s)
{
    SIMD_KERNEL(s, blend);
    static rim_tones tones;
    uint8_t *right, *made;
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 300);
        any_tones(s, &tones);
        uint8_t *index = simd_random8(s, width, 0, 255);
        const int from = simd_between(s, 0, width), to = simd_between(s, 0, width);
        if (from < to) // long runs of nothing
            memset(index + from, 0, (size_t)(to - from));
        two_rows(s, &right, &made, width);
        c(right, index, &tones, width);
        v(made, index, &tones, width);
        simd_same(s, made, right, 4 * width, 1);
    }
    any_tones(s, &tones);
    const uint8_t *index = simd_random8(s, WIDE, 1, 255);
    two_rows(s, &right, &made, WIDE);
    SIMD_BENCH(s, 9 * WIDE, v(made, index, &tones, WIDE));
}

void check_spread(simd *s)
{
    SIMD_KERNEL(s, spread);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 300), nodes = width / 4 + 9;
        const int16_t *top = simd_random_i16(s, nodes, -2000, 2000);
        const int16_t *bottom = simd_random_i16(s, nodes, -2000, 2000);
        const int down = simd_between(s, 0, 3);
        uint8_t *right = simd_room(s, width, 1), *made = simd_room(s, width, 1);
        c(right, top, bottom, down, width);
        v(made, top, bottom, down, width);
        simd_same(s, made, right, width, 1);
    }
    const int16_t *top = simd_random_i16(s, WIDE / 4 + 9, -1020, 1020);
    const int16_t *bottom = simd_random_i16(s, WIDE / 4 + 9, -1020, 1020);
    uint8_t *level = simd_room(s, WIDE, 1);
    SIMD_BENCH(s, 2 * WIDE, v(level, top, bottom, 1, WIDE));
}

static rim_piece any_piece(simd *s)
{
    static const float way[][2] = {{1, 0},           {0, -1},         {0.6F, 0.8F},
                                   {-0.8F, 0.6F},    {0.96F, -0.28F}, {-1, 0},
                                   {0.9998F, 0.02F}, {0.28F, 0.96F}};
    const float *u = way[simd_between(s, 0, 7)];
    return (rim_piece){
        .ux = u[0], .uy = u[1], .length = (float)simd_between(s, 0, 300 * 256) / 256};
}

void check_near(simd *s)
{
    SIMD_KERNEL(s, near);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 100), reach = simd_between(s, 1, 255);
        const rim_piece piece = any_piece(s);
        const float x = (float)simd_between(s, -60 * 256, 20 * 256) / 256;
        const float y = (float)simd_between(s, -30 * 256, 30 * 256) / 256;
        uint8_t *made = simd_random8(s, width, 0, 255), *right = simd_room(s, width, 1);
        memcpy(right, made, (size_t)width);
        c(right, &piece, x, y, reach, width);
        v(made, &piece, x, y, reach, width);
        simd_same(s, made, right, width, 1);
    }
    const rim_piece piece = {.ux = 0.6F, .uy = 0.8F, .length = 8};
    uint8_t *near = simd_room(s, 24, 1);
    SIMD_BENCH(s, 48, v(near, &piece, -10.5F, 3.5F, 120, 24));
}

void check_grey(simd *s)
{
    SIMD_KERNEL(s, grey);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 200), bits = simd_between(s, 8, 16);
        const int black = simd_between(s, 0, (1 << bits) - 2);
        const float gain = 65025.0F / (float)((1 << bits) - 1 - black);
        const uint16_t *src = simd_random16(s, width, 0, 65535);
        uint8_t *right = simd_room(s, 4 * width, 1);
        uint8_t *made = simd_room(s, 4 * width, 1);
        c(right, src, black, gain, width);
        v(made, src, black, gain, width);
        simd_same(s, made, right, 4 * width, 1);
    }
    const uint16_t *src = simd_random16(s, WIDE, 0, 4095);
    uint8_t *dst = simd_room(s, 4 * WIDE, 1);
    SIMD_BENCH(s, 6 * WIDE, v(dst, src, 64, 65025.0F / 4031, WIDE));
}

void check_nodes(simd *s)
{
    enum { SIDE = 40, ROW = SIDE + 3, NODES = WIDE / 4 };
    SIMD_KERNEL(s, nodes);
    while (simd_trial(s)) {
        const int count = simd_size(s, 1, 60), last = (SIDE - 1) << 16;
        rim_node_map m = {.data = simd_random16(s, ROW * (SIDE - 1) + SIDE, 0, 65535),
                          .stride = 2 * ROW,
                          .right = last,
                          .bottom = last,
                          .margin = simd_between(s, 0, 300000),
                          .low = simd_between(s, 256, 2000),
                          .range = simd_between(s, 25, 51200)};
        m.gain = 4 * 255 * 65536 / m.range;
        int32_t *x = simd_random_i32(s, count, -400000, last + 400000);
        const int32_t *y = simd_random_i32(s, count, -400000, last + 400000);
        x[simd_between(s, 0, count - 1)] = INT32_MIN; // no partner
        int16_t *right = simd_room(s, count, sizeof *right);
        int16_t *made = simd_room(s, count, sizeof *made);
        c(right, x, y, &m, count);
        v(made, x, y, &m, count);
        simd_same(s, made, right, count, sizeof *made);
    }
    int32_t *x = simd_room(s, NODES, sizeof *x), *y = simd_room(s, NODES, sizeof *y);
    for (int i = 0; i < NODES; i++) {
        x[i] = i * 32768;
        y[i] = 200 * i;
    }
    const rim_node_map m = {.data = simd_random16(s, 4 * 256, 0, 2000),
                            .stride = 2 * 256,
                            .right = 255 << 16,
                            .bottom = 3 << 16,
                            .low = 333,
                            .range = 947,
                            .gain = 4 * 255 * 65536 / 947};
    int16_t *node = simd_room(s, NODES, sizeof *node);
    SIMD_BENCH(s, 12 * NODES, v(node, x, y, &m, NODES));
}

void check_sample(simd *s)
{
    enum { SIDE = 64, ROW = SIDE + 3 };
    SIMD_KERNEL(s, sample);
    while (simd_trial(s)) {
        const int count = simd_size(s, 1, 40), most = ((SIDE - 1) << 16) - 1;
        const uint16_t *src = simd_random16(s, ROW * (SIDE - 1) + SIDE, 0, 65535);
        const int u = simd_between(s, 0, most), v0 = simd_between(s, 0, most);
        const int u1 = simd_between(s, 0, most), v1 = simd_between(s, 0, most);
        uint16_t *right = simd_room(s, count, sizeof *right);
        uint16_t *made = simd_room(s, count, sizeof *made);
        c(right, src, 2 * ROW, u, v0, (u1 - u) / count, (v1 - v0) / count, count);
        v(made, src, 2 * ROW, u, v0, (u1 - u) / count, (v1 - v0) / count, count);
        simd_same(s, made, right, count, sizeof *made);
    }
    const uint16_t *src = simd_random16(s, 2 * WIDE, 0, 4095);
    uint16_t *dst = simd_room(s, 8, sizeof *dst);
    SIMD_BENCH(s, 16 + 32, v(dst, src, 2 * WIDE, 700000, 30000, 65000, 300, 8));
}
