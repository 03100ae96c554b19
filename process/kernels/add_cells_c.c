// add_cells_c.c: rows without their hot pixels, added up by cells.
// SPDX-License-Identifier: MIT
#include "base/frame.h"
#include "process/kernels/reduce_rows.h"

#include <string.h>

// One row, by columns; a loop that compilers can widen.
static void add_row(uint32_t *restrict sum, uint32_t *restrict count,
                    const uint16_t *restrict src, int width, int margin, int full)
{
    for (int x = 1; x < width - 1; x++) {
        const int l = src[x - 1], r = src[x + 1], side = l > r ? l : r;
        const int most = side + ((l + r) >> 3) + margin;
        const int v = src[x] < most ? src[x] : most;
        sum[x] += (uint32_t)v;
        count[x] += v >= full;
    }
    for (int x = 0; x<width; x += width> 1 ? width - 1 : 1) {
        sum[x] += src[x];
        count[x] += src[x] >= full;
    }
}

void rim_add_cells_c(uint32_t *sum, uint32_t *count, const uint16_t *src,
                     ptrdiff_t stride, int rows, int width, int scale, int shift,
                     int margin, int full)
{
    uint32_t columns[RIM_FRAME_SIDE_MAX], full_columns[RIM_FRAME_SIDE_MAX];
    memset(columns, 0, (size_t)width * sizeof *columns);
    memset(full_columns, 0, (size_t)width * sizeof *full_columns);
    for (int y = 0; y < rows; y++)
        add_row(columns, full_columns, row_at(src, stride, y), width, margin, full);
    fold_columns(sum, columns, width, scale);
    fold_columns(count, full_columns, width, scale);
    for (int i = 0; i < (width + scale - 1) / scale; i++)
        sum[i] <<= shift;
}
