// reduce_x86.c: the rows of process/reduce, but for add_columns.
// SPDX-License-Identifier: MIT
#include "process/kernels/reduce_rows.h"

#include <immintrin.h>

// Eight products of difference and gain, rounded and with their signs; `down`: all
// ones where the difference is below zero.
__attribute__((target("avx2"))) static inline __m256i rounded(__m256i product,
                                                              __m256i down)
{
    // floor((-p + 2048) / 4096) = -floor((p + 2047) / 4096)
    const __m256i half = _mm256_add_epi32(_mm256_set1_epi32(2048), down);
    const __m256i v = _mm256_srli_epi32(_mm256_add_epi32(product, half), 12);
    return _mm256_sub_epi32(_mm256_xor_si256(v, down), down);
}

typedef struct sums {
    __m256i lo, hi, count; // quads 0 and 2, 1 and 3 of sixteen pixels
} sums;

// Adds 16 pixels of which both neighbours are there.
__attribute__((target("avx2"))) static inline void
add_16(sums *s, const uint16_t *p, const uint16_t *dark, const uint16_t *gain,
       __m128i shift, __m256i margin, __m256i full)
{
    const __m256i v = _mm256_loadu_si256((const __m256i *)p);
    const __m256i l = _mm256_loadu_si256((const __m256i *)(p - 1));
    const __m256i r = _mm256_loadu_si256((const __m256i *)(p + 1));
    const __m256i half = _mm256_add_epi16(_mm256_and_si256(l, r),
                                          _mm256_srli_epi16(_mm256_xor_si256(l, r), 1));
    const __m256i more = _mm256_adds_epu16(_mm256_srli_epi16(half, 2), margin);
    const __m256i cut =
        _mm256_min_epu16(v, _mm256_adds_epu16(_mm256_max_epu16(l, r), more));
    const __m256i is_full = _mm256_cmpeq_epi16(_mm256_max_epu16(cut, full), cut);
    s->count = _mm256_sub_epi16(s->count, is_full);
    const __m256i q16 = _mm256_sll_epi16(cut, shift);
    const __m256i d = _mm256_loadu_si256((const __m256i *)dark);
    const __m256i g = _mm256_loadu_si256((const __m256i *)gain);
    const __m256i above = _mm256_subs_epu16(q16, d), below = _mm256_subs_epu16(d, q16);
    const __m256i size = _mm256_or_si256(above, below);
    const __m256i up = _mm256_cmpeq_epi16(below, _mm256_setzero_si256());
    const __m256i down = _mm256_xor_si256(up, _mm256_set1_epi16(-1));
    const __m256i low = _mm256_mullo_epi16(size, g), high = _mm256_mulhi_epu16(size, g);
    s->lo = _mm256_add_epi32(s->lo, rounded(_mm256_unpacklo_epi16(low, high),
                                            _mm256_unpacklo_epi16(down, down)));
    s->hi = _mm256_add_epi32(s->hi, rounded(_mm256_unpackhi_epi16(low, high),
                                            _mm256_unpackhi_epi16(down, down)));
}

__attribute__((target("avx2"))) void
rim_correct_columns_avx2(int32_t *sum, uint32_t *count, const uint16_t *src,
                         ptrdiff_t stride, const uint16_t *dark, ptrdiff_t dark_stride,
                         const uint16_t *gain, ptrdiff_t gain_stride, int rows,
                         int width, int shift, int margin, int full)
{
    if (width < 18) {
        rim_correct_columns_c(sum, count, src, stride, dark, dark_stride, gain,
                              gain_stride, rows, width, shift, margin, full);
        return;
    }
    const __m256i m = _mm256_set1_epi16((int16_t)margin);
    const __m256i f = _mm256_set1_epi16((int16_t)full);
    const __m256i zero = _mm256_setzero_si256();
    const __m128i by = _mm_cvtsi32_si128(shift);
    const int last = width - 1;
    rim_correct_columns_c(sum, count, src, stride, dark, dark_stride, gain, gain_stride,
                          rows, 1, shift, margin, full);
    rim_correct_columns_c(sum + last, count + last, src + last, stride, dark + last,
                          dark_stride, gain + last, gain_stride, rows, 1, shift, margin,
                          full);
    // The last block ends at the last pixel but one and may overlap the one before.
    for (int x = 1; x < width - 1; x += 16) {
        if (x > width - 17)
            x = width - 17;
        sums s = {zero, zero, zero};
        const char *p = (const char *)(src + x), *d = (const char *)(dark + x),
                   *g = (const char *)(gain + x);
        for (int y = 0; y < rows; y++, p += stride, d += dark_stride, g += gain_stride)
            add_16(&s, (const uint16_t *)(const void *)p,
                   (const uint16_t *)(const void *)d, (const uint16_t *)(const void *)g,
                   by, m, f);
        const __m256i count_lo = _mm256_unpacklo_epi16(s.count, zero);
        const __m256i count_hi = _mm256_unpackhi_epi16(s.count, zero);
        _mm256_storeu_si256((__m256i *)(sum + x),
                            _mm256_permute2x128_si256(s.lo, s.hi, 0x20));
        _mm256_storeu_si256((__m256i *)(sum + x + 8),
                            _mm256_permute2x128_si256(s.lo, s.hi, 0x31));
        _mm256_storeu_si256((__m256i *)(count + x),
                            _mm256_permute2x128_si256(count_lo, count_hi, 0x20));
        _mm256_storeu_si256((__m256i *)(count + x + 8),
                            _mm256_permute2x128_si256(count_lo, count_hi, 0x31));
    }
}

__attribute__((target("avx2"))) void rim_split_row_avx2(int32_t *sum, uint32_t *count,
                                                        const uint32_t *packed,
                                                        const int32_t *all, int black,
                                                        int shift, int full, int width)
{
    split_row(sum, count, packed, all, black, shift, full, width);
}

__attribute__((target("avx2"))) void
rim_light_row_avx2(uint16_t *light, uint8_t *saturated, const int32_t *sum,
                   const uint32_t *count, const double *inverse,
                   const double *inverse_all, int width)
{
    light_row(light, saturated, sum, count, inverse, inverse_all, width);
}
