// add_columns_x86.c: rows without their hot pixels, added up by columns.
//
// Most blocks hold neither a hot nor a full pixel: two maxima over all rows tell, and
// the sum of the pixels as they are is then the answer. Only the others are gone
// through pixel by pixel. Hardware prefetchers stop at pages, which a row hardly fills:
// the rows that follow these are asked for here.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <immintrin.h>
#include <stdbool.h>

#define AVX2   __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))
#define ALWAYS __attribute__((always_inline))

enum { BLOCK = 32 };

typedef struct limits {
    int rows, margin, full;
    ptrdiff_t stride;
} limits;

AVX2 static inline __m256i load(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

AVX2 static inline void store(void *p, __m256i v)
{
    _mm256_storeu_si256((__m256i *)p, v);
}

// The first or last column, which stays as it is.
static uint32_t end_of_row(const char *p, const limits *l)
{
    uint32_t s = 0;
    for (int y = 0; y < l->rows; y++, p += l->stride) {
        const uint16_t v = *(const uint16_t *)(const void *)p;
        s += v + ((uint32_t)(v >= l->full) << RIM_FULL_SHIFT);
    }
    return s;
}

// Sixteen pixels from p[0] on, of which both neighbours are there, gone through one by
// one: their sums and the number of full ones.
AVX2 static void add_16(uint32_t *sum, const char *p, const limits *l)
{
    const __m256i margin = _mm256_set1_epi16((int16_t)l->margin);
    const __m256i full = _mm256_set1_epi16((int16_t)l->full);
    const __m256i zero = _mm256_setzero_si256();
    __m256i lo = zero, hi = zero, count = zero;
    for (int y = 0; y < l->rows; y++, p += l->stride) {
        const __m256i v = load(p), left = load(p - 2), right = load(p + 2);
        // (left + right) >> 1 without a carry; saturation does no harm: v is less
        // anyway.
        const __m256i half =
            _mm256_add_epi16(_mm256_and_si256(left, right),
                             _mm256_srli_epi16(_mm256_xor_si256(left, right), 1));
        const __m256i more = _mm256_adds_epu16(_mm256_srli_epi16(half, 2), margin);
        const __m256i most = _mm256_adds_epu16(_mm256_max_epu16(left, right), more);
        const __m256i cut = _mm256_min_epu16(v, most);
        lo = _mm256_add_epi32(lo, _mm256_unpacklo_epi16(cut, zero));
        hi = _mm256_add_epi32(hi, _mm256_unpackhi_epi16(cut, zero));
        count = _mm256_sub_epi16(count,
                                 _mm256_cmpeq_epi16(_mm256_max_epu16(cut, full), cut));
    }
    lo = _mm256_add_epi32(
        lo, _mm256_slli_epi32(_mm256_unpacklo_epi16(count, zero), RIM_FULL_SHIFT));
    hi = _mm256_add_epi32(
        hi, _mm256_slli_epi32(_mm256_unpackhi_epi16(count, zero), RIM_FULL_SHIFT));
    store(sum, _mm256_permute2x128_si256(lo, hi, 0x20));
    store(sum + 8, _mm256_permute2x128_si256(lo, hi, 0x31));
}

typedef struct sums {
    __m256i lo, hi;    // narrow: lo alone, of 16 bits
    __m256i above, up; // most that a pixel stands above its neighbours; the highest
} sums;

AVX2 ALWAYS static inline void look(sums *s, const char *p, bool narrow)
{
    const __m256i v = load(p), left = load(p - 2), right = load(p + 2);
    s->above =
        _mm256_max_epu16(s->above, _mm256_subs_epu16(v, _mm256_max_epu16(left, right)));
    s->up = _mm256_max_epu16(s->up, v);
    if (narrow) {
        s->lo = _mm256_add_epi16(s->lo, v);
    } else {
        const __m256i zero = _mm256_setzero_si256();
        s->lo = _mm256_add_epi32(s->lo, _mm256_unpacklo_epi16(v, zero));
        s->hi = _mm256_add_epi32(s->hi, _mm256_unpackhi_epi16(v, zero));
    }
}

AVX2 ALWAYS static inline void finish(uint32_t *sum, const sums *s, const char *p,
                                      const limits *l, bool narrow)
{
    const __m256i odd = _mm256_or_si256(
        _mm256_subs_epu16(s->above, _mm256_set1_epi16((int16_t)l->margin)),
        _mm256_subs_epu16(s->up, _mm256_set1_epi16((int16_t)(l->full - 1))));
    if (!_mm256_testz_si256(odd, odd)) {
        add_16(sum, p, l);
    } else if (narrow) {
        store(sum, _mm256_cvtepu16_epi32(_mm256_castsi256_si128(s->lo)));
        store(sum + 8, _mm256_cvtepu16_epi32(_mm256_extracti128_si256(s->lo, 1)));
    } else {
        store(sum, _mm256_permute2x128_si256(s->lo, s->hi, 0x20));
        store(sum + 8, _mm256_permute2x128_si256(s->lo, s->hi, 0x31));
    }
}

AVX2 ALWAYS static inline void add_blocks(uint32_t *sum, const uint16_t *src,
                                          const limits *l, int width, bool narrow)
{
    // The last block ends at the last pixel but one and may overlap the one before.
    for (int x = 1; x < width - 1; x += BLOCK) {
        if (x > width - 1 - BLOCK)
            x = width - 1 - BLOCK;
        const __m256i zero = _mm256_setzero_si256();
        sums a = {zero, zero, zero, zero}, b = a;
        const char *first = (const char *)(src + x), *p = first;
#pragma GCC unroll 4
        for (int y = 0; y < l->rows; y++, p += l->stride) {
            look(&a, p, narrow);
            look(&b, p + BLOCK, narrow);
            _mm_prefetch(p + l->rows * l->stride, _MM_HINT_T1);
        }
        finish(sum + x, &a, first, l, narrow);
        finish(sum + x + BLOCK / 2, &b, first + BLOCK, l, narrow);
    }
}

// First and last column have one neighbour. False: no whole block lies between; done.
static bool add_ends(uint32_t *sum, const uint16_t *src, const limits *l, int width)
{
    if (width < BLOCK + 2) {
        rim_add_columns_c(sum, src, l->stride, l->rows, width, l->margin, l->full);
        return false;
    }
    sum[0] = end_of_row((const char *)src, l);
    sum[width - 1] = end_of_row((const char *)(src + width - 1), l);
    return true;
}

AVX2 void rim_add_columns_avx2(uint32_t *sum, const uint16_t *src, ptrdiff_t stride,
                               int rows, int width, int margin, int full)
{
    const limits l = {rows, margin, full, stride};
    if (!add_ends(sum, src, &l, width))
        return;
    if (rows * (full - 1) <= UINT16_MAX)
        add_blocks(sum, src, &l, width, true);
    else
        add_blocks(sum, src, &l, width, false);
}

AVX512 static inline __m512i wide_16(__m512i v, int half)
{
    return _mm512_cvtepu16_epi32(half ? _mm512_extracti64x4_epi64(v, 1)
                                      : _mm512_castsi512_si256(v));
}

// The same, a block at once.
AVX512 ALWAYS static inline void add_blocks_512(uint32_t *sum, const uint16_t *src,
                                                const limits *l, int width, bool narrow)
{
    const __m512i zero = _mm512_setzero_si512();
    const __m512i margin = _mm512_set1_epi16((int16_t)l->margin);
    const __m512i full = _mm512_set1_epi16((int16_t)l->full);
    for (int x = 1; x < width - 1; x += BLOCK) {
        if (x > width - 1 - BLOCK)
            x = width - 1 - BLOCK;
        __m512i lo = zero, hi = zero, above = zero, up = zero;
        const char *first = (const char *)(src + x), *p = first;
#pragma GCC unroll 4
        for (int y = 0; y < l->rows; y++, p += l->stride) {
            const __m512i v = _mm512_loadu_si512(p), left = _mm512_loadu_si512(p - 2);
            const __m512i side = _mm512_max_epu16(left, _mm512_loadu_si512(p + 2));
            above = _mm512_max_epu16(above, _mm512_subs_epu16(v, side));
            up = _mm512_max_epu16(up, v);
            lo = narrow ? _mm512_add_epi16(lo, v) : _mm512_add_epi32(lo, wide_16(v, 0));
            hi = narrow ? hi : _mm512_add_epi32(hi, wide_16(v, 1));
            _mm_prefetch(p + l->rows * l->stride, _MM_HINT_T1);
        }
        if (_mm512_cmpgt_epu16_mask(above, margin) |
            _mm512_cmpge_epu16_mask(up, full)) {
            add_16(sum + x, first, l);
            add_16(sum + x + BLOCK / 2, first + BLOCK, l);
        } else {
            _mm512_storeu_si512(sum + x, narrow ? wide_16(lo, 0) : lo);
            _mm512_storeu_si512(sum + x + BLOCK / 2, narrow ? wide_16(lo, 1) : hi);
        }
    }
}

AVX512 void rim_add_columns_avx512(uint32_t *sum, const uint16_t *src, ptrdiff_t stride,
                                   int rows, int width, int margin, int full)
{
    const limits l = {rows, margin, full, stride};
    if (!add_ends(sum, src, &l, width))
        return;
    if (rows * (full - 1) <= UINT16_MAX)
        add_blocks_512(sum, src, &l, width, true);
    else
        add_blocks_512(sum, src, &l, width, false);
}
