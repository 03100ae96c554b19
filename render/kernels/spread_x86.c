// spread_x86.c: levels from nodes 4 pixels apart.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <immintrin.h>

// 16 levels from 5 nodes; 8 are read.
__attribute__((target("avx2"))) static inline __m256i
spread_16(const int16_t *top, const int16_t *bottom, __m128i down)
{
    const __m128i t = _mm_loadu_si128((const __m128i *)top);
    const __m128i b = _mm_loadu_si128((const __m128i *)bottom);
    const __m128i n =
        _mm_add_epi16(_mm_slli_epi16(t, 2), _mm_mullo_epi16(_mm_sub_epi16(b, t), down));
    const __m256i both = _mm256_broadcastsi128_si256(n);
    const __m256i left = _mm256_shuffle_epi8(
        both, _mm256_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3, 4, 5, 4,
                               5, 4, 5, 4, 5, 6, 7, 6, 7, 6, 7, 6, 7));
    const __m256i right = _mm256_shuffle_epi8(
        both, _mm256_setr_epi8(2, 3, 2, 3, 2, 3, 2, 3, 4, 5, 4, 5, 4, 5, 4, 5, 6, 7, 6,
                               7, 6, 7, 6, 7, 8, 9, 8, 9, 8, 9, 8, 9));
    const __m256i part =
        _mm256_setr_epi16(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
    const __m256i v =
        _mm256_add_epi16(_mm256_slli_epi16(left, 2),
                         _mm256_mullo_epi16(_mm256_sub_epi16(right, left), part));
    return _mm256_srai_epi16(_mm256_add_epi16(v, _mm256_set1_epi16(32)), 6);
}

__attribute__((target("avx2"))) void rim_spread_avx2(uint8_t *level, const int16_t *top,
                                                     const int16_t *bottom, int down,
                                                     int width)
{
    const __m128i d = _mm_set1_epi16((int16_t)down);
    int x = 0;
    for (; x + 32 <= width; x += 32) {
        const __m256i a = spread_16(top + x / 4, bottom + x / 4, d);
        const __m256i b = spread_16(top + x / 4 + 4, bottom + x / 4 + 4, d);
        // Packing takes the lanes in turn.
        const __m256i v = _mm256_permute4x64_epi64(_mm256_packus_epi16(a, b),
                                                   _MM_SHUFFLE(3, 1, 2, 0));
        _mm256_storeu_si256((__m256i *)(level + x), v);
    }
    if (x + 16 <= width) {
        const __m256i a = spread_16(top + x / 4, bottom + x / 4, d);
        _mm_storeu_si128((__m128i *)(level + x),
                         _mm_packus_epi16(_mm256_castsi256_si128(a),
                                          _mm256_extracti128_si256(a, 1)));
        x += 16;
    }
    rim_spread_c(level + x, top + x / 4, bottom + x / 4, down, width - x);
}
