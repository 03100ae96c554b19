// simd_internal.h: the state of the harness.
// SPDX-License-Identifier: MIT
#ifndef RIM_TESTS_SIMD_SIMD_INTERNAL_H
#define RIM_TESTS_SIMD_SIMD_INTERNAL_H

#include "tests/simd/simd.h"

#define SIMD_BUFFERS      16
#define SIMD_BUFFER_BYTES ((size_t)1 << 20)
#define SIMD_WAYS         8
#define SIMD_BATCHES      101

typedef struct simd_buffer {
    uint8_t *arena; // SIMD_BUFFER_BYTES between two pages without access
    size_t offset, bytes;
} simd_buffer;

struct simd {
    simd_any_fn *reference, *variant;
    const char *kernel, *level;
    uint64_t seed, state; // of a kernel's trials; the generator
    int trials, trial;    // how many, the one under way (from 0)
    int way;              // of filling, 0..SIMD_WAYS - 1
    simd_buffer buffer[SIMD_BUFFERS];
    int used;
    bool failed; // this kernel at this level

    bool bench;
    int calls, call, batch; // a batch is `calls` calls
    int64_t start_ns;
    double batch_ns[SIMD_BATCHES];
    size_t bytes;
};

void simd_arenas_init(simd *s);
uint32_t simd_next(simd *s);
void simd_check_guards(simd *s);
__attribute__((format(printf, 2, 3))) void simd_fail(simd *s, const char *format, ...);

#endif
