// add_columns_x86.c: rows without their hot pixels, added up by columns.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <immintrin.h>

// Adds 16 pixels from p[x] on, of which both neighbours are there, to two halves of
// sums (low and high quads of each 128-bit lane) and to the 16-bit count of full ones.
__attribute__((target("avx2"))) static inline void add_16(__m256i *lo, __m256i *hi,
                                                          __m256i *count,
                                                          const uint16_t *p,
                                                          __m256i margin, __m256i full)
{
    const __m256i v = _mm256_loadu_si256((const __m256i *)p);
    const __m256i l = _mm256_loadu_si256((const __m256i *)(p - 1));
    const __m256i r = _mm256_loadu_si256((const __m256i *)(p + 1));
    // (l + r) >> 1 without a carry; saturation does no harm: v is less anyway.
    const __m256i half = _mm256_add_epi16(_mm256_and_si256(l, r),
                                          _mm256_srli_epi16(_mm256_xor_si256(l, r), 1));
    const __m256i more = _mm256_adds_epu16(_mm256_srli_epi16(half, 2), margin);
    const __m256i most = _mm256_adds_epu16(_mm256_max_epu16(l, r), more);
    const __m256i cut = _mm256_min_epu16(v, most);
    const __m256i zero = _mm256_setzero_si256();
    *lo = _mm256_add_epi32(*lo, _mm256_unpacklo_epi16(cut, zero));
    *hi = _mm256_add_epi32(*hi, _mm256_unpackhi_epi16(cut, zero));
    const __m256i is_full = _mm256_cmpeq_epi16(_mm256_max_epu16(cut, full), cut);
    *count = _mm256_sub_epi16(*count, is_full);
}

__attribute__((target("avx2"))) void
rim_add_columns_avx2(uint32_t *sum, const uint16_t *src, ptrdiff_t stride, int rows,
                     int width, int margin, int full)
{
    if (width < 18) {
        rim_add_columns_c(sum, src, stride, rows, width, margin, full);
        return;
    }
    const __m256i m = _mm256_set1_epi16((int16_t)margin);
    const __m256i f = _mm256_set1_epi16((int16_t)full);
    const __m256i zero = _mm256_setzero_si256();
    rim_add_columns_c(sum, src, stride, rows, 1, margin, full);
    rim_add_columns_c(sum + width - 1, src + width - 1, stride, rows, 1, margin, full);
    // The last block ends at the last pixel but one and may overlap the one before.
    for (int x = 1; x < width - 1; x += 16) {
        if (x > width - 17)
            x = width - 17;
        __m256i lo = zero, hi = zero, count = zero;
        const char *p = (const char *)(src + x);
        for (int y = 0; y < rows; y++, p += stride)
            add_16(&lo, &hi, &count, (const uint16_t *)(const void *)p, m, f);
        lo = _mm256_add_epi32(
            lo, _mm256_slli_epi32(_mm256_unpacklo_epi16(count, zero), RIM_FULL_SHIFT));
        hi = _mm256_add_epi32(
            hi, _mm256_slli_epi32(_mm256_unpackhi_epi16(count, zero), RIM_FULL_SHIFT));
        _mm256_storeu_si256((__m256i *)(sum + x),
                            _mm256_permute2x128_si256(lo, hi, 0x20));
        _mm256_storeu_si256((__m256i *)(sum + x + 8),
                            _mm256_permute2x128_si256(lo, hi, 0x31));
    }
}
