// ink_c.c: one colour over the covered pixels of a block.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

void rim_ink_c(uint8_t *pixel, ptrdiff_t stride, const uint8_t *cover,
               ptrdiff_t cover_stride, uint32_t color, int width, int height)
{
    for (int y = 0; y < height; y++, pixel += stride, cover += cover_stride)
        for (int x = 0; x < width; x++)
            if (cover[x])
                rim_shade_c(pixel + 4 * (ptrdiff_t)x, color, cover[x] + 1, 1);
}
