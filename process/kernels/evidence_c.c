// evidence_c.c: the rows of process/evidence.
// SPDX-License-Identifier: MIT
#include "process/kernels/evidence_rows.h"
#include "process/kernels/kernels.h"

void rim_bend_row_c(int16_t *restrict dst, const int16_t *restrict src, int n)
{
    for (int i = 0; i < n; i++)
        dst[i] = (int16_t)bent(src[i]);
}

void rim_sense_row_c(int16_t *edge, int16_t *full, const rim_sense *s, int width)
{
    sense_between(edge, full, s, width, 0);
}

void rim_mix_row_c(int16_t *dst, ptrdiff_t stride, const int16_t *add, const rim_mix *m,
                   int width)
{
    for (int o = 0; o < m->outs; o += 2) {
        const int16_t *weight = m->weight + (size_t)o * 2 * (size_t)m->pairs;
        const ptrdiff_t at = o / 2 * stride;
        for (int x = 0; x < width; x += MIX_BLOCK)
            mix_block(dst + at, add ? add + at : NULL, m, weight, m->bias + o, x,
                      least_of(width - x, MIX_BLOCK));
    }
}

void rim_taps_row_c(int16_t *dst, const int16_t *const row[3], const int16_t *weight,
                    const int32_t bias[2], int shift, int width)
{
    taps_between(dst, row, weight, bias, shift, 0, width);
}

void rim_part_row_c(int16_t *restrict even, int16_t *restrict odd,
                    const int16_t *restrict src, int width)
{
    for (int x = 0; x < width; x++)
        for (int k = 0; k < 2; k++) {
            even[2 * x + k] = src[4 * x + k];
            odd[2 * x + k] = src[4 * x + 2 + k];
        }
}

void rim_pool_row_c(int16_t *restrict dst, const int16_t *restrict a,
                    const int16_t *restrict b, int width)
{
    for (int x = 0; x < width; x++)
        for (int k = 0; k < 2; k++) {
            const int i = 4 * x + k;
            dst[2 * x + k] = (int16_t)((a[i] + a[i + 2] + b[i] + b[i + 2] + 2) >> 2);
        }
}

void rim_raise_row_c(int16_t *restrict dst, const int16_t *restrict fine,
                     const int16_t *restrict coarse, int width)
{
    for (int x = 0; x < width; x++)
        for (int k = 0; k < 2; k++)
            dst[2 * x + k] = (int16_t)held(fine[2 * x + k] + coarse[x / 2 * 2 + k], 0);
}
