// temporal_x86.c: the rows of process/temporal.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <immintrin.h>

// Eight pixels whose places in the past lie side by side in the rows at p and below.
__attribute__((target("avx2"))) static inline void
subtract_8(int16_t *difference, const int16_t *ratio, const uint8_t *valid,
           const int16_t *p, int past_width, __m256i x, __m256i y)
{
    const __m128i none = _mm_set1_epi16(RIM_NO_PAST);
    const __m128i a = _mm_loadu_si128((const __m128i *)p);
    const __m128i b = _mm_loadu_si128((const __m128i *)(p + 1));
    const __m128i c = _mm_loadu_si128((const __m128i *)(p + past_width));
    const __m128i d = _mm_loadu_si128((const __m128i *)(p + past_width + 1));
    // Of each pixel 256 - fx and fx, side by side as madd wants them.
    const __m256i byte = _mm256_set1_epi32(255);
    const __m256i fx = _mm256_and_si256(_mm256_srli_epi32(x, 8), byte);
    const __m256i fy = _mm256_and_si256(_mm256_srli_epi32(y, 8), byte);
    const __m256i weight = _mm256_or_si256(
        _mm256_slli_epi32(fx, 16), _mm256_sub_epi32(_mm256_set1_epi32(256), fx));
    const __m256i top = _mm256_madd_epi16(
        _mm256_set_m128i(_mm_unpackhi_epi16(a, b), _mm_unpacklo_epi16(a, b)), weight);
    const __m256i bot = _mm256_madd_epi16(
        _mm256_set_m128i(_mm_unpackhi_epi16(c, d), _mm_unpacklo_epi16(c, d)), weight);
    // t (256 - fy) + b fy = 256 t + (b - t) fy
    __m256i was = _mm256_mullo_epi32(_mm256_sub_epi32(bot, top), fy);
    was = _mm256_add_epi32(was, _mm256_slli_epi32(top, 8));
    was = _mm256_srai_epi32(_mm256_add_epi32(was, _mm256_set1_epi32(32768)), 16);
    const __m128i was16 =
        _mm_packs_epi32(_mm256_castsi256_si128(was), _mm256_extracti128_si256(was, 1));
    const __m128i now = _mm_loadu_si128((const __m128i *)ratio);
    const __m128i on = _mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)valid));
    __m128i unknown = _mm_cmpeq_epi16(on, _mm_setzero_si128());
    unknown = _mm_or_si128(
        unknown, _mm_or_si128(_mm_cmpeq_epi16(a, none), _mm_cmpeq_epi16(b, none)));
    unknown = _mm_or_si128(
        unknown, _mm_or_si128(_mm_cmpeq_epi16(c, none), _mm_cmpeq_epi16(d, none)));
    _mm_storeu_si128((__m128i *)difference,
                     _mm_blendv_epi8(_mm_sub_epi16(now, was16), none, unknown));
}

__attribute__((target("avx2"))) void
rim_subtract_row_avx2(int16_t *difference, const int16_t *ratio, const uint8_t *valid,
                      const int16_t *past, int past_width, int past_height, int32_t px,
                      int32_t py, int32_t step_x, int32_t step_y, int width)
{
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i lane_x = _mm256_mullo_epi32(lane, _mm256_set1_epi32(step_x));
    const __m256i lane_y = _mm256_mullo_epi32(lane, _mm256_set1_epi32(step_y));
    for (int x = 0; x < width; x += 8, px += 8 * step_x, py += 8 * step_y) {
        const int n = width - x < 8 ? width - x : 8;
        const int x0 = px >> 16, y0 = py >> 16;
        const int x7 = (px + 7 * step_x) >> 16, y7 = (py + 7 * step_y) >> 16;
        if (n == 8 && y0 == y7 && x7 == x0 + 7 && x0 >= 0 && y0 >= 0 &&
            x7 + 1 < past_width && y0 + 1 < past_height)
            subtract_8(difference + x, ratio + x, valid + x,
                       past + (ptrdiff_t)y0 * past_width + x0, past_width,
                       _mm256_add_epi32(_mm256_set1_epi32(px), lane_x),
                       _mm256_add_epi32(_mm256_set1_epi32(py), lane_y));
        else
            rim_subtract_row_c(difference + x, ratio + x, valid + x, past, past_width,
                               past_height, px, py, step_x, step_y, n);
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

__attribute__((target("avx2"))) void
rim_blend_row_avx2(int16_t *out, int16_t *past, const int16_t *difference,
                   ptrdiff_t stride, const int16_t *ratio, const uint8_t *valid,
                   const int16_t *log, const int32_t *limit, int width)
{
    const __m256i zero = _mm256_setzero_si256();
    int x = 0;
    for (; x + 16 <= width; x += 16) {
        __m256i lo, hi, ignored = zero;
        const __m256i count = sum_16(&lo, &hi, difference + x, stride);
        const __m256i d = known_16(&ignored, difference + x);
        const __m256i bin =
            _mm256_srli_epi16(_mm256_loadu_si256((const __m256i *)(log + x)), 9);
        // Signs are kept by shifting down from the upper half.
        const __m256i d_lo = _mm256_srai_epi32(_mm256_unpacklo_epi16(zero, d), 16);
        const __m256i d_hi = _mm256_srai_epi32(_mm256_unpackhi_epi16(zero, d), 16);
        lo = back_8(lo, _mm256_unpacklo_epi16(count, zero),
                    _mm256_unpacklo_epi16(bin, zero), d_lo, limit);
        hi = back_8(hi, _mm256_unpackhi_epi16(count, zero),
                    _mm256_unpackhi_epi16(bin, zero), d_hi, limit);
        const __m256i v =
            _mm256_sub_epi16(_mm256_loadu_si256((const __m256i *)(ratio + x)),
                             _mm256_packs_epi32(lo, hi));
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
