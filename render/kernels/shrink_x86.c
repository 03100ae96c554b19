// shrink_x86.c: the means of samples of a few rows of a picture.
//
// The rows are the same for all pixels: their sums are made first, of some hundred
// columns at a time, and the samples of a pixel taken out of these.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))

enum { COLUMNS = 256, FAR = 8 << 16 }; // a longer step leaves most sums unused

typedef struct sums {
    uint16_t of[COLUMNS][4];
    int32_t off[4]; // of a sample from its pixel, Q16, and half a column
    int first;      // column
    int last;       // of the rows
} sums;

AVX2 static inline int column(const sums *s, int32_t u)
{
    const int at = u >> 16 > 0 ? u >> 16 : 0;
    return at < s->last ? at : s->last;
}

// The sums of columns first .. end - 1.
AVX2 static inline void add_rows(sums *s, const uint8_t *const *row, int taps, int end)
{
    int c = s->first;
    for (; c + 4 <= end; c += 4) {
        __m256i sum = _mm256_setzero_si256();
        for (int k = 0; k < taps; k++)
            sum = _mm256_add_epi16(sum,
                                   _mm256_cvtepu8_epi16(_mm_loadu_si128(
                                       (const __m128i *)(row[k] + 4 * (ptrdiff_t)c))));
        _mm256_storeu_si256((__m256i *)s->of[c - s->first], sum);
    }
    for (; c < end; c++)
        for (int b = 0; b < 4; b++) {
            int sum = 0;
            for (int k = 0; k < taps; k++)
                sum += row[k][4 * (ptrdiff_t)c + b];
            s->of[c - s->first][b] = (uint16_t)sum;
        }
}

// The sums of columns i and j.
AVX2 static inline __m128i two(const sums *s, int32_t i, int32_t j)
{
    return _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)s->of[i]),
                              _mm_loadl_epi64((const __m128i *)s->of[j]));
}

// 4 pixels at u. `part`: 1/32768 of the inverse of the number of samples.
AVX2 static inline __m128i four(const sums *s, int taps, __m128i u, __m128i part)
{
    __m128i low = _mm_setzero_si128(), high = low;
    for (int i = 0; i < taps; i++) {
        __m128i at = _mm_srai_epi32(_mm_add_epi32(u, _mm_set1_epi32(s->off[i])), 16);
        at = _mm_max_epi32(at, _mm_setzero_si128());
        at = _mm_min_epi32(at, _mm_set1_epi32(s->last));
        int32_t c[4];
        _mm_storeu_si128((__m128i *)c, _mm_sub_epi32(at, _mm_set1_epi32(s->first)));
        low = _mm_add_epi16(low, two(s, c[0], c[1]));
        high = _mm_add_epi16(high, two(s, c[2], c[3]));
    }
    return _mm_packus_epi16(_mm_mulhrs_epi16(low, part), _mm_mulhrs_epi16(high, part));
}

// For 4, 9 and 16 samples the inverse that the definition has is even, so that half of
// it rounds as all of it does.
AVX2 static inline void some(uint8_t *dst, const sums *s, int taps, int32_t u,
                             int32_t du, int width)
{
    const int count = taps * taps;
    const __m128i part = _mm_set1_epi16((int16_t)((65536 + count / 2) / count / 2));
    const __m128i last = _mm_set1_epi32(u + (width - 1) * du);
    __m128i at = _mm_setr_epi32(u, u + du, u + 2 * du, u + 3 * du);
    int x = 0;
    for (; x + 4 <= width; x += 4) {
        _mm_storeu_si128((__m128i *)(dst + 4 * (ptrdiff_t)x), four(s, taps, at, part));
        at = _mm_add_epi32(at, _mm_set1_epi32(4 * du));
    }
    uint8_t rest[16]; // up to 3, and more of the last
    _mm_storeu_si128((__m128i *)rest, four(s, taps, _mm_min_epi32(at, last), part));
    memcpy(dst + 4 * (ptrdiff_t)x, rest, 4 * (size_t)(width - x));
}

AVX2 static inline void shrink(uint8_t *dst, const uint8_t *const *row, int taps,
                               int32_t u, int32_t du, int last, int width)
{
    sums s;
    s.last = last;
    for (int i = 0; i < taps; i++)
        s.off[i] = (2 * i + 1 - taps) * du / (2 * taps) + 32768;
    // All samples of so many pixels lie within COLUMNS.
    const int most = ((COLUMNS - 9) << 16) / du;
    for (int x = 0; x < width;) {
        const int n = width - x < most ? width - x : most;
        s.first = column(&s, u + s.off[0]);
        add_rows(&s, row, taps, column(&s, u + (n - 1) * du + s.off[taps - 1]) + 1);
        some(dst + 4 * (ptrdiff_t)x, &s, taps, u, du, n);
        u += n * du;
        x += n;
    }
}

AVX2 void rim_shrink_avx2(uint8_t *dst, const uint8_t *const *row, int taps, int32_t u,
                          int32_t du, int last, int width)
{
    if (du <= 0 || du > FAR)
        rim_shrink_c(dst, row, taps, u, du, last, width);
    else if (taps == 2) // the commonest, with its loops unrolled
        shrink(dst, row, 2, u, du, last, width);
    else
        shrink(dst, row, taps, u, du, last, width);
}
