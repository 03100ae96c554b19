// normal_row_x86.c: a row's part of the normal equations of motion.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <immintrin.h>

typedef struct row_sums {
    __m256d by_u[5][3]; // xx, xy, yy, xe, ye times u^0..2 (of the last two u^0..1)
    __m256i abs_e, n;   // lanes of 32 bits
} row_sums;

__attribute__((target("avx2"))) static inline void
add_4(row_sums *s, __m128i x, __m128i y, __m128i e, __m256d u, __m256d u2)
{
    const __m128i product[5] = {_mm_mullo_epi32(x, x), _mm_mullo_epi32(x, y),
                                _mm_mullo_epi32(y, y), _mm_mullo_epi32(x, e),
                                _mm_mullo_epi32(y, e)};
    for (int k = 0; k < 5; k++) {
        const __m256d p = _mm256_cvtepi32_pd(product[k]);
        s->by_u[k][0] = _mm256_add_pd(s->by_u[k][0], p);
        s->by_u[k][1] = _mm256_add_pd(s->by_u[k][1], _mm256_mul_pd(p, u));
        if (k < 3)
            s->by_u[k][2] = _mm256_add_pd(s->by_u[k][2], _mm256_mul_pd(p, u2));
    }
}

__attribute__((target("avx2"))) static inline double total(__m256d v)
{
    double part[4];
    _mm256_storeu_pd(part, v);
    return part[0] + part[1] + part[2] + part[3];
}

__attribute__((target("avx2"))) static inline double total_32(__m256i v)
{
    int32_t part[8];
    double all = 0;
    _mm256_storeu_si256((__m256i *)part, v);
    for (int i = 0; i < 8; i++)
        all += part[i];
    return all;
}

__attribute__((target("avx2"))) static inline __m256i wide_8(const int16_t *p)
{
    return _mm256_cvtepi16_epi32(_mm_loadu_si128((const __m128i *)p));
}

// Eight pixels: two times four in doubles. What is not known counts nothing.
__attribute__((target("avx2"))) static inline void
add_8(row_sums *s, const int16_t *slope_x, const int16_t *slope_y,
      const int16_t *difference, __m256i clip, __m256d u)
{
    const __m256i d = wide_8(difference);
    const __m256i none = _mm256_cmpeq_epi32(d, _mm256_set1_epi32(RIM_NO_PAST));
    const __m256i x = _mm256_andnot_si256(none, wide_8(slope_x));
    const __m256i y = _mm256_andnot_si256(none, wide_8(slope_y));
    __m256i e = _mm256_sub_epi32(_mm256_setzero_si256(), _mm256_andnot_si256(none, d));
    s->abs_e = _mm256_add_epi32(s->abs_e, _mm256_abs_epi32(e));
    s->n = _mm256_add_epi32(s->n, _mm256_add_epi32(none, _mm256_set1_epi32(1)));
    e = _mm256_min_epi32(e, clip);
    e = _mm256_max_epi32(e, _mm256_sub_epi32(_mm256_setzero_si256(), clip));
    add_4(s, _mm256_castsi256_si128(x), _mm256_castsi256_si128(y),
          _mm256_castsi256_si128(e), u, _mm256_mul_pd(u, u));
    u = _mm256_add_pd(u, _mm256_set1_pd(8));
    add_4(s, _mm256_extracti128_si256(x, 1), _mm256_extracti128_si256(y, 1),
          _mm256_extracti128_si256(e, 1), u, _mm256_mul_pd(u, u));
}

__attribute__((target("avx2"))) void rim_normal_row_avx2(double sum[RIM_NORMAL_SUMS],
                                                         const int16_t *slope_x,
                                                         const int16_t *slope_y,
                                                         const int16_t *difference,
                                                         int clip, int width)
{
    row_sums s;
    for (int k = 0; k < 5; k++)
        for (int j = 0; j < 3; j++)
            s.by_u[k][j] = _mm256_setzero_pd();
    s.abs_e = s.n = _mm256_setzero_si256();
    const __m256i most = _mm256_set1_epi32(clip);
    __m256d u = _mm256_sub_pd(_mm256_setr_pd(0, 2, 4, 6), _mm256_set1_pd(width - 1));
    int i = 0;
    for (; i + 8 <= width; i += 8, u = _mm256_add_pd(u, _mm256_set1_pd(16)))
        add_8(&s, slope_x + i, slope_y + i, difference + i, most, u);
    if (i < width) { // the rest, among pixels that are not known
        int16_t rest[3][8];
        for (int k = 0; k < 8; k++) {
            const int at = i + k < width ? i + k : i;
            rest[0][k] = slope_x[at];
            rest[1][k] = slope_y[at];
            rest[2][k] = i + k < width ? difference[at] : RIM_NO_PAST;
        }
        add_8(&s, rest[0], rest[1], rest[2], most, u);
    }
    for (int k = 0; k < 9; k++)
        sum[k] = total(s.by_u[k / 3][k % 3]);
    sum[9] = total(s.by_u[3][0]);
    sum[10] = total(s.by_u[4][0]);
    sum[11] = total(s.by_u[3][1]);
    sum[12] = total(s.by_u[4][1]);
    sum[13] = total_32(s.abs_e);
    sum[14] = total_32(s.n);
}
