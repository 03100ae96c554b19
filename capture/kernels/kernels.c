// kernels.c: the choice of variants.
// SPDX-License-Identifier: MIT
#include "capture/kernels/kernels.h"

void rim_capture_kernels_init(rim_capture_kernels *k, unsigned cpu)
{
    (void)cpu; // where there is only C
    *k = (rim_capture_kernels){
#define X(name) .name = rim_##name##_c,
        RIM_CAPTURE_KERNELS(X)
#undef X
    };
#define V(kernel, level, bit)                                                          \
    if (cpu & (bit))                                                                   \
        k->kernel = rim_##kernel##_##level;
    RIM_CAPTURE_VARIANTS(V)
#undef V
}
