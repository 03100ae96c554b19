// background_x86.c: the rows of process/background, some for compilers to widen.
// SPDX-License-Identifier: MIT
#include "process/kernels/background_rows.h"

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))

__attribute__((target("avx2"))) static inline __m256i load(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

// Eight more sums.
__attribute__((target("avx2"))) static inline void add_8(int32_t *sum, __m256i v)
{
    _mm256_storeu_si256((__m256i *)sum, _mm256_add_epi32(load(sum), v));
}

// add_levels(), sixteen at once.
__attribute__((target("avx2"), always_inline)) static inline void
add_levels_16(int32_t *sum, int32_t *count, const int16_t *log, uint8_t *valid,
              const uint16_t *light, int dark, int width)
{
    const __m256i one = _mm256_set1_epi16(1);
    const __m256i least = _mm256_set1_epi16((int16_t)(uint16_t)(dark & 65535));
    int x = 0;
    for (; x + 16 <= width; x += 16) {
        const __m256i v = load(light + x);
        const __m256i on =
            _mm256_and_si256(_mm256_cmpeq_epi16(_mm256_max_epu16(v, least), v), one);
        add_8(sum + x / 2, _mm256_madd_epi16(load(log + x), on));
        add_8(count + x / 2, _mm256_madd_epi16(on, one));
        _mm_storeu_si128((__m128i *)(void *)(valid + x),
                         _mm_packus_epi16(_mm256_castsi256_si128(on),
                                          _mm256_extracti128_si256(on, 1)));
    }
    add_levels(sum + x / 2, count + x / 2, valid + x, log + x, light + x, dark,
               width - x);
}

__attribute__((target("avx2"))) void rim_level_row_avx2(int32_t *sum, int32_t *count,
                                                        int16_t *log, uint8_t *valid,
                                                        const uint16_t *light, int dark,
                                                        int width)
{
    log_row(log, light, width);
    add_levels_16(sum, count, log, valid, light, dark, width);
}

AVX512 void rim_level_row_avx512(int32_t *sum, int32_t *count, int16_t *log,
                                 uint8_t *valid, const uint16_t *light, int dark,
                                 int width)
{
    log_row(log, light, width);
    add_levels_16(sum, count, log, valid, light, dark, width);
}

__attribute__((target("avx2"))) int rim_cells_row_avx2(int16_t *level, uint16_t *weight,
                                                       bool *few, const int32_t *sum,
                                                       const int32_t *count, int least,
                                                       int cells)
{
    return cells_row(level, weight, few, sum, count, least, cells);
}

__attribute__((target("avx2"))) void rim_smooth_row_avx2(int16_t *smooth,
                                                         const int16_t *off,
                                                         const float q[3], int low,
                                                         int high, int cells)
{
    const __m128i least = _mm_set1_epi16((int16_t)low);
    const __m128i most = _mm_set1_epi16((int16_t)high);
    const __m256 scale = _mm256_set1_ps(1.0f / (float)cells);
    __m256i at = _mm256_sub_epi32(_mm256_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14),
                                  _mm256_set1_epi32(cells));
    for (int i = 0; i < cells; i += 8) {
        int16_t part[8] = {0}, *to = i + 8 <= cells ? smooth + i : part;
        if (to == part)
            memcpy(part, off + i, (size_t)(cells - i) * sizeof *off);
        const __m128i o = _mm_loadu_si128(
            (const __m128i *)(const void *)(to == part ? part : off + i));
        const __m256i away =
            _mm256_cvtepi16_epi32(_mm_min_epi16(_mm_max_epi16(o, least), most));
        const __m256 x = _mm256_mul_ps(_mm256_cvtepi32_ps(at), scale);
        __m256 m = _mm256_mul_ps(x, _mm256_set1_ps(q[2]));
        m = _mm256_mul_ps(x, _mm256_add_ps(_mm256_set1_ps(q[1]), m));
        m = _mm256_add_ps(_mm256_add_ps(_mm256_set1_ps(q[0]), m),
                          _mm256_cvtepi32_ps(away));
        m = _mm256_min_ps(_mm256_max_ps(m, _mm256_setzero_ps()),
                          _mm256_set1_ps(16383.0f));
        const __m256i v = _mm256_cvttps_epi32(_mm256_add_ps(m, _mm256_set1_ps(0.5f)));
        _mm_storeu_si128(
            (__m128i *)(void *)to,
            _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1)));
        if (to == part)
            memcpy(smooth + i, part, (size_t)(cells - i) * sizeof *smooth);
        at = _mm256_add_epi32(at, _mm256_set1_epi32(16));
    }
}

__attribute__((target("avx2"))) void rim_residual_row_avx2(int16_t *residual,
                                                           const int16_t *level,
                                                           const float q[3], int cells)
{
    residual_row(residual, level, q, cells);
}

__attribute__((target("avx2"))) void rim_weigh_row_avx2(uint16_t *w,
                                                        const uint16_t *weight,
                                                        const int16_t *residual,
                                                        float sharp, int cells)
{
    weigh_row(w, weight, residual, sharp, cells);
}

// Four cells a step, in doubles: all sums are whole numbers below 2^53.
__attribute__((target("avx2"))) void rim_moments_row_avx2(double moment[8],
                                                          const int16_t *level,
                                                          const uint16_t *w, int cells)
{
    __m256d sum[8];
    for (int k = 0; k < 8; k++)
        sum[k] = _mm256_setzero_pd();
    __m256d x = _mm256_sub_pd(_mm256_setr_pd(0, 2, 4, 6), _mm256_set1_pd(cells));
    int i = 0;
    for (; i + 4 <= cells; i += 4, x = _mm256_add_pd(x, _mm256_set1_pd(8))) {
        const __m256d a = _mm256_cvtepi32_pd(
            _mm_cvtepu16_epi32(_mm_loadl_epi64((const __m128i *)(w + i))));
        const __m256d l = _mm256_cvtepi32_pd(
            _mm_cvtepi16_epi32(_mm_loadl_epi64((const __m128i *)(level + i))));
        const __m256d b = _mm256_mul_pd(a, l), x2 = _mm256_mul_pd(x, x);
        const __m256d ax2 = _mm256_mul_pd(a, x2);
        sum[0] = _mm256_add_pd(sum[0], a);
        sum[1] = _mm256_add_pd(sum[1], _mm256_mul_pd(a, x));
        sum[2] = _mm256_add_pd(sum[2], ax2);
        sum[3] = _mm256_add_pd(sum[3], _mm256_mul_pd(ax2, x));
        sum[4] = _mm256_add_pd(sum[4], _mm256_mul_pd(ax2, x2));
        sum[5] = _mm256_add_pd(sum[5], b);
        sum[6] = _mm256_add_pd(sum[6], _mm256_mul_pd(b, x));
        sum[7] = _mm256_add_pd(sum[7], _mm256_mul_pd(b, x2));
    }
    for (int k = 0; k < 8; k++) {
        double part[4];
        _mm256_storeu_pd(part, sum[k]);
        moment[k] = part[0] + part[1] + part[2] + part[3];
    }
    for (; i < cells; i++) {
        const double at = 2 * i - cells, a = w[i], b = a * level[i];
        moment[0] += a;
        moment[1] += a * at;
        moment[2] += a * at * at;
        moment[3] += a * at * at * at;
        moment[4] += a * at * at * at * at;
        moment[5] += b;
        moment[6] += b * at;
        moment[7] += b * at * at;
    }
}

// Sixteen cells. Differences that 16 bits do not hold are far beyond low and high.
__attribute__((target("avx2"))) void rim_mask_row_avx2(int32_t *sum, int32_t *on,
                                                       const int16_t *residual,
                                                       const int16_t *about,
                                                       const uint16_t *weight, int low,
                                                       int high, int cells)
{
    const __m256i zero = _mm256_setzero_si256();
    const __m256i least = _mm256_set1_epi16((int16_t)low);
    const __m256i most = _mm256_set1_epi16((int16_t)high);
    int i = 0;
    for (; i + 16 <= cells; i += 16) {
        const __m256i r = load(residual + i);
        const __m256i e = _mm256_subs_epi16(r, load(about + i));
        const __m256i far =
            _mm256_or_si256(_mm256_cmpgt_epi16(least, e), _mm256_cmpgt_epi16(e, most));
        const __m256i w =
            _mm256_andnot_si256(far, _mm256_srli_epi16(load(weight + i), 4));
        // A quarter towards zero.
        const __m256i up = _mm256_srli_epi16(_mm256_srai_epi16(r, 15), 14);
        const __m256i quarter = _mm256_srai_epi16(_mm256_add_epi16(r, up), 2);
        const __m256i lo = _mm256_unpacklo_epi16(w, zero);
        const __m256i hi = _mm256_unpackhi_epi16(w, zero);
        const __m256i sum_lo =
            _mm256_madd_epi16(lo, _mm256_unpacklo_epi16(quarter, zero));
        const __m256i sum_hi =
            _mm256_madd_epi16(hi, _mm256_unpackhi_epi16(quarter, zero));
        _mm256_storeu_si256((__m256i *)(on + i),
                            _mm256_permute2x128_si256(lo, hi, 0x20));
        _mm256_storeu_si256((__m256i *)(on + i + 8),
                            _mm256_permute2x128_si256(lo, hi, 0x31));
        _mm256_storeu_si256((__m256i *)(sum + i),
                            _mm256_permute2x128_si256(sum_lo, sum_hi, 0x20));
        _mm256_storeu_si256((__m256i *)(sum + i + 8),
                            _mm256_permute2x128_si256(sum_lo, sum_hi, 0x31));
    }
    mask_row(sum + i, on + i, residual + i, about + i, weight + i, low, high,
             cells - i);
}

__attribute__((target("avx2"))) void rim_slide_row_avx2(int32_t *sum, const int32_t *in,
                                                        const int32_t *out, int cells)
{
    slide_row(sum, in, out, cells);
}

__attribute__((target("avx2"))) void
rim_mean_row_avx2(int16_t *mean, const int32_t *sum, const int32_t *on,
                  const int16_t *about, int pull, int cells)
{
    mean_row(mean, sum, on, about, pull, cells);
}

__attribute__((target("avx2"))) void rim_ratio_row_avx2(int16_t *ratio,
                                                        const int16_t *log,
                                                        const uint8_t *valid,
                                                        const int32_t *line, int width)
{
    ratio_row(ratio, log, valid, line, width);
}
