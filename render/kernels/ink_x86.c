// ink_x86.c: one colour over the covered pixels of a block.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <immintrin.h>

// 2 pixels a lane and their alphas, as 16-bit numbers.
__attribute__((target("avx2"))) static inline __m256i over(__m256i p, __m256i color,
                                                           __m256i alpha)
{
    const __m256i keep = _mm256_sub_epi16(_mm256_set1_epi16(256), alpha);
    const __m256i sum =
        _mm256_add_epi16(_mm256_mullo_epi16(p, keep), _mm256_mullo_epi16(color, alpha));
    return _mm256_srli_epi16(_mm256_add_epi16(sum, _mm256_set1_epi16(128)), 8);
}

// 8 pixels at a time, of which those that are not covered are written as they were.
__attribute__((target("avx2"))) static inline void ink_8(uint8_t *pixel, __m128i cover,
                                                         __m256i color)
{
    __m256i *const at = (__m256i *)(void *)pixel;
    const __m256i zero = _mm256_setzero_si256();
    const __m256i low =
        _mm256_setr_epi8(0, -1, 0, -1, 0, -1, 0, -1, 1, -1, 1, -1, 1, -1, 1, -1, 4, -1,
                         4, -1, 4, -1, 4, -1, 5, -1, 5, -1, 5, -1, 5, -1);
    const __m256i high =
        _mm256_setr_epi8(2, -1, 2, -1, 2, -1, 2, -1, 3, -1, 3, -1, 3, -1, 3, -1, 6, -1,
                         6, -1, 6, -1, 6, -1, 7, -1, 7, -1, 7, -1, 7, -1);
    const __m256i both = _mm256_broadcastsi128_si256(cover);
    __m256i a = _mm256_shuffle_epi8(both, low), b = _mm256_shuffle_epi8(both, high);
    a = _mm256_sub_epi16(a, _mm256_cmpgt_epi16(a, zero)); // 1 more where there is any
    b = _mm256_sub_epi16(b, _mm256_cmpgt_epi16(b, zero));
    const __m256i p = _mm256_loadu_si256(at);
    a = over(_mm256_unpacklo_epi8(p, zero), color, a);
    b = over(_mm256_unpackhi_epi8(p, zero), color, b);
    _mm256_storeu_si256(at, _mm256_packus_epi16(a, b));
}

__attribute__((target("avx2"))) void rim_ink_avx2(uint8_t *pixel, ptrdiff_t stride,
                                                  const uint8_t *cover,
                                                  ptrdiff_t cover_stride,
                                                  uint32_t color, int width, int height)
{
    const __m256i c =
        _mm256_unpacklo_epi8(_mm256_set1_epi32((int)color), _mm256_setzero_si256());
    for (int y = 0; y < height; y++, pixel += stride, cover += cover_stride) {
        int x = 0;
        for (; x + 8 <= width; x += 8)
            ink_8(pixel + 4 * (ptrdiff_t)x,
                  _mm_loadl_epi64((const __m128i *)(cover + x)), c);
        rim_ink_c(pixel + 4 * (ptrdiff_t)x, 0, cover + x, 0, color, width - x, 1);
    }
}

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))

AVX512 void rim_ink_avx512(uint8_t *pixel, ptrdiff_t stride, const uint8_t *cover,
                           ptrdiff_t cover_stride, uint32_t color, int width,
                           int height)
{
    const __m512i zero = _mm512_setzero_si512();
    const __m512i c = _mm512_unpacklo_epi8(_mm512_set1_epi32((int)color), zero);
    const __m512i most = _mm512_set1_epi16(256), half = _mm512_set1_epi16(128);
    const __m512i one = _mm512_set1_epi16(1);
    // The lowest byte of a pixel's 32 bits into its words.
    const __m512i low = _mm512_broadcast_i32x4(
        _mm_setr_epi8(0, -1, 0, -1, 0, -1, 0, -1, 4, -1, 4, -1, 4, -1, 4, -1));
    const __m512i high = _mm512_broadcast_i32x4(
        _mm_setr_epi8(8, -1, 8, -1, 8, -1, 8, -1, 12, -1, 12, -1, 12, -1, 12, -1));
    for (int y = 0; y < height; y++, pixel += stride, cover += cover_stride)
        for (int x = 0; x < width; x += 16) {
            const unsigned left = width - x < 16 ? (unsigned)(width - x) : 16;
            const __mmask16 here = (__mmask16)((1U << left) - 1);
            uint8_t *const at = pixel + 4 * (ptrdiff_t)x;
            const __m512i v =
                _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(here, cover + x));
            const __mmask16 some = _mm512_test_epi32_mask(v, v);
            if (some == 0)
                continue;
            const __m512i p = _mm512_maskz_loadu_epi32(some, at);
            // Pixels without cover are not written.
            const __m512i a = _mm512_add_epi16(_mm512_shuffle_epi8(v, low), one);
            const __m512i b = _mm512_add_epi16(_mm512_shuffle_epi8(v, high), one);
            __m512i s = _mm512_mullo_epi16(_mm512_unpacklo_epi8(p, zero),
                                           _mm512_sub_epi16(most, a));
            __m512i t = _mm512_mullo_epi16(_mm512_unpackhi_epi8(p, zero),
                                           _mm512_sub_epi16(most, b));
            s = _mm512_add_epi16(s, _mm512_mullo_epi16(c, a));
            t = _mm512_add_epi16(t, _mm512_mullo_epi16(c, b));
            s = _mm512_srli_epi16(_mm512_add_epi16(s, half), 8);
            t = _mm512_srli_epi16(_mm512_add_epi16(t, half), 8);
            _mm512_mask_storeu_epi32(at, some, _mm512_packus_epi16(s, t));
        }
}
