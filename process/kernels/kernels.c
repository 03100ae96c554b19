// kernels.c: the choice of variants.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

void rim_process_kernels_init(rim_process_kernels *k, unsigned cpu)
{
    (void)cpu; // where there is only C
    *k = (rim_process_kernels){
#define X(name) .name = rim_##name##_c,
        RIM_PROCESS_KERNELS(X)
#undef X
    };
#define V(kernel, level, bit)                                                          \
    if (cpu & (bit))                                                                   \
        k->kernel = rim_##kernel##_##level;
    RIM_PROCESS_VARIANTS(V)
#undef V
}
