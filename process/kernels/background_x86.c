// background_x86.c: the rows of process/background, for compilers to widen.
// SPDX-License-Identifier: MIT
#include "process/kernels/background_rows.h"

#include <immintrin.h>

__attribute__((target("avx2"))) void rim_level_row_avx2(int32_t *sum, int32_t *count,
                                                        int16_t *log, uint8_t *valid,
                                                        const uint16_t *light, int dark,
                                                        int width)
{
    level_row(sum, count, log, valid, light, dark, width);
}

__attribute__((target("avx2"))) void rim_residual_row_avx2(int16_t *residual,
                                                           const int16_t *level,
                                                           const float q[3], int cells)
{
    residual_row(residual, level, q, cells);
}

__attribute__((target("avx2"))) void rim_weigh_row_avx2(uint16_t *w,
                                                        const uint16_t *weight,
                                                        const int16_t *residual,
                                                        float sharp, int cells)
{
    weigh_row(w, weight, residual, sharp, cells);
}

// Four cells a step, in doubles: all sums are whole numbers below 2^53.
__attribute__((target("avx2"))) void rim_moments_row_avx2(double moment[8],
                                                          const int16_t *level,
                                                          const uint16_t *w, int cells)
{
    __m256d sum[8];
    for (int k = 0; k < 8; k++)
        sum[k] = _mm256_setzero_pd();
    __m256d x = _mm256_sub_pd(_mm256_setr_pd(0, 2, 4, 6), _mm256_set1_pd(cells));
    int i = 0;
    for (; i + 4 <= cells; i += 4, x = _mm256_add_pd(x, _mm256_set1_pd(8))) {
        const __m256d a = _mm256_cvtepi32_pd(
            _mm_cvtepu16_epi32(_mm_loadl_epi64((const __m128i *)(w + i))));
        const __m256d l = _mm256_cvtepi32_pd(
            _mm_cvtepi16_epi32(_mm_loadl_epi64((const __m128i *)(level + i))));
        const __m256d b = _mm256_mul_pd(a, l), x2 = _mm256_mul_pd(x, x);
        const __m256d ax2 = _mm256_mul_pd(a, x2);
        sum[0] = _mm256_add_pd(sum[0], a);
        sum[1] = _mm256_add_pd(sum[1], _mm256_mul_pd(a, x));
        sum[2] = _mm256_add_pd(sum[2], ax2);
        sum[3] = _mm256_add_pd(sum[3], _mm256_mul_pd(ax2, x));
        sum[4] = _mm256_add_pd(sum[4], _mm256_mul_pd(ax2, x2));
        sum[5] = _mm256_add_pd(sum[5], b);
        sum[6] = _mm256_add_pd(sum[6], _mm256_mul_pd(b, x));
        sum[7] = _mm256_add_pd(sum[7], _mm256_mul_pd(b, x2));
    }
    for (int k = 0; k < 8; k++) {
        double part[4];
        _mm256_storeu_pd(part, sum[k]);
        moment[k] = part[0] + part[1] + part[2] + part[3];
    }
    for (; i < cells; i++) {
        const double at = 2 * i - cells, a = w[i], b = a * level[i];
        moment[0] += a;
        moment[1] += a * at;
        moment[2] += a * at * at;
        moment[3] += a * at * at * at;
        moment[4] += a * at * at * at * at;
        moment[5] += b;
        moment[6] += b * at;
        moment[7] += b * at * at;
    }
}

__attribute__((target("avx2"))) void rim_slide_row_avx2(int32_t *sum, const int32_t *in,
                                                        const int32_t *out, int cells)
{
    slide_row(sum, in, out, cells);
}

__attribute__((target("avx2"))) void
rim_mean_row_avx2(int16_t *mean, const int32_t *sum, const int32_t *on,
                  const int16_t *about, int pull, int cells)
{
    mean_row(mean, sum, on, about, pull, cells);
}

__attribute__((target("avx2"))) void rim_ratio_row_avx2(int16_t *ratio,
                                                        const int16_t *log,
                                                        const uint8_t *valid,
                                                        const int32_t *line, int width)
{
    ratio_row(ratio, log, valid, line, width);
}
