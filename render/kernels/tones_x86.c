// tones_x86.c: tones laid over a row of the picture, by indices or by levels between
// nodes.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <immintrin.h>

#define AVX2   __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi")))

// 8 pixels p by their tones t; 255 in every X. Blue and red are multiplied as the low
// bytes of 16 bits, green as the high one, so that all come out where they belong.
AVX2 static inline __m256i lay_8(__m256i p, __m256i t)
{
    const __m256i half = _mm256_set1_epi16(128), high = _mm256_set1_epi16(-256);
    const __m256i opaque = _mm256_set1_epi32((int)0xff000000U);
    // `keep` of each pixel into both of its 16-bit places.
    const __m256i pick = _mm256_broadcastsi128_si256(
        _mm_set_epi8(-1, 15, -1, 15, -1, 11, -1, 11, -1, 7, -1, 7, -1, 3, -1, 3));
    __m256i k = _mm256_shuffle_epi8(t, pick);
    k = _mm256_add_epi16(k, _mm256_srli_epi16(k, 7));
    __m256i a = _mm256_mullo_epi16(_mm256_andnot_si256(high, p), k);
    __m256i b = _mm256_mullo_epi16(_mm256_srli_epi16(p, 8), k);
    a = _mm256_srli_epi16(_mm256_add_epi16(a, half), 8);
    b = _mm256_and_si256(_mm256_add_epi16(b, half), high);
    return _mm256_or_si256(_mm256_adds_epu8(_mm256_or_si256(a, b), t), opaque);
}

// The pixels at `pixel` by the tones of 8 indices.
AVX2 static inline void blend_8(uint8_t *pixel, __m128i index, const rim_tones *tones)
{
    __m256i *const at = (__m256i *)(void *)pixel;
    const __m256i t = _mm256_i32gather_epi32((const int *)(const void *)tones->pixel,
                                             _mm256_cvtepu8_epi32(index), 4);
    _mm256_storeu_si256(at, lay_8(_mm256_loadu_si256(at), t));
}

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

// 16 pixels by their tones, as lay_8().
AVX512 static inline __m512i lay_16(__m512i p, __m512i t)
{
    const __m512i half = _mm512_set1_epi16(128), high = _mm512_set1_epi16(-256);
    const __m512i opaque = _mm512_set1_epi32((int)0xff000000U);
    const __m512i pick = _mm512_broadcast_i32x4(
        _mm_set_epi8(-1, 15, -1, 15, -1, 11, -1, 11, -1, 7, -1, 7, -1, 3, -1, 3));
    __m512i k = _mm512_shuffle_epi8(t, pick);
    k = _mm512_add_epi16(k, _mm512_srli_epi16(k, 7));
    __m512i a = _mm512_mullo_epi16(_mm512_andnot_si512(high, p), k);
    __m512i b = _mm512_mullo_epi16(_mm512_srli_epi16(p, 8), k);
    a = _mm512_srli_epi16(_mm512_add_epi16(a, half), 8);
    b = _mm512_and_si512(_mm512_add_epi16(b, half), high);
    return _mm512_or_si512(_mm512_adds_epu8(_mm512_or_si512(a, b), t), opaque);
}

// The order of dwords in which 64 indices are looked up, so that unpacking brings 16
// neighbours into one register.
AVX512 static inline __m512i order_64(void)
{
    return _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
}

// The `here` first of 64 pixels by the tones of their indices, in that order.
AVX512 static inline void blend_64(uint8_t *pixel, __m512i index,
                                   const rim_tones *tones, __mmask64 here)
{
    const __m512i b = look_up(tones->plane[0], index),
                  g = look_up(tones->plane[1], index),
                  r = look_up(tones->plane[2], index),
                  k = look_up(tones->plane[3], index);
    const __mmask64 some = _mm512_test_epi8_mask(index, index);
    const __m512i bg0 = _mm512_unpacklo_epi8(b, g), bg1 = _mm512_unpackhi_epi8(b, g);
    const __m512i rk0 = _mm512_unpacklo_epi8(r, k), rk1 = _mm512_unpackhi_epi8(r, k);
    const __m512i tone[4] = {
        _mm512_unpacklo_epi16(bg0, rk0), _mm512_unpackhi_epi16(bg0, rk0),
        _mm512_unpacklo_epi16(bg1, rk1), _mm512_unpackhi_epi16(bg1, rk1)};
    for (int q = 0; q < 4; q++) {
        const __mmask16 m = (__mmask16)(here >> (16 * q));
        uint8_t *const at = pixel + 64 * (ptrdiff_t)q;
        // Pixels 16 q .. 16 q + 15 are dword q of each lane.
        if (m == 0 || (some & UINT64_C(0x000f000f000f000f) << (4 * q)) == 0)
            continue;
        const __m512i p = _mm512_maskz_loadu_epi32(m, at);
        _mm512_mask_storeu_epi32(at, m, lay_16(p, tone[q]));
    }
}

AVX2 void rim_blend_avx2(uint8_t *pixel, const uint8_t *index, const rim_tones *tones,
                         int width)
{
    int x = 0;
    while (x + 8 <= width) {
        if (x + 32 <= width) { // mostly there is nothing to be done
            const __m256i many = _mm256_loadu_si256((const __m256i *)(index + x));
            if (_mm256_testz_si256(many, many)) {
                x += 32;
                continue;
            }
        }
        const __m128i eight = _mm_loadl_epi64((const __m128i *)(index + x));
        if (!_mm_testz_si128(eight, eight))
            blend_8(pixel + 4 * (ptrdiff_t)x, eight, tones);
        x += 8;
    }
    rim_blend_c(pixel + 4 * (ptrdiff_t)x, index + x, tones, width - x);
}

AVX512 void rim_blend_avx512(uint8_t *pixel, const uint8_t *index,
                             const rim_tones *tones, int width)
{
    const __m512i order = order_64();
    for (int x = 0; x < width; x += 64) {
        const __mmask64 here =
            width - x >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << (width - x)) - 1;
        const __m512i given = _mm512_maskz_loadu_epi8(here, index + x);
        if (_mm512_test_epi8_mask(given, given) != 0)
            blend_64(pixel + 4 * (ptrdiff_t)x, _mm512_permutexvar_epi32(order, given),
                     tones, here);
    }
}

// Nodes on the row, times 4.
AVX2 static inline __m128i between_8(__m128i t, __m128i b, __m128i down)
{
    return _mm_add_epi16(_mm_slli_epi16(t, 2),
                         _mm_mullo_epi16(_mm_sub_epi16(b, t), down));
}

// 16 levels, as 16-bit numbers, from the first 5 nodes.
AVX2 static inline __m256i spread_16(__m128i n)
{
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

// Where all nodes about a pixel are 1 or less, its level is 0.
AVX2 void rim_veil_avx2(uint8_t *pixel, const int16_t *top, const int16_t *bottom,
                        int down, const rim_tones *tones, int width)
{
    const __m128i d = _mm_set1_epi16((int16_t)down), one = _mm_set1_epi16(1);
    int x = 0;
    for (; x + 16 <= width; x += 16) {
        const __m128i t = _mm_loadu_si128((const __m128i *)(top + x / 4));
        const __m128i b = _mm_loadu_si128((const __m128i *)(bottom + x / 4));
        const __m128i over = _mm_cmpgt_epi16(_mm_max_epi16(t, b), one);
        if ((_mm_movemask_epi8(over) & 0x3ff) == 0)
            continue;
        const __m256i v = spread_16(between_8(t, b, d));
        const __m128i level =
            _mm_packus_epi16(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
        uint8_t *const at = pixel + 4 * (ptrdiff_t)x;
        blend_8(at, level, tones);
        blend_8(at + 32, _mm_unpackhi_epi64(level, level), tones);
    }
    rim_veil_c(pixel + 4 * (ptrdiff_t)x, top + x / 4, bottom + x / 4, down, tones,
               width - x);
}

// Word w of the two registers from which packing makes 64 levels in order_64(): the node
// to its left. Lane l holds dwords l, 4 + l, 8 + l, 12 + l of the levels: 4 pixels each,
// the first two in `low`, the others in `high`.
AVX512 static inline __m512i spread_64(__m512i n)
{
#define WORDS(a, b, c, d, e, f, g, h)                                                  \
    _mm512_set_epi64(0x0001000100010001LL * (h), 0x0001000100010001LL * (g),           \
                     0x0001000100010001LL * (f), 0x0001000100010001LL * (e),           \
                     0x0001000100010001LL * (d), 0x0001000100010001LL * (c),           \
                     0x0001000100010001LL * (b), 0x0001000100010001LL * (a))
    const __m512i low = WORDS(0, 4, 1, 5, 2, 6, 3, 7);
    const __m512i high = WORDS(8, 12, 9, 13, 10, 14, 11, 15);
#undef WORDS
    const __m512i part = _mm512_set1_epi64(0x0003000200010000LL);
    // The next node: words moved down by one; the last is not asked for.
    const __m512i next = _mm512_alignr_epi32(n, n, 1);
    const __m512i rise = _mm512_sub_epi16(
        _mm512_or_si512(_mm512_srli_epi32(n, 16), _mm512_slli_epi32(next, 16)), n);
    const __m512i left =
        _mm512_add_epi16(_mm512_slli_epi16(n, 2), _mm512_set1_epi16(32));
    __m512i v[2];
    for (int i = 0; i < 2; i++) {
        const __m512i at = i ? high : low;
        const __m512i up = _mm512_mullo_epi16(_mm512_permutexvar_epi16(at, rise), part);
        v[i] = _mm512_srai_epi16(
            _mm512_add_epi16(_mm512_permutexvar_epi16(at, left), up), 6);
    }
    return _mm512_packus_epi16(v[0], v[1]);
}

AVX512 void rim_veil_avx512(uint8_t *pixel, const int16_t *top, const int16_t *bottom,
                            int down, const rim_tones *tones, int width)
{
    const __m512i d = _mm512_set1_epi16((int16_t)down), one = _mm512_set1_epi16(1);
    for (int x = 0; x < width; x += 64) {
        const int left = width - x < 64 ? width - x : 64;
        const __mmask32 nodes = (UINT32_C(1) << ((left + 3) / 4 + 1)) - 1;
        const __m512i t = _mm512_maskz_loadu_epi16(nodes, top + x / 4);
        const __m512i b = _mm512_maskz_loadu_epi16(nodes, bottom + x / 4);
        if (_mm512_cmpgt_epi16_mask(_mm512_max_epi16(t, b), one) == 0)
            continue;
        const __m512i n = _mm512_add_epi16(
            _mm512_slli_epi16(t, 2), _mm512_mullo_epi16(_mm512_sub_epi16(b, t), d));
        const __mmask64 here = left == 64 ? ~UINT64_C(0) : (UINT64_C(1) << left) - 1;
        blend_64(pixel + 4 * (ptrdiff_t)x, spread_64(n), tones, here);
    }
}
