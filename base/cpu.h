// cpu.h: instruction sets that kernels may use. Results never depend on them.
// SPDX-License-Identifier: MIT
#ifndef RIM_BASE_CPU_H
#define RIM_BASE_CPU_H

#include "base/err.h"

// Bits; 0 is plain C. A level holds the bits of the levels below it.
enum {
    RIM_CPU_SSE41 = 1,
    RIM_CPU_AVX2 = 2,
    RIM_CPU_AVX512 = 4, // F, BW, DQ, VL and VBMI
    RIM_CPU_NEON = 8,
};

// What this machine has.
unsigned rim_cpu_detect(void);
// The names of the levels, from the lowest, for i = 0, 1, ...; NULL after the last.
const char *rim_cpu_level(int i);
// The bits of a level by its name: "c", "sse41", "avx2", "avx512", "neon".
// RIM_ERR_ARG: no such name; RIM_ERR_UNSUPPORTED: this machine has it not.
RIM_NODISCARD rim_err rim_cpu_from_name(unsigned *cpu, const char *name);
// The name of the highest level in `cpu`.
const char *rim_cpu_name(unsigned cpu);

#endif
