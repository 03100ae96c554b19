// simd.h: what a check of a kernel is written with.
//
// For each kernel in a table there is check_NAME(), in a file check_*.c here:
//
//     void check_flat_row(simd *s)
//     {
//         SIMD_KERNEL(s, flat_row); // c: the definition; v: the variant on trial
//         while (simd_trial(s)) {
//             const int width = simd_between(s, 1, 300);
//             const uint16_t *src = simd_random16(s, width, 0, 65535);
//             uint16_t *right = simd_room(s, width, sizeof *right);
//             uint16_t *made = simd_room(s, width, sizeof *made);
//             c(right, src, width);
//             v(made, src, width);
//             simd_same(s, made, right, width, sizeof *made);
//         }
//         SIMD_BENCH(s, 4 * 1920, v(to, from, 1920));
//     }
//
// Buffers lie between pages that cannot be touched, flush with the one behind or the
// one before or, at an odd place, in between; the bytes around them must stay what
// they are. They hold for one trial. Everything random comes from a seed that is told
// with what failed. One thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_TESTS_SIMD_SIMD_H
#define RIM_TESTS_SIMD_SIMD_H

#include "capture/kernels/kernels.h"
#include "process/kernels/kernels.h"
#include "render/kernels/kernels.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct simd simd;

typedef void simd_any_fn(void);
typedef void simd_check_fn(simd *s);

// A kernel without a check does not link.
#define X(name) simd_check_fn check_##name;
RIM_CAPTURE_KERNELS(X)
RIM_PROCESS_KERNELS(X)
RIM_RENDER_KERNELS(X)
#undef X

// Declares c and v, of the kernel's type.
#define SIMD_KERNEL(s, name)                                                           \
    rim_##name##_fn *const c = (rim_##name##_fn *)simd_reference(s);                   \
    rim_##name##_fn *const v = (rim_##name##_fn *)simd_variant(s);                     \
    (void)c, (void)v
simd_any_fn *simd_reference(const simd *s);
simd_any_fn *simd_variant(const simd *s);

// True while there is to be another trial; checks the guards of the one before and
// gives its buffers back.
bool simd_trial(simd *s);
// Evenly from lo..hi; trials begin with the smallest: 1st trial lo, 2nd lo + 1, ...
int simd_size(simd *s, int lo, int hi);
// Evenly from lo..hi.
int simd_between(simd *s, int lo, int hi);

// `count` elements between guards, with arbitrary values; up to 16 a trial, each of
// up to 1 MiB.
void *simd_room(simd *s, int count, size_t element);
// The same, filled with values from lo..hi: evenly random, all of one end, ends in
// turn, ends at random, rising, or mostly small. One way for all buffers of a trial.
uint8_t *simd_random8(simd *s, int count, int lo, int hi);
uint16_t *simd_random16(simd *s, int count, int lo, int hi);
int16_t *simd_random_i16(simd *s, int count, int lo, int hi);
int32_t *simd_random_i32(simd *s, int count, int lo, int hi);

// Fails the check where `made` is not `right`.
void simd_same(simd *s, const void *made, const void *right, int count, size_t element);

// Times `call` where timing was asked for; bytes: read and written by one call.
#define SIMD_BENCH(s, bytes, call)                                                     \
    while (simd_bench(s, bytes))                                                       \
    call
bool simd_bench(simd *s, size_t bytes);

#endif
