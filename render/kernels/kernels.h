// kernels.h: the inner loops of render/, and the table that holds a variant of each.
//
// Made, extended and checked as process/kernels/kernels.h says, with the names
// RIM_RENDER_KERNELS and RIM_RENDER_VARIANTS.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_KERNELS_KERNELS_H
#define RIM_RENDER_KERNELS_KERNELS_H

#include "base/cpu.h"

#include <stdint.h>

// Samples to BGRX grey by a tone curve: dst = 0xff000000 + 0x010101 * tone[src].
typedef void rim_grey_row_fn(uint32_t *dst, const uint16_t *src,
                             const uint8_t tone[65536], int width);

// clang-format off
// Every kernel there is.
#define RIM_RENDER_KERNELS(X) \
    X(grey_row)

// V(kernel, level, bit of base/cpu.h), a kernel's lower levels before its higher.
#if defined(__x86_64__)
#define RIM_RENDER_VARIANTS(V)
#elif defined(__aarch64__)
#define RIM_RENDER_VARIANTS(V)
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
