// background_c.c: the rows of process/background.
// SPDX-License-Identifier: MIT
#include "process/kernels/background_rows.h"

void rim_level_row_c(int32_t *sum, int32_t *count, int16_t *log, uint8_t *valid,
                     const uint16_t *light, int dark, int width)
{
    level_row(sum, count, log, valid, light, dark, width);
}

int rim_cells_row_c(int16_t *level, uint16_t *weight, bool *few, const int32_t *sum,
                    const int32_t *count, int least, int cells)
{
    return cells_row(level, weight, few, sum, count, least, cells);
}

void rim_smooth_row_c(int16_t *smooth, const int16_t *off, const float q[3], int low,
                      int high, int cells)
{
    smooth_row(smooth, off, q, low, high, cells);
}

void rim_residual_row_c(int16_t *residual, const int16_t *level, const float q[3],
                        int cells)
{
    residual_row(residual, level, q, cells);
}

void rim_weigh_row_c(uint16_t *w, const uint16_t *weight, const int16_t *residual,
                     float sharp, int cells)
{
    weigh_row(w, weight, residual, sharp, cells);
}

void rim_moments_row_c(double moment[8], const int16_t *level, const uint16_t *w,
                       int cells)
{
    int64_t sum[8] = {0};
    for (int i = 0; i < cells; i++) {
        const int64_t x = 2 * i - cells, a = w[i], b = a * level[i];
        sum[0] += a;
        sum[1] += a * x;
        sum[2] += a * x * x;
        sum[3] += a * x * x * x;
        sum[4] += a * x * x * x * x;
        sum[5] += b;
        sum[6] += b * x;
        sum[7] += b * x * x;
    }
    for (int k = 0; k < 8; k++)
        moment[k] = (double)sum[k];
}

void rim_mask_row_c(int32_t *sum, int32_t *on, const int16_t *residual,
                    const int16_t *about, const uint16_t *weight, int low, int high,
                    int cells)
{
    mask_row(sum, on, residual, about, weight, low, high, cells);
}

void rim_slide_row_c(int32_t *sum, const int32_t *in, const int32_t *out, int cells)
{
    slide_row(sum, in, out, cells);
}

void rim_mean_row_c(int16_t *mean, const int32_t *sum, const int32_t *on,
                    const int16_t *about, int pull, int cells)
{
    mean_row(mean, sum, on, about, pull, cells);
}

void rim_ratio_row_c(int16_t *ratio, const int16_t *log, const uint8_t *valid,
                     const int32_t *line, int width)
{
    ratio_row(ratio, log, valid, line, width);
}
