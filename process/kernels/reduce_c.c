// reduce_c.c: the rows of process/reduce, but for those that add up columns.
// SPDX-License-Identifier: MIT
#include "process/kernels/reduce_rows.h"

void rim_fold_columns_c(uint32_t *sum, const uint32_t *columns, int width, int scale)
{
    fold_columns(sum, columns, width, scale);
}

void rim_light_row_c(uint16_t *light, uint8_t *saturated, const uint32_t *sum,
                     const uint32_t *count, const int32_t *dark, const double *inverse,
                     const double *inverse_all, int width)
{
    light_row(light, saturated, sum, count, dark, inverse, inverse_all, width);
}
