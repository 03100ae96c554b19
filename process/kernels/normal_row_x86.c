// normal_row_x86.c: a row's part of the normal equations of motion.
//
// Blocks of eight pixels side by side, with b the number of a block and k = 0..7 that of
// a pixel in it: u = 16 b + 2 k - 7 and an offset. Sums of slopes' products times b^0..2
// are kept for each k, and stay within 32 bits over BLOCKS blocks about b = 0.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

enum { BLOCKS = 18, CHUNK = 8 * BLOCKS }; // the squares of -9..8 are 489 < 2^31 / 2^22

typedef struct row_sums {
    __m256i product[3][3]; // xx, xy, yy times b^0..2
    __m256i error[2][2];   // xe, ye times b^0..1
    __m256i abs_e;
    __m256i unknown; // pixels, 16 bits each: -1 for each
} row_sums;

// Pixels of two blocks in turn, so that a pair is the same k of both.
AVX2 static inline __m256i in_turn(const int16_t *p)
{
    const __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)p);
    const __m256i turn =
        _mm256_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15, 0, 1, 8,
                         9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
    return _mm256_shuffle_epi8(_mm256_permute4x64_epi64(v, 0xd8), turn);
}

AVX2 static inline __m256i add_pairs(__m256i sum, __m256i a, __m256i b)
{
    return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
}

// Two blocks, of the numbers in b in turn. What is not known counts nothing.
AVX2 static inline void add_16(row_sums *s, const int16_t *slope_x,
                               const int16_t *slope_y, const int16_t *difference,
                               __m256i clip, __m256i b)
{
    const __m256i zero = _mm256_setzero_si256(), d = in_turn(difference);
    const __m256i none = _mm256_cmpeq_epi16(d, _mm256_set1_epi16(RIM_NO_PAST));
    const __m256i x = _mm256_andnot_si256(none, in_turn(slope_x));
    const __m256i y = _mm256_andnot_si256(none, in_turn(slope_y));
    __m256i e = _mm256_sub_epi16(zero, _mm256_andnot_si256(none, d));
    s->unknown = _mm256_add_epi16(s->unknown, none);
    s->abs_e = add_pairs(s->abs_e, _mm256_abs_epi16(e), _mm256_set1_epi16(1));
    e = _mm256_max_epi16(_mm256_min_epi16(e, clip), _mm256_sub_epi16(zero, clip));
    const __m256i xb = _mm256_mullo_epi16(x, b), yb = _mm256_mullo_epi16(y, b);
    s->product[0][0] = add_pairs(s->product[0][0], x, x);
    s->product[0][1] = add_pairs(s->product[0][1], x, xb);
    s->product[0][2] = add_pairs(s->product[0][2], xb, xb);
    s->product[1][0] = add_pairs(s->product[1][0], x, y);
    s->product[1][1] = add_pairs(s->product[1][1], x, yb);
    s->product[1][2] = add_pairs(s->product[1][2], xb, yb);
    s->product[2][0] = add_pairs(s->product[2][0], y, y);
    s->product[2][1] = add_pairs(s->product[2][1], y, yb);
    s->product[2][2] = add_pairs(s->product[2][2], yb, yb);
    s->error[0][0] = add_pairs(s->error[0][0], x, e);
    s->error[0][1] = add_pairs(s->error[0][1], xb, e);
    s->error[1][0] = add_pairs(s->error[1][0], y, e);
    s->error[1][1] = add_pairs(s->error[1][1], yb, e);
}

AVX2 static inline double total(__m256d v)
{
    const __m128d two =
        _mm_add_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd(v, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

AVX2 static inline __m256d low(__m256i v)
{
    return _mm256_cvtepi32_pd(_mm256_castsi256_si128(v));
}

AVX2 static inline __m256d high(__m256i v)
{
    return _mm256_cvtepi32_pd(_mm256_extracti128_si256(v, 1));
}

AVX2 static inline double total_32(__m256i v)
{
    return total(_mm256_add_pd(low(v), high(v)));
}

// Adds to sum[0..1] products times u^0..1, of a chunk whose offset of u is `first`, and
// returns what makes those times u^2 with it: times u - first.
AVX2 static inline double add_first(double sum[2], const __m256i by_b[2], double first)
{
    const __m256d k_low = _mm256_setr_pd(-7, -5, -3, -1),
                  k_high = _mm256_setr_pd(1, 3, 5, 7), block = _mm256_set1_pd(16);
    const double n = total_32(by_b[0]);
    const double u = total(_mm256_add_pd(
        _mm256_add_pd(_mm256_mul_pd(low(by_b[0]), k_low),
                      _mm256_mul_pd(high(by_b[0]), k_high)),
        _mm256_mul_pd(_mm256_add_pd(low(by_b[1]), high(by_b[1])), block)));
    sum[0] += n;
    sum[1] += u + first * n;
    return u;
}

AVX2 static inline void add_second(double sum[3], const __m256i by_b[3], double first)
{
    const __m256d k_low = _mm256_setr_pd(-7, -5, -3, -1),
                  k_high = _mm256_setr_pd(1, 3, 5, 7);
    const __m256d twice = _mm256_set1_pd(32), block = _mm256_set1_pd(256);
    const double n = sum[0], u = add_first(sum, by_b, first);
    const __m256d a =
        _mm256_mul_pd(k_low, _mm256_add_pd(_mm256_mul_pd(low(by_b[0]), k_low),
                                           _mm256_mul_pd(low(by_b[1]), twice)));
    const __m256d b =
        _mm256_mul_pd(k_high, _mm256_add_pd(_mm256_mul_pd(high(by_b[0]), k_high),
                                            _mm256_mul_pd(high(by_b[1]), twice)));
    const __m256d c = _mm256_mul_pd(_mm256_add_pd(low(by_b[2]), high(by_b[2])), block);
    sum[2] += total(_mm256_add_pd(_mm256_add_pd(a, b), c)) + 2.0 * first * u +
              first * first * (sum[0] - n);
}

// Up to CHUNK pixels, the first of which has u = first.
AVX2 static void add_chunk(double sum[RIM_NORMAL_SUMS], const int16_t *slope_x,
                           const int16_t *slope_y, const int16_t *difference, int clip,
                           int first, int width)
{
    row_sums s = {.abs_e = _mm256_setzero_si256()};
    const __m256i most = _mm256_set1_epi16((int16_t)clip);
    __m256i b = _mm256_set1_epi32((-(BLOCKS / 2 - 1) * 65536) | (-BLOCKS / 2 & 65535));
    int i = 0;
    for (; i + 16 <= width; i += 16, b = _mm256_add_epi16(b, _mm256_set1_epi16(2)))
        add_16(&s, slope_x + i, slope_y + i, difference + i, most, b);
    if (i < width) { // the rest, among pixels that are not known
        int16_t rest[3][16];
        for (int k = 0; k < 16; k++) {
            const int at = i + k < width ? i + k : i;
            rest[0][k] = slope_x[at];
            rest[1][k] = slope_y[at];
            rest[2][k] = i + k < width ? difference[at] : RIM_NO_PAST;
        }
        add_16(&s, rest[0], rest[1], rest[2], most, b);
        i += 16;
    }
    const double offset = first + 8 * BLOCKS + 7;
    for (int k = 0; k < 3; k++)
        add_second(sum + 3 * k, s.product[k], offset);
    for (int k = 0; k < 2; k++) {
        double by_u[2] = {0};
        (void)add_first(by_u, s.error[k], offset);
        sum[9 + k] += by_u[0];
        sum[11 + k] += by_u[1];
    }
    sum[13] += total_32(s.abs_e);
    sum[14] += i + total_32(_mm256_madd_epi16(s.unknown, _mm256_set1_epi16(1)));
}

AVX2 void rim_normal_row_avx2(double sum[RIM_NORMAL_SUMS], const int16_t *slope_x,
                              const int16_t *slope_y, const int16_t *difference,
                              int clip, int width)
{
    for (int k = 0; k < RIM_NORMAL_SUMS; k++)
        sum[k] = 0.0;
    for (int i = 0; i < width; i += CHUNK)
        add_chunk(sum, slope_x + i, slope_y + i, difference + i, clip,
                  2 * i - (width - 1), width - i < CHUNK ? width - i : CHUNK);
}
