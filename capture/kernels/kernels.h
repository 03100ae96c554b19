// kernels.h: the inner loops of capture/, and the table that holds a variant of each.
//
// Made, extended and checked as process/kernels/kernels.h says, with the names
// RIM_CAPTURE_KERNELS and RIM_CAPTURE_VARIANTS.
// SPDX-License-Identifier: MIT
#ifndef RIM_CAPTURE_KERNELS_KERNELS_H
#define RIM_CAPTURE_KERNELS_KERNELS_H

#include "base/cpu.h"

#include <stddef.h>
#include <stdint.h>

// Luma and chroma to red, green, blue in 1/8192, all below 4:
// R = y (Y - y0) + rv (V - 128), G = ... - gu (U - 128) - gv (V - 128), B = ... + bu.
typedef struct rim_yuv_matrix {
    int16_t y0, y, rv, gu, gv, bu;
} rim_yuv_matrix;

// Luma every `luma_step` bytes; chroma every `chroma_step` bytes, one sample for
// 1 << chroma_shift pixels. YUYV: y = src, 2; u = src + 1, v = src + 3, 4; shift 1.
typedef struct rim_yuv_row {
    const uint8_t *y, *u, *v;
    int luma_step, chroma_step, chroma_shift;
} rim_yuv_row;

// A row of `width` pixels as blue, green, red, 255, rounded. Reads exactly the bytes
// that they take; two pixels that share their chroma are both there to be read.
typedef void rim_yuv_bgrx_fn(uint8_t *dst, const rim_yuv_row *src, int width,
                             const rim_yuv_matrix *matrix);

// clang-format off
// Every kernel there is.
#define RIM_CAPTURE_KERNELS(X) \
    X(yuv_bgrx)

// R(kernel, why it takes more than twice as long as a copy of the bytes it reads and
// writes within the first cache).
#define RIM_CAPTURE_REASONS(R) \
    R(yuv_bgrx, "three weighted sums a pixel, cut to 8 bits and put in fours")

// V(kernel, level, bit of base/cpu.h), a kernel's lower levels before its higher.
#if defined(__x86_64__)
#define RIM_CAPTURE_VARIANTS(V) \
    V(yuv_bgrx, avx2, RIM_CPU_AVX2)
#elif defined(__aarch64__)
#define RIM_CAPTURE_VARIANTS(V) \
    V(yuv_bgrx, neon, RIM_CPU_NEON)
#else
#define RIM_CAPTURE_VARIANTS(V)
#endif
// clang-format on

#define X(name) rim_##name##_fn rim_##name##_c;
RIM_CAPTURE_KERNELS(X)
#undef X
#define V(name, level, bit) rim_##name##_fn rim_##name##_##level;
RIM_CAPTURE_VARIANTS(V)
#undef V

typedef struct rim_capture_kernels {
#define X(name) rim_##name##_fn *name;
    RIM_CAPTURE_KERNELS(X)
#undef X
} rim_capture_kernels;

// The fastest variants that `cpu` allows: RIM_CPU_* bits of base/cpu.h, 0 is C.
void rim_capture_kernels_init(rim_capture_kernels *k, unsigned cpu);

#endif
