// temporal_x86.c: the rows of process/temporal.
// SPDX-License-Identifier: MIT
#include "base/frame.h"
#include "process/kernels/kernels.h"
#include "process/kernels/subtract_run.h"

#include <immintrin.h>

enum { SUM_MOST = 8190 }; // of nine differences, where 16 bits tell them

__attribute__((target("avx2"))) static inline __m256i load(const int16_t *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

// a + (b - a) part, part in Q15, rounded.
__attribute__((target("avx2"))) static inline __m256i between(__m256i a, __m256i b,
                                                              __m256i part)
{
    return _mm256_add_epi16(a, _mm256_mulhrs_epi16(_mm256_sub_epi16(b, a), part));
}

// Sixteen pixels whose places in the past lie side by side in the rows at p and below;
// x, y: fractions of these places, Q15.
__attribute__((target("avx2"))) static inline void
subtract_16(int16_t *difference, const int16_t *ratio, const uint8_t *valid,
            const int16_t *p, int past_width, __m256i x, __m256i y)
{
    const __m256i none = _mm256_set1_epi16(RIM_NO_PAST);
    const __m256i a = load(p), b = load(p + 1);
    const __m256i c = load(p + past_width), d = load(p + past_width + 1);
    const __m256i was = between(between(a, b, x), between(c, d, x), y);
    const __m256i least =
        _mm256_min_epi16(_mm256_min_epi16(a, b), _mm256_min_epi16(c, d));
    const __m256i on = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)valid));
    const __m256i unknown =
        _mm256_or_si256(_mm256_cmpeq_epi16(on, _mm256_setzero_si256()),
                        _mm256_cmpeq_epi16(least, none));
    _mm256_storeu_si256(
        (__m256i *)difference,
        _mm256_blendv_epi8(_mm256_sub_epi16(load(ratio), was), none, unknown));
}

// Q15 fractions of sixteen places of Q16.
__attribute__((target("avx2"))) static inline __m256i fractions(int32_t first,
                                                                __m256i steps)
{
    return _mm256_srli_epi16(
        _mm256_add_epi16(_mm256_set1_epi16((int16_t)(uint16_t)(first & 65535)), steps),
        1);
}

__attribute__((target("avx2"))) void
rim_subtract_row_avx2(int16_t *difference, const int16_t *ratio, const uint8_t *valid,
                      const int16_t *past, int past_width, int past_height, int32_t px,
                      int32_t py, int32_t step_x, int32_t step_y, int width)
{
    const __m256i lane =
        _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m256i steps_x = _mm256_mullo_epi16(
        lane, _mm256_set1_epi16((int16_t)(uint16_t)(step_x & 65535)));
    const __m256i steps_y = _mm256_mullo_epi16(
        lane, _mm256_set1_epi16((int16_t)(uint16_t)(step_y & 65535)));
    while (width > 0) {
        bool inside;
        const int n =
            run_of(&inside, px, py, step_x, step_y, past_width, past_height, width);
        if (!inside || n < 16) {
            rim_subtract_row_c(difference, ratio, valid, past, past_width, past_height,
                               px, py, step_x, step_y, n);
        } else {
            const int16_t *p = past + (ptrdiff_t)(py >> 16) * past_width + (px >> 16);
            // The last block ends with the run and may overlap the one before.
            for (int x = 0; x < n; x += 16) {
                x = x < n - 16 ? x : n - 16;
                subtract_16(difference + x, ratio + x, valid + x, p + x, past_width,
                            fractions(px + x * step_x, steps_x),
                            fractions(py + x * step_y, steps_y));
            }
        }
        difference += n;
        ratio += n;
        valid += n;
        px += n * step_x;
        py += n * step_y;
        width -= n;
    }
}

// Sixteen differences with 0 where there is none, and one less in *count for each.
__attribute__((target("avx2"))) static inline __m256i known_16(__m256i *count,
                                                               const int16_t *p)
{
    const __m256i d = _mm256_loadu_si256((const __m256i *)p);
    const __m256i none = _mm256_cmpeq_epi16(d, _mm256_set1_epi16(RIM_NO_PAST));
    *count = _mm256_add_epi16(*count, none);
    return _mm256_andnot_si256(none, d);
}

// Sums of the 3 x 3 around sixteen pixels: quads 0 and 2 in *lo, 1 and 3 in *hi.
__attribute__((target("avx2"))) static inline __m256i
sum_16(__m256i *lo, __m256i *hi, const int16_t *p, ptrdiff_t stride)
{
    const __m256i one = _mm256_set1_epi16(1), zero = _mm256_setzero_si256();
    __m256i count = _mm256_set1_epi16(9);
    *lo = *hi = zero;
    for (int dy = -1; dy <= 1; dy++) {
        const int16_t *q = p + dy * stride;
        const __m256i a = known_16(&count, q - 1), b = known_16(&count, q);
        const __m256i c = known_16(&count, q + 1);
        *lo =
            _mm256_add_epi32(*lo, _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), one));
        *hi =
            _mm256_add_epi32(*hi, _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), one));
        *lo = _mm256_add_epi32(*lo,
                               _mm256_madd_epi16(_mm256_unpacklo_epi16(c, zero), one));
        *hi = _mm256_add_epi32(*hi,
                               _mm256_madd_epi16(_mm256_unpackhi_epi16(c, zero), one));
    }
    return count;
}

// What eight pixels go back by. Quotients of whole numbers below 2^24 in floats, cut,
// are the integers' own.
__attribute__((target("avx2"))) static inline __m256i back_8(__m256i sum, __m256i count,
                                                             __m256i bin,
                                                             __m256i difference,
                                                             const int32_t *limit)
{
    const __m256i most = _mm256_i32gather_epi32((const int *)limit, bin, 4);
    const __m256 mean = _mm256_div_ps(
        _mm256_cvtepi32_ps(_mm256_abs_epi32(sum)),
        _mm256_cvtepi32_ps(_mm256_max_epi32(count, _mm256_set1_epi32(1))));
    __m256i over = _mm256_sub_epi32(_mm256_cvttps_epi32(mean), most);
    over = _mm256_max_epi32(over, _mm256_setzero_si256());
    over = _mm256_min_epi32(over, most);
    const __m256 part = _mm256_div_ps(
        _mm256_cvtepi32_ps(_mm256_mullo_epi32(over, _mm256_set1_epi32(192))),
        _mm256_cvtepi32_ps(most));
    const __m256i keep =
        _mm256_sub_epi32(_mm256_set1_epi32(192), _mm256_cvttps_epi32(part));
    const __m256i p = _mm256_mullo_epi32(difference, keep);
    const __m256i up = _mm256_srli_epi32(_mm256_srai_epi32(p, 31), 24);
    return _mm256_srai_epi32(_mm256_add_epi32(p, up), 8);
}

// Sixteen pixels, whatever they are.
__attribute__((target("avx2"))) static __m256i blend_16(const int16_t *difference,
                                                        ptrdiff_t stride, __m256i ratio,
                                                        __m256i log,
                                                        const int32_t *limit)
{
    const __m256i zero = _mm256_setzero_si256();
    __m256i lo, hi, ignored = zero;
    const __m256i count = sum_16(&lo, &hi, difference, stride);
    const __m256i d = known_16(&ignored, difference);
    const __m256i bin = _mm256_srli_epi16(log, 9);
    // Signs are kept by shifting down from the upper half.
    const __m256i d_lo = _mm256_srai_epi32(_mm256_unpacklo_epi16(zero, d), 16);
    const __m256i d_hi = _mm256_srai_epi32(_mm256_unpackhi_epi16(zero, d), 16);
    lo = back_8(lo, _mm256_unpacklo_epi16(count, zero),
                _mm256_unpacklo_epi16(bin, zero), d_lo, limit);
    hi = back_8(hi, _mm256_unpackhi_epi16(count, zero),
                _mm256_unpackhi_epi16(bin, zero), d_hi, limit);
    return _mm256_sub_epi16(ratio, _mm256_packs_epi32(lo, hi));
}

// The bins of the dimmest and the brightest of sixteen pixels.
__attribute__((target("avx2"))) static inline void bins_of(int *first, int *last,
                                                           __m256i log)
{
    const __m128i a = _mm256_castsi256_si128(log), b = _mm256_extracti128_si256(log, 1);
    const __m128i ones = _mm_set1_epi16(-1);
    *first = _mm_extract_epi16(_mm_minpos_epu16(_mm_min_epu16(a, b)), 0) >> 9;
    const __m128i most = _mm_minpos_epu16(_mm_xor_si128(_mm_max_epu16(a, b), ones));
    *last = (0xffff ^ _mm_extract_epi16(most, 0)) >> 9;
}

// The limits of sixteen pixels, in 16 bits; bins from the first to the last.
__attribute__((target("avx2"))) static inline __m256i
limits_of(__m256i log, int first, int last, const int32_t *limit)
{
    __m256i v = _mm256_set1_epi16((int16_t)limit[first]);
    for (int i = first + 1; i <= last; i++) { // hardly ever more than one
        const __m256i below =
            _mm256_cmpgt_epi16(_mm256_set1_epi16((int16_t)(i << 9)), log);
        v = _mm256_blendv_epi8(_mm256_set1_epi16((int16_t)limit[i]), v, below);
    }
    return v;
}

// a / b of sixteen whole numbers below 2^24, cut: so are the floats'.
__attribute__((target("avx2"))) static inline __m256i quotient(__m256i a_lo,
                                                               __m256i a_hi, __m256i b)
{
    const __m256i zero = _mm256_setzero_si256();
    const __m256 lo = _mm256_cvtepi32_ps(_mm256_unpacklo_epi16(b, zero));
    const __m256 hi = _mm256_cvtepi32_ps(_mm256_unpackhi_epi16(b, zero));
    return _mm256_packs_epi32(
        _mm256_cvttps_epi32(_mm256_div_ps(_mm256_cvtepi32_ps(a_lo), lo)),
        _mm256_cvttps_epi32(_mm256_div_ps(_mm256_cvtepi32_ps(a_hi), hi)));
}

// Sixteen pixels with the mean of the differences around them, without its sign, and
// limits of at most LIMIT_MOST. A sum above SUM_MOST may have overflown: twice a limit is
// less than its mean whatever it was, and nothing is kept.
enum { LIMIT_MOST = SUM_MOST / 18 };
__attribute__((target("avx2"))) static inline __m256i
blend_within(__m256i mean, __m256i d, __m256i ratio, __m256i most)
{
    const __m256i zero = _mm256_setzero_si256(), times = _mm256_set1_epi16(192);
    const __m256i over = _mm256_min_epu16(_mm256_subs_epu16(mean, most), most);
    const __m256i part =
        quotient(_mm256_madd_epi16(_mm256_unpacklo_epi16(over, zero), times),
                 _mm256_madd_epi16(_mm256_unpackhi_epi16(over, zero), times), most);
    const __m256i keep = _mm256_sub_epi16(times, part);
    // |d| keep / 256: bits 8 to 23 of the product.
    const __m256i size = _mm256_abs_epi16(d);
    const __m256i back =
        _mm256_or_si256(_mm256_slli_epi16(_mm256_mulhi_epu16(size, keep), 8),
                        _mm256_srli_epi16(_mm256_mullo_epi16(size, keep), 8));
    return _mm256_sub_epi16(ratio, _mm256_sign_epi16(back, d));
}

// The mean around sixteen pixels that have all nine: 7282 / 65536 is off a ninth by less
// than what any quotient is short of the next.
__attribute__((target("avx2"))) static inline __m256i mean_of_nine(__m256i nine)
{
    return _mm256_mulhi_epu16(_mm256_abs_epi16(nine), _mm256_set1_epi16(7282));
}

// And of sixteen of which some are not there; 0 where none is.
__attribute__((target("avx2"))) static inline __m256i mean_of_known(const int16_t *p,
                                                                    ptrdiff_t stride)
{
    const __m256i zero = _mm256_setzero_si256();
    __m256i count = _mm256_set1_epi16(9), column[3];
    for (int i = 0; i < 3; i++) {
        const int16_t *q = p + i - 1;
        column[i] = _mm256_add_epi16(
            _mm256_add_epi16(known_16(&count, q - stride), known_16(&count, q)),
            known_16(&count, q + stride));
    }
    const __m256i sum = _mm256_abs_epi16(
        _mm256_adds_epi16(_mm256_adds_epi16(column[0], column[1]), column[2]));
    return quotient(_mm256_unpacklo_epi16(sum, zero), _mm256_unpackhi_epi16(sum, zero),
                    _mm256_max_epi16(count, _mm256_set1_epi16(1)));
}

// Sums and lowest of three rows, whose neighbours at both sides are there too.
__attribute__((target("avx2"))) static void
add_rows(int16_t *sum, int16_t *least, const int16_t *p, ptrdiff_t stride, int width)
{
    int x = 0;
    for (; x + 16 <= width; x += 16) {
        const __m256i a = load(p + x - stride), b = load(p + x),
                      c = load(p + x + stride);
        _mm256_storeu_si256((__m256i *)(sum + x),
                            _mm256_add_epi16(a, _mm256_add_epi16(b, c)));
        _mm256_storeu_si256((__m256i *)(least + x),
                            _mm256_min_epi16(a, _mm256_min_epi16(b, c)));
    }
    for (; x < width; x++) {
        const int16_t a = p[x - stride], b = p[x], c = p[x + stride];
        const int16_t low = a < b ? a : b;
        sum[x] = (int16_t)(a + b + c);
        least[x] = low < c ? low : c;
    }
}

// Where all nine differences are there and their mean keeps within the limit, which is
// nearly everywhere, a pixel goes back by three quarters of its own. The nine are added
// in 16 bits: three of a column cannot overflow, and what overflows after that stays
// above SUM_MOST.
__attribute__((target("avx2"))) void
rim_blend_row_avx2(int16_t *out, int16_t *past, const int16_t *difference,
                   ptrdiff_t stride, const int16_t *ratio, const uint8_t *valid,
                   const int16_t *log, const int32_t *limit, int width)
{
    int16_t sum[RIM_FRAME_SIDE_MAX + 2], least[RIM_FRAME_SIDE_MAX + 2];
    add_rows(sum, least, difference - 1, stride, width + 2);
    const __m256i zero = _mm256_setzero_si256();
    int x = 0;
    for (; x + 16 <= width; x += 16) {
        const __m256i now = load(ratio + x), light = load(log + x);
        const __m256i nine = _mm256_adds_epi16(
            _mm256_adds_epi16(load(sum + x), load(sum + x + 1)), load(sum + x + 2));
        const __m256i low =
            _mm256_min_epi16(_mm256_min_epi16(load(least + x), load(least + x + 1)),
                             load(least + x + 2));
        const __m256i far = _mm256_max_epi16(nine, _mm256_subs_epi16(zero, nine));
        const __m256i none = _mm256_cmpeq_epi16(low, _mm256_set1_epi16(RIM_NO_PAST));
        int first, last;
        bins_of(&first, &last, light);
        int32_t lower = limit[first], upper = lower;
        for (int i = first + 1; i <= last; i++) { // hardly ever more than one
            lower = limit[i] < lower ? limit[i] : lower;
            upper = limit[i] > upper ? limit[i] : upper;
        }
        // What nine add up to where their mean keeps within all limits.
        const int within = lower < SUM_MOST / 9 ? 9 * lower + 8 : SUM_MOST;
        const __m256i unlike =
            _mm256_cmpgt_epi16(far, _mm256_set1_epi16((int16_t)within));
        const __m256i d = load(difference + x);
        __m256i v;
        const __m256i bad = _mm256_or_si256(none, unlike);
        if (_mm256_testz_si256(bad, bad)) {
            const __m256i p = _mm256_add_epi16(d, _mm256_add_epi16(d, d));
            const __m256i up = _mm256_srli_epi16(_mm256_srai_epi16(p, 15), 14);
            v = _mm256_sub_epi16(now, _mm256_srai_epi16(_mm256_add_epi16(p, up), 2));
        } else if (upper > LIMIT_MOST) {
            v = blend_16(difference + x, stride, now, light, limit);
        } else {
            const __m256i mean = _mm256_testz_si256(none, none)
                                     ? mean_of_nine(nine)
                                     : mean_of_known(difference + x, stride);
            const __m256i there = _mm256_andnot_si256(
                _mm256_cmpeq_epi16(d, _mm256_set1_epi16(RIM_NO_PAST)), d);
            v = blend_within(mean, there, now, limits_of(light, first, last, limit));
        }
        const __m256i on = _mm256_cvtepu8_epi16(
            _mm_loadu_si128((const __m128i *)(const void *)(valid + x)));
        _mm256_storeu_si256((__m256i *)(out + x), v);
        _mm256_storeu_si256((__m256i *)(past + x),
                            _mm256_blendv_epi8(v, _mm256_set1_epi16(RIM_NO_PAST),
                                               _mm256_cmpeq_epi16(on, zero)));
    }
    rim_blend_row_c(out + x, past + x, difference + x, stride, ratio + x, valid + x,
                    log + x, limit, width - x);
}
