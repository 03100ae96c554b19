// gain_columns_c.c: rows without their hot pixels, times a gain, added up by columns.
// SPDX-License-Identifier: MIT
#include "process/kernels/gain_columns.h"
#include "process/kernels/reduce_rows.h"

bool rim_gain_columns_c(uint32_t *sum, uint32_t *count, const uint16_t *src,
                        ptrdiff_t stride, const uint16_t *gain, ptrdiff_t gain_stride,
                        int gain_bits, int rows, int width, int bits, int margin,
                        int full)
{
    const gain_shifts shift = gain_shifts_of(bits, gain_bits);
    bool any = false;
    for (int x = 0; x < width; x++) {
        uint32_t s = 0, n = 0, product = 0;
        for (int y = 0; y < rows; y++) {
            const int v = without_hot(row_at(src, stride, y), x, width, margin);
            n += v >= full;
            product += (uint32_t)(v >> shift.pixel) * row_at(gain, gain_stride, y)[x];
            if (y % 2 == 1 || y == rows - 1) {
                s += product >> shift.pair;
                product = 0;
            }
        }
        sum[x] = (s + (1u << shift.sum >> 1)) >> shift.sum;
        if (n > 0 && !any) {
            for (int i = 0; i < width; i++)
                count[i] = 0;
            any = true;
        }
        if (any)
            count[x] = n;
    }
    return any;
}
