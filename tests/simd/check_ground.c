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

void check_veil(simd *s)
{
    SIMD_KERNEL(s, veil);
    static rim_tones tones;
    uint8_t *right, *made;
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 300), nodes = width / 4 + 9;
        const int most = simd_between(s, 0, 3) ? 2000 : 2; // or next to nothing
        any_tones(s, &tones);
        const int16_t *top = simd_random_i16(s, nodes, -2000, most);
        int16_t *bottom = simd_random_i16(s, nodes, -2000, most);
        const int from = simd_between(s, 0, nodes), to = simd_between(s, 0, nodes);
        for (int i = from; i < to; i++) // long runs of nothing
            bottom[i] = (int16_t)simd_between(s, 0, 2);
        const int down = simd_between(s, 0, 3);
        two_rows(s, &right, &made, width);
        c(right, top, bottom, down, &tones, width);
        v(made, top, bottom, down, &tones, width);
        simd_same(s, made, right, 4 * width, 1);
    }
    any_tones(s, &tones);
    const int16_t *top = simd_random_i16(s, WIDE / 4 + 9, 4, 1020);
    const int16_t *bottom = simd_random_i16(s, WIDE / 4 + 9, 4, 1020);
    two_rows(s, &right, &made, WIDE);
    SIMD_BENCH(s, 9 * WIDE, v(made, top, bottom, 1, &tones, WIDE));
}

void check_shade(simd *s)
{
    SIMD_KERNEL(s, shade);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 100), alpha = simd_between(s, 0, 256);
        const uint32_t color = (uint32_t)simd_between(s, 0, INT32_MAX) * 2U;
        uint8_t *made = simd_random8(s, 4 * width, 0, 255);
        uint8_t *right = simd_room(s, 4 * width, 1);
        memcpy(right, made, 4 * (size_t)width);
        c(right, color, alpha, width);
        v(made, color, alpha, width);
        simd_same(s, made, right, 4 * width, 1);
    }
    uint8_t *pixel = simd_random8(s, 4 * WIDE, 0, 255);
    SIMD_BENCH(s, 8 * WIDE, v(pixel, 0xff201810, 190, WIDE));
}

void check_ink(simd *s)
{
    enum { GLYPH = 12 };
    SIMD_KERNEL(s, ink);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 60), height = simd_between(s, 1, 20);
        const int more = simd_between(s, 0, 9), row = width + more;
        const uint32_t color = (uint32_t)simd_between(s, 0, INT32_MAX) * 2U;
        const int pixels = row * (height - 1) + width;
        const uint8_t *cover = simd_random8(s, pixels, 0, 255);
        uint8_t *made = simd_random8(s, 4 * pixels, 0, 255);
        uint8_t *right = simd_room(s, 4 * pixels, 1);
        memcpy(right, made, 4 * (size_t)pixels);
        c(right, 4 * row, cover, row, color, width, height);
        v(made, 4 * row, cover, row, color, width, height);
        simd_same(s, made, right, 4 * pixels, 1);
    }
    const uint8_t *cover = simd_random8(s, GLYPH * GLYPH, 0, 255);
    uint8_t *pixel = simd_room(s, 4 * GLYPH * GLYPH, 1);
    SIMD_BENCH(s, 9 * GLYPH * GLYPH,
               v(pixel, 4 * GLYPH, cover, GLYPH, 0xffc08040, GLYPH, GLYPH));
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
    enum { LONG = 32 };
    SIMD_KERNEL(s, near);
    while (simd_trial(s)) {
        const int width = simd_size(s, 1, 100), height = simd_between(s, 1, 60);
        const int reach = simd_between(s, 1, 255), bytes = width * height;
        rim_piece piece = any_piece(s);
        piece.x = (float)simd_between(s, -20 * 256, 80 * 256) / 256;
        piece.y = (float)simd_between(s, -20 * 256, 80 * 256) / 256;
        piece.before = (float)simd_between(s, 0, 17 * 256) / 256;
        piece.after = (float)simd_between(s, 0, 17 * 256) / 256;
        const int x0 = simd_between(s, 0, width - 1),
                  y0 = simd_between(s, 0, height - 1);
        const rim_rect box = {x0, y0, simd_between(s, x0 + 1, width),
                              simd_between(s, y0 + 1, height)};
        uint8_t *made = simd_random8(s, bytes, 0, 255), *right = simd_room(s, bytes, 1);
        memcpy(right, made, (size_t)bytes);
        const ptrdiff_t corner = (ptrdiff_t)y0 * width + x0;
        c(right + corner, width, &box, &piece, reach);
        v(made + corner, width, &box, &piece, reach);
        simd_same(s, made, right, bytes, 1);
    }
    const rim_piece piece = {.x = 12, .y = 12, .ux = 0.6F, .uy = 0.8F, .length = 8};
    const rim_rect box = {0, 0, LONG, LONG};
    uint8_t *near = simd_room(s, LONG * LONG, 1);
    SIMD_BENCH(s, 2 * 19 * 17, v(near, LONG, &box, &piece, 90));
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
        int32_t *y = simd_random_i32(s, count, -400000, last + 400000);
        if (simd_between(s, 0, 1)) { // along a row, as they mostly lie
            const int step = simd_between(s, -20000, 140000);
            const int down = simd_between(s, 0, 5) ? 0 : simd_between(s, 0, 9000);
            for (int i = 1; i < count; i++) {
                x[i] = x[i - 1] + step;
                y[i] = y[i - 1] + down;
            }
        }
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
        y[i] = 100000 + 20 * i;
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
