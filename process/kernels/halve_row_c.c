// halve_row_c.c: means of 2 x 2.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

static int raised(int16_t v, int least)
{
    return v > least ? v : least;
}

void rim_halve_row_c(int16_t *dst, const int16_t *a, const int16_t *b, int least,
                     int width)
{
    for (int x = 0; x < width; x += 2) {
        const int right = x + 1 < width ? x + 1 : x;
        const int sum = raised(a[x], least) + raised(a[right], least) +
                        raised(b[x], least) + raised(b[right], least);
        dst[x / 2] = (int16_t)(sum / 4);
    }
}
