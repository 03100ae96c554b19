// sample_ray_x86.c: eight bilinear samples at a time; a pair of neighbours is one word
// to gather.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))

typedef struct eight { // places of eight samples, Q16
    __m256i x, y;
} eight;

// Those of eight samples that are `on`; bit 31 of `seen`: known.
AVX2 static inline __m256i sample_8(__m256i *seen, const int *pairs, __m256i row,
                                    const eight *at, __m256i on)
{
    const __m256i low = _mm256_set1_epi32(255), one = _mm256_set1_epi32(256);
    const __m256i zero = _mm256_setzero_si256(), half = _mm256_set1_epi32(32768);
    // The upper halves of x and y are whole pixels; 16 bits are enough for them.
    const __m256i place =
        _mm256_add_epi32(_mm256_madd_epi16(_mm256_srli_epi32(at->y, 16), row),
                         _mm256_srli_epi32(at->x, 16));
    const __m256i t = _mm256_mask_i32gather_epi32(zero, pairs, place, on, 2);
    const __m256i b =
        _mm256_mask_i32gather_epi32(zero, pairs, _mm256_add_epi32(place, row), on, 2);
    const __m256i fx = _mm256_and_si256(_mm256_srli_epi32(at->x, 8), low);
    const __m256i fy = _mm256_and_si256(_mm256_srli_epi32(at->y, 8), low);
    // 256 - fx for the left pixel, fx for the right one.
    const __m256i wx =
        _mm256_or_si256(_mm256_slli_epi32(fx, 16), _mm256_sub_epi32(one, fx));
    // top (256 - fy) + bottom fy = 256 top + (bottom - top) fy
    const __m256i top = _mm256_madd_epi16(t, wx), bottom = _mm256_madd_epi16(b, wx);
    const __m256i v =
        _mm256_add_epi32(_mm256_add_epi32(_mm256_slli_epi32(top, 8), half),
                         _mm256_mullo_epi32(_mm256_sub_epi32(bottom, top), fy));
    *seen = _mm256_slli_epi32(t, 31);
    return _mm256_srai_epi32(v, 16);
}

AVX2 static inline void step_8(eight *at, __m256i dx, __m256i dy)
{
    at->x = _mm256_add_epi32(at->x, dx);
    at->y = _mm256_add_epi32(at->y, dy);
}

AVX2 uint64_t rim_sample_ray_avx2(int16_t *dst, const int16_t *plane, int width,
                                  int32_t x, int32_t y, int32_t dx, int32_t dy, int n)
{
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i row = _mm256_set1_epi32(width), all = _mm256_set1_epi32(-1);
    const __m256i step_x = _mm256_set1_epi32(dx), step_y = _mm256_set1_epi32(dy);
    const __m256i far_x = _mm256_slli_epi32(step_x, 3),
                  far_y = _mm256_slli_epi32(step_y, 3);
    const int *pairs = (const int *)(const void *)plane;
    eight at = {
        _mm256_add_epi32(_mm256_set1_epi32(x), _mm256_mullo_epi32(lane, step_x)),
        _mm256_add_epi32(_mm256_set1_epi32(y), _mm256_mullo_epi32(lane, step_y))};
    uint64_t known = 0;
    int k = 0;
    for (; k + 16 <= n; k += 16) {
        __m256i seen_a, seen_b;
        const __m256i a = sample_8(&seen_a, pairs, row, &at, all);
        step_8(&at, far_x, far_y);
        const __m256i b = sample_8(&seen_b, pairs, row, &at, all);
        step_8(&at, far_x, far_y);
        _mm256_storeu_si256((__m256i *)(dst + k),
                            _mm256_permute4x64_epi64(_mm256_packs_epi32(a, b), 0xd8));
        const unsigned lo = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(seen_a));
        const unsigned hi = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(seen_b));
        known |= (uint64_t)(lo | hi << 8) << k;
    }
    for (; k < n; k += 8) {
        __m256i seen;
        const __m256i on = _mm256_cmpgt_epi32(_mm256_set1_epi32(n - k), lane);
        const __m256i v = sample_8(&seen, pairs, row, &at, on);
        step_8(&at, far_x, far_y);
        const __m128i made =
            _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
        if (n - k >= 8)
            _mm_storeu_si128((__m128i *)(dst + k), made);
        else
            memcpy(dst + k, &made, (size_t)(n - k) * sizeof *dst);
        known |= (uint64_t)(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(seen)) << k;
    }
    return known;
}

__attribute__((target("avx2"))) void rim_known_row_avx2(int16_t *dst,
                                                        const int16_t *ratio,
                                                        const uint8_t *above,
                                                        const uint8_t *below, int width)
{
    if (width < 17) {
        rim_known_row_c(dst, ratio, above, below, width);
        return;
    }
    const __m256i clear = _mm256_set1_epi16(~1);
    for (int x = 0, done = 0; done + 1 < width; x += 16) {
        x = x < width - 17 ? x : width - 17; // the last block overlaps
        done = x + 16;
        const uint8_t *a = above + x, *b = below + x;
        const __m128i up = _mm_and_si128(_mm_loadu_si128((const __m128i *)a),
                                         _mm_loadu_si128((const __m128i *)(a + 1)));
        const __m128i down = _mm_and_si128(_mm_loadu_si128((const __m128i *)b),
                                           _mm_loadu_si128((const __m128i *)(b + 1)));
        const __m256i known = _mm256_cvtepu8_epi16(_mm_and_si128(up, down));
        const __m256i r = _mm256_loadu_si256((const __m256i *)(ratio + x));
        _mm256_storeu_si256((__m256i *)(dst + x),
                            _mm256_or_si256(_mm256_and_si256(r, clear), known));
    }
    dst[width - 1] = (int16_t)(ratio[width - 1] & ~1);
}
