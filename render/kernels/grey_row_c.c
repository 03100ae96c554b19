// grey_row_c.c: samples to grey pixels.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

void rim_grey_row_c(uint32_t *dst, const uint16_t *src, const uint8_t tone[65536],
                    int width)
{
    for (int x = 0; x < width; x++)
        dst[x] = 0xff000000u + 0x010101u * tone[src[x]];
}
