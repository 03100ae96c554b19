// stretch_c.c: a row between two rows of a picture, at another step.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <string.h>

static uint32_t pixel_at(const uint8_t *row, int32_t i)
{
    uint32_t p;
    memcpy(&p, row + 4 * (ptrdiff_t)i, sizeof p);
    return p;
}

static uint32_t lerp(uint32_t a, uint32_t b, uint32_t f)
{
    const uint32_t even = 0x00ff00ff, half = 0x00800080;
    const uint32_t low = (a & even) * (256 - f) + (b & even) * f + half;
    const uint32_t high = (a >> 8 & even) * (256 - f) + (b >> 8 & even) * f + half;
    return (low >> 8 & even) | (high & ~even);
}

void rim_stretch_c(uint8_t *dst, const uint8_t *above, const uint8_t *below, int fy,
                   int32_t u, int32_t du, int width)
{
    const uint32_t down = (uint32_t)fy;
    for (int x = 0; x < width; x++, u += du, dst += 4) {
        const int32_t i = u >> 16;
        const uint32_t left = lerp(pixel_at(above, i), pixel_at(below, i), down);
        const uint32_t right =
            lerp(pixel_at(above, i + 1), pixel_at(below, i + 1), down);
        const uint32_t p = lerp(left, right, (uint32_t)u >> 8 & 255);
        memcpy(dst, &p, sizeof p);
    }
}
