// kernels.h: the inner loops of process/, and the table that holds a variant of each.
//
// A kernel is NAME_c.c, the definition, and what is faster and gives the same bits:
// NAME_x86.c, NAME_neon.c. To add one: its type here, its name in RIM_PROCESS_KERNELS,
// its variants in RIM_PROCESS_VARIANTS, its files in process/CMakeLists.txt, and
// check_NAME() in tests/simd/, without which tests/simd does not link. render/kernels/
// is made in the same way.
//
// A kernel keeps no state, takes no memory, reads and writes nothing outside of what
// it is given, and asks for no alignment beyond its types'. Integers; where a float
// helps inside, the result is proved to be the integers' own.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_KERNELS_KERNELS_H
#define RIM_PROCESS_KERNELS_KERNELS_H

#include "base/cpu.h"

#include <stddef.h>
#include <stdint.h>

// Raw rows, lone bright pixels cut down to their neighbours l and r, added up by
// columns; the first and last pixel of a row have no two neighbours and stay:
//
//     cut    = min(src, max(l, r) + ((l + r) >> 3) + margin)
//     sum[x] = sum of cut + (number of cut >= full) << RIM_FULL_SHIFT
//
// rows: 1..16; width >= 1; margin, full: 0..65535, full above 0. stride in bytes.
#define RIM_FULL_SHIFT 24
typedef void rim_add_columns_fn(uint32_t *sum, const uint16_t *src, ptrdiff_t stride,
                                int rows, int width, int margin, int full);

// Bilinear samples of a plane with rows of `width`, from (x, y) on by steps of (dx, dy),
// all Q16; the weights are Q8. Returns a bit for each sample, the lowest first: that of
// plane[y][x], which says that it and its neighbours right and below are known.
//
// n: 1..64 samples. Of all of them 0 <= x < (width - 1) << 16, and likewise y.
typedef uint64_t rim_sample_ray_fn(int16_t *dst, const int16_t *plane, int width,
                                   int32_t x, int32_t y, int32_t dx, int32_t dy, int n);

// clang-format off
// Every kernel there is.
#define RIM_PROCESS_KERNELS(X) \
    X(add_columns) \
    X(sample_ray)

// V(kernel, level, bit of base/cpu.h), a kernel's lower levels before its higher.
#if defined(__x86_64__)
#define RIM_PROCESS_VARIANTS(V) \
    V(add_columns, avx2, RIM_CPU_AVX2) \
    V(sample_ray, avx2, RIM_CPU_AVX2)
#elif defined(__aarch64__)
#define RIM_PROCESS_VARIANTS(V) \
    V(add_columns, neon, RIM_CPU_NEON)
#else
#define RIM_PROCESS_VARIANTS(V)
#endif
// clang-format on

#define X(name) rim_##name##_fn rim_##name##_c;
RIM_PROCESS_KERNELS(X)
#undef X
#define V(name, level, bit) rim_##name##_fn rim_##name##_##level;
RIM_PROCESS_VARIANTS(V)
#undef V

typedef struct rim_process_kernels {
#define X(name) rim_##name##_fn *name;
    RIM_PROCESS_KERNELS(X)
#undef X
} rim_process_kernels;

// The fastest variants that `cpu` allows: RIM_CPU_* bits of base/cpu.h, 0 is C.
void rim_process_kernels_init(rim_process_kernels *k, unsigned cpu);

#endif
