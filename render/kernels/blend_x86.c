// blend_x86.c: tones laid over a row of the picture.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <immintrin.h>
#include <string.h>

// 8 pixels p by their tones t; opaque: 255 in every X.
__attribute__((target("avx2"))) static inline __m256i lay_8(__m256i p, __m256i t)
{
    const __m256i zero = _mm256_setzero_si256(), half = _mm256_set1_epi16(128);
    const __m256i opaque = _mm256_set1_epi32((int)0xff000000U);
    // `keep` of each pixel into all of its 16-bit places: two pixels a lane.
    const __m256i low =
        _mm256_set_epi8(-1, 7, -1, 7, -1, 7, -1, 7, -1, 3, -1, 3, -1, 3, -1, 3, -1, 7,
                        -1, 7, -1, 7, -1, 7, -1, 3, -1, 3, -1, 3, -1, 3);
    const __m256i high =
        _mm256_set_epi8(-1, 15, -1, 15, -1, 15, -1, 15, -1, 11, -1, 11, -1, 11, -1, 11,
                        -1, 15, -1, 15, -1, 15, -1, 15, -1, 11, -1, 11, -1, 11, -1, 11);
    __m256i k0 = _mm256_shuffle_epi8(t, low), k1 = _mm256_shuffle_epi8(t, high);
    k0 = _mm256_add_epi16(k0, _mm256_srli_epi16(k0, 7));
    k1 = _mm256_add_epi16(k1, _mm256_srli_epi16(k1, 7));
    __m256i a = _mm256_mullo_epi16(_mm256_unpacklo_epi8(p, zero), k0);
    __m256i b = _mm256_mullo_epi16(_mm256_unpackhi_epi8(p, zero), k1);
    a = _mm256_srli_epi16(_mm256_add_epi16(a, half), 8);
    b = _mm256_srli_epi16(_mm256_add_epi16(b, half), 8);
    return _mm256_or_si256(_mm256_adds_epu8(_mm256_packus_epi16(a, b), t), opaque);
}

__attribute__((target("avx2"))) void
rim_blend_avx2(uint8_t *pixel, const uint8_t *index, const rim_tones *tones, int width)
{
    int x = 0;
    for (; x + 8 <= width; x += 8) {
        uint64_t eight;
        memcpy(&eight, index + x, sizeof eight);
        if (eight == 0)
            continue;
        __m256i *const at = (__m256i *)(pixel + 4 * (ptrdiff_t)x);
        const __m256i i = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)eight));
        const __m256i t =
            _mm256_i32gather_epi32((const int *)(const void *)tones->pixel, i, 4);
        _mm256_storeu_si256(at, lay_8(_mm256_loadu_si256(at), t));
    }
    rim_blend_c(pixel + 4 * (ptrdiff_t)x, index + x, tones, width - x);
}

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi")))

// A byte of each index's tone.
AVX512 static inline __m512i look_up(const uint8_t plane[256], __m512i index)
{
    const __m512i *const t = (const __m512i *)plane;
    const __m512i low = _mm512_permutex2var_epi8(_mm512_loadu_si512(t), index,
                                                 _mm512_loadu_si512(t + 1));
    const __m512i high = _mm512_permutex2var_epi8(_mm512_loadu_si512(t + 2), index,
                                                  _mm512_loadu_si512(t + 3));
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), low, high);
}

// 16 pixels by their tones.
AVX512 static inline __m512i lay_16(__m512i p, __m512i t)
{
    const __m512i zero = _mm512_setzero_si512(), half = _mm512_set1_epi16(128);
    const __m512i opaque = _mm512_set1_epi32((int)0xff000000U);
    const __m512i low = _mm512_broadcast_i32x4(
        _mm_set_epi8(-1, 7, -1, 7, -1, 7, -1, 7, -1, 3, -1, 3, -1, 3, -1, 3));
    const __m512i high = _mm512_broadcast_i32x4(
        _mm_set_epi8(-1, 15, -1, 15, -1, 15, -1, 15, -1, 11, -1, 11, -1, 11, -1, 11));
    __m512i k0 = _mm512_shuffle_epi8(t, low), k1 = _mm512_shuffle_epi8(t, high);
    k0 = _mm512_add_epi16(k0, _mm512_srli_epi16(k0, 7));
    k1 = _mm512_add_epi16(k1, _mm512_srli_epi16(k1, 7));
    __m512i a = _mm512_mullo_epi16(_mm512_unpacklo_epi8(p, zero), k0);
    __m512i b = _mm512_mullo_epi16(_mm512_unpackhi_epi8(p, zero), k1);
    a = _mm512_srli_epi16(_mm512_add_epi16(a, half), 8);
    b = _mm512_srli_epi16(_mm512_add_epi16(b, half), 8);
    return _mm512_or_si512(_mm512_adds_epu8(_mm512_packus_epi16(a, b), t), opaque);
}

// Indices are looked up 64 at a time, byte by byte, in an order in which unpacking
// brings 16 neighbours into one register.
AVX512 void rim_blend_avx512(uint8_t *pixel, const uint8_t *index,
                             const rim_tones *tones, int width)
{
    const __m512i order =
        _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    for (int x = 0; x < width; x += 64) {
        const __mmask64 here =
            width - x >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << (width - x)) - 1;
        const __m512i given = _mm512_maskz_loadu_epi8(here, index + x);
        const __mmask64 some = _mm512_test_epi8_mask(given, given);
        if (some == 0)
            continue;
        const __m512i i = _mm512_permutexvar_epi32(order, given);
        const __m512i b = look_up(tones->plane[0], i), g = look_up(tones->plane[1], i);
        const __m512i r = look_up(tones->plane[2], i), k = look_up(tones->plane[3], i);
        const __m512i bg0 = _mm512_unpacklo_epi8(b, g),
                      bg1 = _mm512_unpackhi_epi8(b, g);
        const __m512i rk0 = _mm512_unpacklo_epi8(r, k),
                      rk1 = _mm512_unpackhi_epi8(r, k);
        const __m512i tone[4] = {
            _mm512_unpacklo_epi16(bg0, rk0), _mm512_unpackhi_epi16(bg0, rk0),
            _mm512_unpacklo_epi16(bg1, rk1), _mm512_unpackhi_epi16(bg1, rk1)};
        for (int q = 0; q < 4; q++) {
            const __mmask16 m = (__mmask16)(here >> (16 * q));
            uint8_t *const at = pixel + 4 * (ptrdiff_t)(x + 16 * q);
            if (m == 0 || (uint16_t)(some >> (16 * q)) == 0)
                continue;
            const __m512i p = _mm512_maskz_loadu_epi32(m, at);
            _mm512_mask_storeu_epi32(at, m, lay_16(p, tone[q]));
        }
    }
}
