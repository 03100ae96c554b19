// shade_c.c: one colour over a row of the picture.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <string.h>

void rim_shade_c(uint8_t *pixel, uint32_t color, int alpha, int width)
{
    const uint32_t even = 0x00ff00ff, half = 0x00800080;
    const uint32_t more = (uint32_t)alpha, keep = 256 - more;
    const uint32_t low_add = (color & even) * more + half;
    const uint32_t high_add = (color >> 8 & even) * more + half;
    for (int x = 0; x < width; x++, pixel += 4) {
        uint32_t p;
        memcpy(&p, pixel, sizeof p);
        const uint32_t low = (p & even) * keep + low_add;
        const uint32_t high = (p >> 8 & even) * keep + high_add;
        p = (low >> 8 & even) | (high & ~even);
        memcpy(pixel, &p, sizeof p);
    }
}
