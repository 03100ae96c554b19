// shade_x86.c: one colour over a row of the picture.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <immintrin.h>

__attribute__((target("avx2"))) void rim_shade_avx2(uint8_t *pixel, uint32_t color,
                                                    int alpha, int width)
{
    const __m256i zero = _mm256_setzero_si256();
    const __m256i keep = _mm256_set1_epi16((int16_t)(256 - alpha));
    // What is added, the half of rounding with it, is 65408 at most.
    const __m256i add = _mm256_add_epi16(
        _mm256_mullo_epi16(_mm256_unpacklo_epi8(_mm256_set1_epi32((int)color), zero),
                           _mm256_set1_epi16((int16_t)alpha)),
        _mm256_set1_epi16(128));
    int x = 0;
    for (; x + 8 <= width; x += 8) {
        __m256i *const at = (__m256i *)(pixel + 4 * (ptrdiff_t)x);
        const __m256i p = _mm256_loadu_si256(at);
        __m256i a = _mm256_mullo_epi16(_mm256_unpacklo_epi8(p, zero), keep);
        __m256i b = _mm256_mullo_epi16(_mm256_unpackhi_epi8(p, zero), keep);
        a = _mm256_srli_epi16(_mm256_add_epi16(a, add), 8);
        b = _mm256_srli_epi16(_mm256_add_epi16(b, add), 8);
        _mm256_storeu_si256(at, _mm256_packus_epi16(a, b));
    }
    rim_shade_c(pixel + 4 * (ptrdiff_t)x, color, alpha, width - x);
}
