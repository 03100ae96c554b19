// sample_c.c: bilinear samples along a straight run.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

void rim_sample_c(uint16_t *dst, const uint16_t *src, ptrdiff_t stride, int32_t u,
                  int32_t v, int32_t du, int32_t dv, int count)
{
    for (int i = 0; i < count; i++, u += du, v += dv) {
        const char *at = (const char *)src + (v >> 16) * stride;
        const uint16_t *row = (const uint16_t *)(const void *)at + (u >> 16);
        const uint16_t *next =
            (const uint16_t *)(const void *)(at + stride) + (u >> 16);
        const uint32_t fx = (uint32_t)u >> 8 & 255, fy = (uint32_t)v >> 8 & 255;
        const uint32_t top = row[0] * (256 - fx) + row[1] * fx;
        const uint32_t bottom = next[0] * (256 - fx) + next[1] * fx;
        dst[i] = (uint16_t)((top * (256 - fy) + bottom * fy) >> 16); // <= 65535 << 16
    }
}
