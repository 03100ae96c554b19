// add_columns_c.c: rows without their hot pixels, added up by columns.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

static const uint16_t *row_at(const uint16_t *src, ptrdiff_t stride, int y)
{
    return (const uint16_t *)(const void *)((const char *)src + y * stride);
}

void rim_add_columns_c(uint32_t *sum, const uint16_t *src, ptrdiff_t stride, int rows,
                       int width, int margin, int full)
{
    for (int x = 0; x < width; x++) {
        uint32_t s = 0;
        for (int y = 0; y < rows; y++) {
            const uint16_t *p = row_at(src, stride, y);
            int v = p[x];
            if (x > 0 && x < width - 1) {
                const int l = p[x - 1], r = p[x + 1];
                const int most = (l > r ? l : r) + ((l + r) >> 3) + margin;
                v = v < most ? v : most;
            }
            s += (uint32_t)v + ((uint32_t)(v >= full) << RIM_FULL_SHIFT);
        }
        sum[x] = s;
    }
}
