// kernels.h: the inner loops of render/, and the table that holds a variant of each.
//
// Made, extended and checked as process/kernels/kernels.h says, with the names
// RIM_RENDER_KERNELS and RIM_RENDER_VARIANTS. near and grey have floats inside: sums,
// products and square roots in single precision, each rounded as IEEE 754 says and none
// contracted, so that they too come out the same everywhere.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_KERNELS_KERNELS_H
#define RIM_RENDER_KERNELS_KERNELS_H

#include "base/cpu.h"

#include <stddef.h>
#include <stdint.h>

// 256 ways to lay a colour over a pixel: what is added to blue, green and red, and how
// much of the pixel is kept. The same numbers twice, since some machines look up pixels
// and some bytes. Filled by rim_tones_set().
typedef struct rim_tones {
    uint8_t pixel[256][4]; // blue, green, red, keep
    uint8_t plane[4][256]; // the same, blue first
} rim_tones;

// Entry 0..255. alpha: 0..256, how much of the colour is seen; added is colour * alpha
// / 256, rounded; keep is (256 - alpha), one less from 128 on, to fit a byte.
void rim_tones_set(rim_tones *t, int entry, int blue, int green, int red, int alpha);
// Two layers as one: what is `kept` of the pixel (0..256), and blue, green, red added.
void rim_tones_put(rim_tones *t, int entry, int blue, int green, int red, int kept);

// Each pixel (BGRX8 in memory) by the tone of its index:
//
//     keep = tone.keep + (tone.keep >> 7)
//     byte = min(255, tone.byte + ((byte * keep + 128) >> 8)), X = 255
//
// Entry 0 must change nothing: pixels of index 0 may be passed over.
typedef void rim_blend_fn(uint8_t *pixel, const uint8_t *index, const rim_tones *tones,
                          int width);

// The same, by levels between nodes 4 pixels apart; pixel x lies between nodes x / 4 and
// x / 4 + 1, `down` (0..3) of 4 rows below `top` and above `bottom`:
//
//     n(i)  = 4 * top[i] + (bottom[i] - top[i]) * down
//     level = clamp((4 * n(i) + (n(i + 1) - n(i)) * (x & 3) + 32) >> 6, 0, 255)
//
// Nodes: -2000..2000, levels times 4; width / 4 + 9 of them must be there to be read.
typedef void rim_veil_fn(uint8_t *pixel, const int16_t *top, const int16_t *bottom,
                         int down, const rim_tones *tones, int width);

// One colour (a pixel as it lies in memory) over a row, alpha 0..256 of it:
//
//     byte = (byte * (256 - alpha) + color.byte * alpha + 128) >> 8
typedef void rim_shade_fn(uint8_t *pixel, uint32_t color, int alpha, int width);

// The same with the alpha of each pixel: its cover + 1 where it has any, else 0. A
// block of width x height pixels; strides in bytes.
typedef void rim_ink_fn(uint8_t *pixel, ptrdiff_t stride, const uint8_t *cover,
                        ptrdiff_t cover_stride, uint32_t color, int width, int height);

typedef struct rim_rect {
    int x0, y0, x1, y1; // px, half open
} rim_rect;

// A straight piece of a line; lengths in pixels, pixel centres at halves.
typedef struct rim_piece {
    float x, y;          // where it starts
    float ux, uy;        // its direction, of length 1
    float length;        //
    float before, after; // how far beyond its ends anything of it is seen
} rim_piece;

// Notes for pixels of `box` how near they are to the piece: near = max(near, 255 - d),
// where d is the distance in 1/16 px, rounded down, if it is below `reach` (1..255).
// Which pixels are asked stands in near_rows.h: all within reach that have no other
// piece of the line nearer. near: of the box from its top left pixel on; its stride in
// bytes.
typedef void rim_near_fn(uint8_t *near, ptrdiff_t stride, const rim_rect *box,
                         const rim_piece *piece, int reach);

// The fixed tone curve: grey pixels (BGRX8) of samples,
//
//     (int)sqrtf(min(max(sample - black, 0) * gain, 255 * 255))
typedef void rim_grey_fn(uint8_t *pixel, const uint16_t *sample, int black, float gain,
                         int width);

// Bilinear samples of a picture at (u + i du, v + i dv), Q16 pixels, to 1/256 px. All of
// them must lie within [0, width - 1) and [0, height - 1) of it. stride in bytes.
typedef void rim_sample_fn(uint16_t *dst, const uint16_t *src, ptrdiff_t stride,
                           int32_t u, int32_t v, int32_t du, int32_t dv, int count);

// A map of signal over background, and what it is worth on the colour scale.
typedef struct rim_node_map {
    const uint16_t *data;
    ptrdiff_t stride;      // bytes
    int32_t right, bottom; // of its last pixel's centre, Q16 pixels, 1 << 16 or more
    int32_t margin;        // so far beyond its pixels' centres it still tells, Q16
    int32_t low, range; // of the scale, in the map's numbers; range * gain below 2^31
    int32_t gain;       // to 1/65536 of a node of rim_veil_fn
} rim_node_map;

// Nodes for rim_veil_fn: the map at (u[i], v[i]), Q16, bilinear to 1/256 px, what lies
// beyond the pixels' centres like the nearest of them, and 0 from the margin on:
//
//     node = (clamp(signal - low, -range, range) * gain) >> 16
typedef void rim_nodes_fn(int16_t *node, const int32_t *u, const int32_t *v,
                          const rim_node_map *map, int count);

// A row of a picture (BGRX8) between two others, `fy` / 256 from `above` to `below`, at
// u + x du, Q16 pixels, to 1/256 px: by bytes, with i = (u + x du) >> 16,
//
//     lerp(p, q, f) = (p * (256 - f) + q * f + 128) >> 8
//     v(i) = lerp(above[i], below[i], fy)
//     dst  = lerp(v(i), v(i + 1), (u + x du) >> 8 & 255)
//
// fy: 0..255; every i and i + 1 must be there.
typedef void rim_stretch_fn(uint8_t *dst, const uint8_t *above, const uint8_t *below,
                            int fy, int32_t u, int32_t du, int width);

// The means, rounded, of taps x taps (2..4) samples a pixel, of `taps` rows where
//
//     (u + x du + (2 i + 1 - taps) du / (2 taps) + 32768) >> 16, i = 0 .. taps - 1,
//
// lie, no lower than 0 and no higher than `last`. du: below 2^28.
typedef void rim_shrink_fn(uint8_t *dst, const uint8_t *const *row, int taps, int32_t u,
                           int32_t du, int last, int width);

// clang-format off
// Every kernel there is.
#define RIM_RENDER_KERNELS(X) \
    X(blend) X(veil) X(shade) X(ink) X(near) X(grey) X(nodes) X(sample) \
    X(stretch) X(shrink)

// R(kernel, why it takes more than twice as long as a copy of the bytes it reads and
// writes within the first cache).
#define RIM_RENDER_REASONS(R) \
    R(blend, "a colour of a table and three products for each pixel") \
    R(veil, "levels between nodes, a tone of a table and three products for each pixel") \
    R(shade, "a product for each byte") \
    R(ink, "three products for each pixel, in blocks a few pixels wide") \
    R(near, "a distance from a line, with its square root, for each pixel") \
    R(grey, "a square root for each pixel") \
    R(nodes, "four pixels gathered, limits and a product of 32 bits for each node") \
    R(sample, "four pixels gathered for each one") \
    R(stretch, "four pixels of four bytes with weights for each one") \
    R(shrink, "four to sixteen pixels for each one")

// V(kernel, level, bit of base/cpu.h), a kernel's lower levels before its higher.
#if defined(__x86_64__)
#define RIM_RENDER_VARIANTS(V) \
    V(blend, avx2, RIM_CPU_AVX2) \
    V(blend, avx512, RIM_CPU_AVX512) \
    V(veil, avx2, RIM_CPU_AVX2) \
    V(veil, avx512, RIM_CPU_AVX512) \
    V(shade, avx2, RIM_CPU_AVX2) \
    V(ink, avx2, RIM_CPU_AVX2) \
    V(ink, avx512, RIM_CPU_AVX512) \
    V(near, avx2, RIM_CPU_AVX2) \
    V(near, avx512, RIM_CPU_AVX512) \
    V(grey, avx2, RIM_CPU_AVX2) \
    V(nodes, avx2, RIM_CPU_AVX2) \
    V(nodes, avx512, RIM_CPU_AVX512) \
    V(sample, avx2, RIM_CPU_AVX2) \
    V(stretch, avx2, RIM_CPU_AVX2) \
    V(shrink, avx2, RIM_CPU_AVX2)
#elif defined(__aarch64__)
#define RIM_RENDER_VARIANTS(V) \
    V(blend, neon, RIM_CPU_NEON) \
    V(veil, neon, RIM_CPU_NEON) \
    V(shade, neon, RIM_CPU_NEON) \
    V(ink, neon, RIM_CPU_NEON) \
    V(near, neon, RIM_CPU_NEON) \
    V(grey, neon, RIM_CPU_NEON) \
    V(nodes, neon, RIM_CPU_NEON) \
    V(sample, neon, RIM_CPU_NEON) \
    V(stretch, neon, RIM_CPU_NEON) \
    V(shrink, neon, RIM_CPU_NEON)
#else
#define RIM_RENDER_VARIANTS(V)
#endif
// clang-format on

#define X(name) rim_##name##_fn rim_##name##_c;
RIM_RENDER_KERNELS(X)
#undef X
#define V(name, level, bit) rim_##name##_fn rim_##name##_##level;
RIM_RENDER_VARIANTS(V)
#undef V

typedef struct rim_render_kernels {
#define X(name) rim_##name##_fn *name;
    RIM_RENDER_KERNELS(X)
#undef X
} rim_render_kernels;

// The fastest variants that `cpu` allows: RIM_CPU_* bits of base/cpu.h, 0 is C.
void rim_render_kernels_init(rim_render_kernels *k, unsigned cpu);

#endif
