// map_row_x86.c: ratios as the picture takes them.
// SPDX-License-Identifier: MIT
#include "process/fixed.h"
#include "process/kernels/map_row.h"

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i times_and(__m256i f, __m256i t, int add)
{
    return _mm256_add_epi16(_mm256_mulhrs_epi16(f, t), _mm256_set1_epi16((int16_t)add));
}

// 128 << k for k = 0..7: a word's low and high byte by table.
AVX2 static inline __m256i octaves(__m256i k)
{
    const __m256i byte = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(-128, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64));
    const __m256i at = _mm256_or_si256(_mm256_or_si256(k, _mm256_slli_epi16(k, 8)),
                                       _mm256_set1_epi16(0x0800));
    return _mm256_shuffle_epi8(byte, at);
}

AVX2 void rim_map_row_avx2(uint16_t *sbr, const int16_t *ratio, const uint8_t *valid,
                           int width)
{
    const __m256i least = _mm256_set1_epi16(RIM_RATIO_MIN);
    const __m256i most = _mm256_set1_epi16(RIM_RATIO_MAX - 1);
    if (width < 16) {
        rim_map_row_c(sbr, ratio, valid, width);
        return;
    }
    for (int x = 0; x < width; x += 16) {
        x = x < width - 16 ? x : width - 16; // the last overlaps the one before
        __m256i r = _mm256_loadu_si256((const __m256i *)(const void *)(ratio + x));
        r = _mm256_min_epi16(_mm256_max_epi16(r, least), most);
        r = _mm256_sub_epi16(r, least);
        const __m256i f =
            _mm256_slli_epi16(_mm256_and_si256(r, _mm256_set1_epi16(1023)), 5);
        __m256i t = times_and(f, _mm256_set1_epi16(MAP_4), MAP_3);
        t = times_and(f, t, MAP_2);
        t = times_and(f, t, MAP_1);
        t = _mm256_srli_epi16(times_and(f, t, 1), 1);
        const __m256i m = _mm256_add_epi16(t, _mm256_set1_epi16(16384));
        const __m256i v = _mm256_mulhrs_epi16(m, octaves(_mm256_srli_epi16(r, 10)));
        const __m256i on = _mm256_sub_epi16(
            _mm256_setzero_si256(), _mm256_cvtepu8_epi16(_mm_loadu_si128(
                                        (const __m128i *)(const void *)(valid + x))));
        _mm256_storeu_si256((__m256i *)(void *)(sbr + x), _mm256_and_si256(v, on));
    }
}
