// reduce_x86.c: the rows of process/reduce, but for those of columns.
// SPDX-License-Identifier: MIT
#include "process/kernels/reduce_rows.h"

#include <immintrin.h>

__attribute__((target("avx2"))) static inline __m256i load(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

// Eight products of whole numbers and parts, and a half of a part, cut.
__attribute__((target("avx2"))) static inline __m256i parts_8(__m256i v,
                                                              const double *part)
{
    const __m256d half = _mm256_set1_pd(0.5);
    const __m256d lo = _mm256_cvtepi32_pd(_mm256_castsi256_si128(v));
    const __m256d hi = _mm256_cvtepi32_pd(_mm256_extracti128_si256(v, 1));
    const __m128i cut_lo = _mm256_cvttpd_epi32(
        _mm256_mul_pd(_mm256_add_pd(lo, half), _mm256_loadu_pd(part)));
    const __m128i cut_hi = _mm256_cvttpd_epi32(
        _mm256_mul_pd(_mm256_add_pd(hi, half), _mm256_loadu_pd(part + 4)));
    return _mm256_set_m128i(cut_hi, cut_lo);
}

// Sixteen, kept within 16 bits.
__attribute__((target("avx2"))) static inline __m256i pack_16(__m256i a, __m256i b)
{
    return _mm256_permute4x64_epi64(_mm256_packus_epi32(a, b), 0xd8);
}

__attribute__((target("avx2"))) void
rim_light_row_avx2(uint16_t *light, uint8_t *saturated, const uint32_t *sum,
                   const uint32_t *count, const int32_t *dark, const double *inverse,
                   const double *inverse_all, int width)
{
    int i = 0;
    for (; i + 16 <= width; i += 16) {
        const __m256i a = _mm256_sub_epi32(load(sum + i), load(dark + i));
        const __m256i b = _mm256_sub_epi32(load(sum + i + 8), load(dark + i + 8));
        _mm256_storeu_si256(
            (__m256i *)(light + i),
            pack_16(parts_8(a, inverse + i), parts_8(b, inverse + i + 8)));
        const __m256i n = load(count + i), m = load(count + i + 8);
        __m256i full = _mm256_or_si256(n, m);
        if (!_mm256_testz_si256(full, full)) {
            const __m256i all = _mm256_set1_epi32(255);
            full = pack_16(parts_8(_mm256_mullo_epi32(n, all), inverse_all + i),
                           parts_8(_mm256_mullo_epi32(m, all), inverse_all + i + 8));
        }
        _mm_storeu_si128((__m128i *)(void *)(saturated + i),
                         _mm_packus_epi16(_mm256_castsi256_si128(full),
                                          _mm256_extracti128_si256(full, 1)));
    }
    light_row(light + i, saturated + i, sum + i, count + i, dark + i, inverse + i,
              inverse_all + i, width - i);
}
