// sample_ray_c.c: bilinear samples along a ray.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

uint64_t rim_sample_ray_c(int16_t *dst, const int16_t *plane, int width, int32_t x,
                          int32_t y, int32_t dx, int32_t dy, int n)
{
    uint64_t known = 0;
    for (int k = 0; k < n; k++, x += dx, y += dy) {
        const int16_t *p = plane + (y >> 16) * width + (x >> 16);
        const int fx = x >> 8 & 255, fy = y >> 8 & 255;
        const int top = p[0] * (256 - fx) + p[1] * fx;
        const int bottom = p[width] * (256 - fx) + p[width + 1] * fx;
        dst[k] = (int16_t)((top * (256 - fy) + bottom * fy + 32768) >> 16);
        known |= (uint64_t)(p[0] & 1) << k;
    }
    return known;
}

void rim_known_row_c(int16_t *restrict dst, const int16_t *restrict ratio,
                     const uint8_t *restrict above, const uint8_t *restrict below,
                     int width)
{
    for (int x = 0; x + 1 < width; x++)
        dst[x] = (int16_t)((ratio[x] & ~1) |
                           (above[x] & above[x + 1] & below[x] & below[x + 1]));
    dst[width - 1] = (int16_t)(ratio[width - 1] & ~1);
}
