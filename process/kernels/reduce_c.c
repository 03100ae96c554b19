// reduce_c.c: the rows of process/reduce, but for add_columns.
// SPDX-License-Identifier: MIT
#include "process/kernels/reduce_rows.h"

void rim_correct_columns_c(int32_t *sum, uint32_t *count, const uint16_t *src,
                           ptrdiff_t stride, const uint16_t *dark,
                           ptrdiff_t dark_stride, const uint16_t *gain,
                           ptrdiff_t gain_stride, int rows, int width, int shift,
                           int margin, int full)
{
    for (int x = 0; x < width; x++) {
        sum[x] = 0;
        count[x] = 0;
        for (int y = 0; y < rows; y++) {
            const int v = without_hot(row_at(src, stride, y), x, width, margin);
            const int64_t q16 = ((int64_t)v << shift) - row_at(dark, dark_stride, y)[x];
            sum[x] += (int32_t)((q16 * row_at(gain, gain_stride, y)[x] + 2048) >> 12);
            count[x] += v >= full;
        }
    }
}

void rim_fold_columns_c(uint32_t *sum, const uint32_t *columns, int width, int scale)
{
    fold_columns(sum, columns, width, scale);
}

void rim_split_row_c(int32_t *sum, uint32_t *count, const uint32_t *packed,
                     const int32_t *all, int black, int shift, int full, int width)
{
    split_row(sum, count, packed, all, black, shift, full, width);
}

void rim_light_row_c(uint16_t *light, uint8_t *saturated, const int32_t *sum,
                     const uint32_t *count, const double *inverse,
                     const double *inverse_all, int width)
{
    light_row(light, saturated, sum, count, inverse, inverse_all, width);
}
