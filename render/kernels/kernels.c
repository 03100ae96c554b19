// kernels.c: the table; tones.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

void rim_render_kernels_init(rim_render_kernels *k, unsigned cpu)
{
#define X(name) k->name = rim_##name##_c;
    RIM_RENDER_KERNELS(X)
#undef X
#define V(name, level, bit)                                                            \
    if (cpu & (bit))                                                                   \
        k->name = rim_##name##_##level;
    RIM_RENDER_VARIANTS(V)
#undef V
    (void)cpu; // where there are no variants
}

void rim_tones_put(rim_tones *t, int entry, int blue, int green, int red, int kept)
{
    const uint8_t byte[4] = {(uint8_t)blue, (uint8_t)green, (uint8_t)red,
                             (uint8_t)(kept >= 128 ? kept - 1 : kept)};
    for (int i = 0; i < 4; i++)
        t->pixel[entry][i] = t->plane[i][entry] = byte[i];
}

void rim_tones_set(rim_tones *t, int entry, int blue, int green, int red, int alpha)
{
    rim_tones_put(t, entry, (blue * alpha + 128) >> 8, (green * alpha + 128) >> 8,
                  (red * alpha + 128) >> 8, 256 - alpha);
}
