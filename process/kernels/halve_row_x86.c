// halve_row_x86.c: means of 2 x 2.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <immintrin.h>

// Eight means of sixteen pixels of each row.
__attribute__((target("avx2"))) static inline __m256i
halve_8(const int16_t *a, const int16_t *b, __m256i least)
{
    const __m256i one = _mm256_set1_epi16(1);
    const __m256i top = _mm256_max_epi16(_mm256_loadu_si256((const __m256i *)a), least);
    const __m256i bot = _mm256_max_epi16(_mm256_loadu_si256((const __m256i *)b), least);
    const __m256i sum = _mm256_madd_epi16(_mm256_add_epi16(top, bot), one);
    // Towards zero.
    const __m256i up = _mm256_srli_epi32(_mm256_srai_epi32(sum, 31), 30);
    return _mm256_srai_epi32(_mm256_add_epi32(sum, up), 2);
}

__attribute__((target("avx2"))) void rim_halve_row_avx2(int16_t *dst, const int16_t *a,
                                                        const int16_t *b, int least,
                                                        int width)
{
    if (width < 32) {
        rim_halve_row_c(dst, a, b, least, width);
        return;
    }
    const __m256i l = _mm256_set1_epi16((int16_t)least);
    const int whole = width & ~1;
    for (int x = 0, done = 0; done < whole; x += 32) {
        x = x < whole - 32 ? x : whole - 32; // the last block overlaps
        done = x + 32;
        const __m256i p = _mm256_packs_epi32(halve_8(a + x, b + x, l),
                                             halve_8(a + x + 16, b + x + 16, l));
        _mm256_storeu_si256((__m256i *)(dst + x / 2),
                            _mm256_permute4x64_epi64(p, 0xd8));
    }
    if (whole < width)
        rim_halve_row_c(dst + whole / 2, a + whole, b + whole, least, 1);
}
