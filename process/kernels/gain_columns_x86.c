// gain_columns_x86.c: rows without their hot pixels, times a gain, added up by columns.
//
// As in add_columns_x86.c a block is first taken to hold neither a hot nor a full pixel,
// and gone through again where that was not so.
// SPDX-License-Identifier: MIT
#include "process/kernels/gain_columns.h"
#include "process/kernels/kernels.h"

#include <immintrin.h>
#include <string.h>

#define AVX2   __attribute__((target("avx2")))
#define INLINE __attribute__((target("avx2"), always_inline)) static inline

enum { BLOCK = 16 };

typedef struct job {
    ptrdiff_t stride, gain_stride;
    int rows, margin, full;
    gain_shifts shift;
    __m128i by_pixel, by_pair, by_sum;
} job;

typedef struct sums {
    __m256i lo, hi;    // of products, quads 0 and 2, 1 and 3 of sixteen pixels
    __m256i above, up; // most that a pixel stands above its neighbours; the highest
    __m256i count;     // of full ones, 16 bits
} sums;

INLINE __m256i load(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

// Sixteen pixels of a row; `cutting`: without what is hot, and full ones are counted.
INLINE __m256i pixels(sums *s, const char *p, const job *j, bool cutting)
{
    const __m256i v = load(p), left = load(p - 2), right = load(p + 2);
    const __m256i side = _mm256_max_epu16(left, right);
    if (!cutting) {
        s->above = _mm256_max_epu16(s->above, _mm256_subs_epu16(v, side));
        s->up = _mm256_max_epu16(s->up, v);
        return _mm256_srl_epi16(v, j->by_pixel);
    }
    const __m256i half =
        _mm256_add_epi16(_mm256_and_si256(left, right),
                         _mm256_srli_epi16(_mm256_xor_si256(left, right), 1));
    const __m256i more = _mm256_adds_epu16(_mm256_srli_epi16(half, 2),
                                           _mm256_set1_epi16((int16_t)j->margin));
    const __m256i cut = _mm256_min_epu16(v, _mm256_adds_epu16(side, more));
    const __m256i full = _mm256_set1_epi16((int16_t)j->full);
    s->count = _mm256_sub_epi16(s->count,
                                _mm256_cmpeq_epi16(_mm256_max_epu16(cut, full), cut));
    return _mm256_srl_epi16(cut, j->by_pixel);
}

// Adds a pair of rows, all below 2^15.
INLINE void add_pair(sums *s, const job *j, __m256i a, __m256i b, __m256i gain_a,
                     __m256i gain_b)
{
    const __m256i lo = _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b),
                                         _mm256_unpacklo_epi16(gain_a, gain_b));
    const __m256i hi = _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b),
                                         _mm256_unpackhi_epi16(gain_a, gain_b));
    s->lo = _mm256_add_epi32(s->lo, _mm256_srl_epi32(lo, j->by_pair));
    s->hi = _mm256_add_epi32(s->hi, _mm256_srl_epi32(hi, j->by_pair));
}

// Sixteen columns of which both neighbours are there.
INLINE void add_rows(sums *s, const job *j, const char *p, const char *g, bool cutting)
{
    const __m256i zero = _mm256_setzero_si256();
    *s = (sums){zero, zero, zero, zero, zero};
    int y = 0;
    for (; y + 2 <= j->rows; y += 2) {
        const __m256i a = pixels(s, p, j, cutting);
        const __m256i b = pixels(s, p + j->stride, j, cutting);
        add_pair(s, j, a, b, load(g), load(g + j->gain_stride));
        if (!cutting) { // what follows these rows
            _mm_prefetch(p + j->rows * j->stride, _MM_HINT_T1);
            _mm_prefetch(p + (j->rows + 1) * j->stride, _MM_HINT_T1);
            _mm_prefetch(g + j->rows * j->gain_stride, _MM_HINT_T1);
            _mm_prefetch(g + (j->rows + 1) * j->gain_stride, _MM_HINT_T1);
        }
        p += 2 * j->stride;
        g += 2 * j->gain_stride;
    }
    if (y < j->rows)
        add_pair(s, j, pixels(s, p, j, cutting), zero, load(g), zero);
}

INLINE void store(uint32_t *to, __m256i lo, __m256i hi)
{
    _mm256_storeu_si256((__m256i *)to, _mm256_permute2x128_si256(lo, hi, 0x20));
    _mm256_storeu_si256((__m256i *)(to + 8), _mm256_permute2x128_si256(lo, hi, 0x31));
}

INLINE bool is_odd(const sums *s, const job *j)
{
    const __m256i odd = _mm256_or_si256(
        _mm256_subs_epu16(s->above, _mm256_set1_epi16((int16_t)j->margin)),
        _mm256_subs_epu16(s->up, _mm256_set1_epi16((int16_t)(j->full - 1))));
    return !_mm256_testz_si256(odd, odd);
}

AVX2 bool rim_gain_columns_avx2(uint32_t *sum, uint32_t *count, const uint16_t *src,
                                ptrdiff_t stride, const uint16_t *gain,
                                ptrdiff_t gain_stride, int gain_bits, int rows,
                                int width, int bits, int margin, int full)
{
    if (width < BLOCK + 2)
        return rim_gain_columns_c(sum, count, src, stride, gain, gain_stride, gain_bits,
                                  rows, width, bits, margin, full);
    const gain_shifts shift = gain_shifts_of(bits, gain_bits);
    const job j = {stride,
                   gain_stride,
                   rows,
                   margin,
                   full,
                   shift,
                   _mm_cvtsi32_si128(shift.pixel),
                   _mm_cvtsi32_si128(shift.pair),
                   _mm_cvtsi32_si128(shift.sum)};
    const __m256i half = _mm256_set1_epi32(1 << shift.sum >> 1);
    const __m256i zero = _mm256_setzero_si256();
    const int last = width - 1;
    uint32_t n[2] = {0};
    rim_gain_columns_c(sum, n, src, stride, gain, gain_stride, gain_bits, rows, 1, bits,
                       margin, full);
    rim_gain_columns_c(sum + last, n + 1, src + last, stride, gain + last, gain_stride,
                       gain_bits, rows, 1, bits, margin, full);
    bool any = n[0] | n[1];
    if (any)
        memset(count, 0, (size_t)width * sizeof *count);
    // The last block ends at the last pixel but one and may overlap the one before.
    for (int x = 1; x < last; x += BLOCK) {
        if (x > last - BLOCK)
            x = last - BLOCK;
        const char *p = (const char *)(src + x), *g = (const char *)(gain + x);
        sums s;
        add_rows(&s, &j, p, g, false);
        if (is_odd(&s, &j)) {
            add_rows(&s, &j, p, g, true);
            if (!any && !_mm256_testz_si256(s.count, s.count)) {
                memset(count, 0, (size_t)width * sizeof *count);
                any = true;
            }
            if (any)
                store(count + x, _mm256_unpacklo_epi16(s.count, zero),
                      _mm256_unpackhi_epi16(s.count, zero));
        }
        store(sum + x, _mm256_srl_epi32(_mm256_add_epi32(s.lo, half), j.by_sum),
              _mm256_srl_epi32(_mm256_add_epi32(s.hi, half), j.by_sum));
    }
    if (any) {
        count[0] = n[0];
        count[last] = n[1];
    }
    return any;
}
