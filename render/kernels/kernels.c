// kernels.c: the choice of variants.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

void rim_render_kernels_init(rim_render_kernels *k, unsigned cpu)
{
    (void)cpu; // where there is only C
    *k = (rim_render_kernels){
#define X(name) .name = rim_##name##_c,
        RIM_RENDER_KERNELS(X)
#undef X
    };
#define V(kernel, level, bit)                                                          \
    if (cpu & (bit))                                                                   \
        k->kernel = rim_##kernel##_##level;
    RIM_RENDER_VARIANTS(V)
#undef V
}
