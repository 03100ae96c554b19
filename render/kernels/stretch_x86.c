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

typedef struct rows {
    const uint8_t *above, *below;
    __m256i keep, down; // of the one and of the other
} rows;

// Two pixels, one at u and one at w, as the low halves of the lanes. parts: in each lane
// 4 times what the left neighbour counts, 4 times what the right one does.
AVX2 static inline __m256i two(const rows *r, int32_t u, int32_t w, __m256i parts)
{
    const __m256i half = _mm256_set1_epi16(128);
    const __m256i a = take(r->above, u >> 16, w >> 16),
                  b = take(r->below, u >> 16, w >> 16);
    __m256i v = _mm256_add_epi16(_mm256_mullo_epi16(a, r->keep),
                                 _mm256_mullo_epi16(b, r->down));
    v = _mm256_srli_epi16(_mm256_add_epi16(v, half), 8);
    v = _mm256_mullo_epi16(v, parts);
    v = _mm256_add_epi16(v, _mm256_shuffle_epi32(v, _MM_SHUFFLE(1, 0, 3, 2)));
    return _mm256_srli_epi16(_mm256_add_epi16(v, half), 8);
}

AVX2 void rim_stretch_avx2(uint8_t *dst, const uint8_t *above, const uint8_t *below,
                           int fy, int32_t u, int32_t du, int width)
{
    const rows r = {above, below, _mm256_set1_epi16((int16_t)(256 - fy)),
                    _mm256_set1_epi16((int16_t)fy)};
    const __m256i first = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3));
    const __m256i second = _mm256_add_epi8(first, _mm256_set1_epi8(4));
    const __m256i byte = _mm256_set1_epi32(255), whole = _mm256_set1_epi32(256);
    // Pixels 0 and 2, 1 and 3 are made together: unpacking brings them into order.
    __m256i at = _mm256_setr_epi32(u, u + du, 0, 0, u + 2 * du, u + 3 * du, 0, 0);
    int x = 0;
    for (; x + 4 <= width; x += 4, u += 4 * du) {
        const __m256i f = _mm256_and_si256(_mm256_srli_epi32(at, 8), byte);
        const __m256i parts =
            _mm256_or_si256(_mm256_sub_epi32(whole, f), _mm256_slli_epi32(f, 16));
        const __m256i even = two(&r, u, u + 2 * du, _mm256_shuffle_epi8(parts, first));
        const __m256i odd =
            two(&r, u + du, u + 3 * du, _mm256_shuffle_epi8(parts, second));
        const __m256i all = _mm256_unpacklo_epi64(even, odd);
        _mm_storeu_si128((__m128i *)(dst + 4 * (ptrdiff_t)x),
                         _mm_packus_epi16(_mm256_castsi256_si128(all),
                                          _mm256_extracti128_si256(all, 1)));
        at = _mm256_add_epi32(at, _mm256_set1_epi32(4 * du));
    }
    rim_stretch_c(dst + 4 * (ptrdiff_t)x, above, below, fy, u, du, width - x);
}
