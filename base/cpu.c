// cpu.c: what the machine can do.
// SPDX-License-Identifier: MIT
#include "base/cpu.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    unsigned bits;
} levels[] = {
    {"c", 0},
    {"sse41", RIM_CPU_SSE41},
    {"avx2", RIM_CPU_SSE41 | RIM_CPU_AVX2},
    {"avx512", RIM_CPU_SSE41 | RIM_CPU_AVX2 | RIM_CPU_AVX512},
    {"neon", RIM_CPU_NEON},
};
enum { LEVELS = sizeof levels / sizeof levels[0] };

const char *rim_cpu_level(int i)
{
    return i >= 0 && i < LEVELS ? levels[i].name : NULL;
}

unsigned rim_cpu_detect(void)
{
    unsigned cpu = 0;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("sse4.1"))
        cpu |= RIM_CPU_SSE41;
    if (cpu && __builtin_cpu_supports("avx2"))
        cpu |= RIM_CPU_AVX2;
    if ((cpu & RIM_CPU_AVX2) && __builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi"))
        cpu |= RIM_CPU_AVX512;
#elif defined(__aarch64__)
    cpu = RIM_CPU_NEON; // part of every ARMv8-A
#endif
    return cpu;
}

rim_err rim_cpu_from_name(unsigned *cpu, const char *name)
{
    for (int i = 0; i < LEVELS; i++)
        if (strcmp(name, levels[i].name) == 0) {
            *cpu = levels[i].bits;
            return (rim_cpu_detect() & *cpu) == *cpu ? RIM_OK : RIM_ERR_UNSUPPORTED;
        }
    return RIM_ERR_ARG;
}

const char *rim_cpu_name(unsigned cpu)
{
    const char *name = "c";
    for (int i = 0; i < LEVELS; i++)
        if ((cpu & levels[i].bits) == levels[i].bits && levels[i].bits)
            name = levels[i].name;
    return name;
}
