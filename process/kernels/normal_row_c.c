// normal_row_c.c: a row's part of the normal equations of motion.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

void rim_normal_row_c(double sum[RIM_NORMAL_SUMS], const int16_t *slope_x,
                      const int16_t *slope_y, const int16_t *difference, int clip,
                      int width)
{
    int64_t s[RIM_NORMAL_SUMS] = {0};
    for (int i = 0; i < width; i++) {
        if (difference[i] == RIM_NO_PAST)
            continue;
        const int64_t x = slope_x[i], y = slope_y[i], u = 2 * i - (width - 1);
        const int64_t xx = x * x, xy = x * y, yy = y * y;
        int64_t e = -difference[i];
        s[13] += e < 0 ? -e : e;
        s[14]++;
        e = e > clip ? clip : e < -clip ? -clip : e;
        s[0] += xx;
        s[1] += xx * u;
        s[2] += xx * u * u;
        s[3] += xy;
        s[4] += xy * u;
        s[5] += xy * u * u;
        s[6] += yy;
        s[7] += yy * u;
        s[8] += yy * u * u;
        s[9] += x * e;
        s[10] += y * e;
        s[11] += x * e * u;
        s[12] += y * e * u;
    }
    for (int k = 0; k < RIM_NORMAL_SUMS; k++)
        sum[k] = (double)s[k];
}
