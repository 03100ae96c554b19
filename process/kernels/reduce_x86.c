// reduce_x86.c: the rows of process/reduce, but for those of columns.
// SPDX-License-Identifier: MIT
#include "process/kernels/reduce_rows.h"

#include <immintrin.h>

#define AVX2   __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))

AVX2 static inline __m256i load(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

// Eight products of whole numbers and parts, and a half of a part, cut.
AVX2 static inline __m256i parts_8(__m256i v, const double *part)
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
AVX2 static inline __m256i pack_16(__m256i a, __m256i b)
{
    return _mm256_permute4x64_epi64(_mm256_packus_epi32(a, b), 0xd8);
}

AVX2 void rim_light_row_avx2(uint16_t *light, uint8_t *saturated, const uint32_t *sum,
                             const uint32_t *count, const int32_t *dark,
                             const double *inverse, const double *inverse_all,
                             int width)
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

// Sixteen products as parts_8() makes them, kept within 0..65535.
AVX512 static inline __m256i parts_16(__m512i v, const double *part)
{
    const __m512d half = _mm512_set1_pd(0.5);
    const __m512d lo = _mm512_cvtepi32_pd(_mm512_castsi512_si256(v));
    const __m512d hi = _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64(v, 1));
    const __m256i cut_lo = _mm512_cvttpd_epi32(
        _mm512_mul_pd(_mm512_add_pd(lo, half), _mm512_loadu_pd(part)));
    const __m256i cut_hi = _mm512_cvttpd_epi32(
        _mm512_mul_pd(_mm512_add_pd(hi, half), _mm512_loadu_pd(part + 8)));
    const __m512i all = _mm512_inserti64x4(_mm512_castsi256_si512(cut_lo), cut_hi, 1);
    return _mm512_cvtusepi32_epi16(_mm512_max_epi32(all, _mm512_setzero_si512()));
}

AVX512 void rim_light_row_avx512(uint16_t *light, uint8_t *saturated,
                                 const uint32_t *sum, const uint32_t *count,
                                 const int32_t *dark, const double *inverse,
                                 const double *inverse_all, int width)
{
    int i = 0;
    for (; i + 16 <= width; i += 16) {
        const __m512i v =
            _mm512_sub_epi32(_mm512_loadu_si512(sum + i), _mm512_loadu_si512(dark + i));
        _mm256_storeu_si256((__m256i *)(light + i), parts_16(v, inverse + i));
        const __m512i n = _mm512_loadu_si512(count + i);
        __m256i full = _mm256_setzero_si256();
        if (_mm512_test_epi32_mask(n, n))
            full = parts_16(_mm512_mullo_epi32(n, _mm512_set1_epi32(255)),
                            inverse_all + i);
        _mm_storeu_si128((__m128i *)(void *)(saturated + i),
                         _mm256_cvtusepi16_epi8(full));
    }
    light_row(light + i, saturated + i, sum + i, count + i, dark + i, inverse + i,
              inverse_all + i, width - i);
}
