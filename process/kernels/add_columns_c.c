// add_columns_c.c: rows without their hot pixels, added up by columns.
// SPDX-License-Identifier: MIT
#include "process/kernels/reduce_rows.h"

void rim_add_columns_c(uint32_t *sum, const uint16_t *src, ptrdiff_t stride, int rows,
                       int width, int margin, int full)
{
    for (int x = 0; x < width; x++) {
        uint32_t s = 0;
        for (int y = 0; y < rows; y++) {
            const int v = without_hot(row_at(src, stride, y), x, width, margin);
            s += (uint32_t)v + ((uint32_t)(v >= full) << RIM_FULL_SHIFT);
        }
        sum[x] = s;
    }
}
