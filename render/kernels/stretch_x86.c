// stretch_x86.c: a row between two rows of a picture, at another step.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

// Two neighbours from i on in one lane, two from j on in the other, as 16-bit numbers.
AVX2 static inline __m256i take(const uint8_t *row, int32_t i, int32_t j)
{
    const __m128i a = _mm_loadl_epi64((const __m128i *)(row + 4 * (ptrdiff_t)i));
    const __m128i b = _mm_loadl_epi64((const __m128i *)(row + 4 * (ptrdiff_t)j));
    return _mm256_cvtepu8_epi16(_mm_unpacklo_epi64(a, b));
}

// Two pixels, one at u and one at w, as the low halves of the lanes.
AVX2 static inline __m256i two(const uint8_t *above, const uint8_t *below, __m256i keep,
                               __m256i down, int32_t u, int32_t w)
{
    const __m256i half = _mm256_set1_epi16(128);
    const __m256i a = take(above, u >> 16, w >> 16), b = take(below, u >> 16, w >> 16);
    __m256i v =
        _mm256_add_epi16(_mm256_mullo_epi16(a, keep), _mm256_mullo_epi16(b, down));
    v = _mm256_srli_epi16(_mm256_add_epi16(v, half), 8);
    // 256 - f for the left one, f for the right one.
    const int f = u >> 8 & 255, g = w >> 8 & 255;
    const __m256i parts = _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_cvtsi32_si128(256 + f * 65535)),
        _mm_cvtsi32_si128(256 + g * 65535), 1);
    const __m256i spread = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3));
    v = _mm256_mullo_epi16(v, _mm256_shuffle_epi8(parts, spread));
    v = _mm256_add_epi16(v, _mm256_shuffle_epi32(v, _MM_SHUFFLE(1, 0, 3, 2)));
    return _mm256_srli_epi16(_mm256_add_epi16(v, half), 8);
}

AVX2 void rim_stretch_avx2(uint8_t *dst, const uint8_t *above, const uint8_t *below,
                           int fy, int32_t u, int32_t du, int width)
{
    const __m256i keep = _mm256_set1_epi16((int16_t)(256 - fy)),
                  down = _mm256_set1_epi16((int16_t)fy);
    int x = 0;
    for (; x + 4 <= width; x += 4, u += 4 * du) {
        // Pixels 0 and 2, 1 and 3: unpacking brings them into order.
        const __m256i even = two(above, below, keep, down, u, u + 2 * du);
        const __m256i odd = two(above, below, keep, down, u + du, u + 3 * du);
        const __m256i all = _mm256_unpacklo_epi64(even, odd);
        _mm_storeu_si128((__m128i *)(dst + 4 * (ptrdiff_t)x),
                         _mm_packus_epi16(_mm256_castsi256_si128(all),
                                          _mm256_extracti128_si256(all, 1)));
    }
    rim_stretch_c(dst + 4 * (ptrdiff_t)x, above, below, fy, u, du, width - x);
}
