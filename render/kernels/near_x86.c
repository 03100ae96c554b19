// near_x86.c: how near pixels are to a piece of a line.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <immintrin.h>

// 255 less the distance of 8 pixels, 0 beyond the reach, as 32-bit numbers.
__attribute__((target("avx2"))) static inline __m256i
near_8(const rim_piece *piece, __m256 dx, float y, int reach)
{
    const __m256 ux = _mm256_set1_ps(piece->ux), uy = _mm256_set1_ps(piece->uy);
    const __m256 dy = _mm256_set1_ps(y);
    __m256 along = _mm256_add_ps(_mm256_mul_ps(dx, ux), _mm256_mul_ps(dy, uy));
    along = _mm256_max_ps(along, _mm256_setzero_ps());
    along = _mm256_min_ps(along, _mm256_set1_ps(piece->length));
    const __m256 ex = _mm256_sub_ps(dx, _mm256_mul_ps(along, ux));
    const __m256 ey = _mm256_sub_ps(dy, _mm256_mul_ps(along, uy));
    const __m256 square = _mm256_add_ps(_mm256_mul_ps(ex, ex), _mm256_mul_ps(ey, ey));
    __m256 distance = _mm256_mul_ps(_mm256_sqrt_ps(square), _mm256_set1_ps(16));
    distance = _mm256_min_ps(distance, _mm256_set1_ps(255));
    const __m256i d = _mm256_cvttps_epi32(distance);
    return _mm256_and_si256(_mm256_sub_epi32(_mm256_set1_epi32(255), d),
                            _mm256_cmpgt_epi32(_mm256_set1_epi32(reach), d));
}

// For 8 pixels and more; the last 8 may overlap those before, which does no harm.
__attribute__((target("avx2"))) void rim_near_avx2(uint8_t *near,
                                                   const rim_piece *piece, float x,
                                                   float y, int reach, int width)
{
    if (width < 8) {
        rim_near_c(near, piece, x, y, reach, width);
        return;
    }
    const __m256i count = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256 from = _mm256_set1_ps(x);
    for (int i = 0; i < width; i += 8) {
        const int at = i + 8 <= width ? i : width - 8;
        const __m256i k = _mm256_add_epi32(count, _mm256_set1_epi32(at));
        const __m256i v =
            near_8(piece, _mm256_add_ps(_mm256_cvtepi32_ps(k), from), y, reach);
        const __m128i words =
            _mm_packus_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
        __m128i *const to = (__m128i *)(void *)(near + at);
        const __m128i now = _mm_loadl_epi64(to);
        _mm_storel_epi64(to, _mm_max_epu8(now, _mm_packus_epi16(words, words)));
    }
}
