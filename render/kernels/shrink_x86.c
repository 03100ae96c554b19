// shrink_x86.c: the means of samples of a few rows of a picture.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m128i take(const uint8_t *row, int at)
{
    int32_t p;
    memcpy(&p, row + 4 * (ptrdiff_t)at, sizeof p);
    return _mm_cvtsi32_si128(p);
}

AVX2 static inline int within(int32_t v, int32_t most)
{
    v = v < 0 ? 0 : v;
    return v < most ? v : most;
}

// The sums of a pixel's bytes over its taps, in the low half.
AVX2 static inline __m128i sum_of(const uint8_t *const *row, int taps,
                                  const int32_t *off, int32_t u, int last)
{
    __m128i sum = _mm_setzero_si128();
    for (int i = 0; i < taps; i++) {
        const int at = within((u + off[i]) >> 16, last);
        for (int k = 0; k < taps; k++)
            sum = _mm_add_epi16(sum, _mm_cvtepu8_epi16(take(row[k], at)));
    }
    return sum;
}

// `inverse` is even for 4, 9 and 16 samples, so that half of it, of 1/32768, rounds as
// all of it does.
AVX2 static inline int shrink(uint8_t *dst, const uint8_t *const *row, int taps,
                              int32_t u, int32_t du, int last, int width)
{
    const int count = taps * taps;
    const __m128i part = _mm_set1_epi16((int16_t)((65536 + count / 2) / count / 2));
    int32_t off[4];
    for (int i = 0; i < taps; i++)
        off[i] = (2 * i + 1 - taps) * du / (2 * taps) + 32768;
    int x = 0;
    for (; x + 2 <= width; x += 2, u += 2 * du) {
        const __m128i both = _mm_unpacklo_epi64(sum_of(row, taps, off, u, last),
                                                sum_of(row, taps, off, u + du, last));
        const __m128i mean = _mm_mulhrs_epi16(both, part);
        _mm_storel_epi64((__m128i *)(dst + 4 * (ptrdiff_t)x),
                         _mm_packus_epi16(mean, mean));
    }
    return x;
}

AVX2 void rim_shrink_avx2(uint8_t *dst, const uint8_t *const *row, int taps, int32_t u,
                          int32_t du, int last, int width)
{
    // The commonest with its loops unrolled.
    const int x = taps == 2 ? shrink(dst, row, 2, u, du, last, width)
                            : shrink(dst, row, taps, u, du, last, width);
    rim_shrink_c(dst + 4 * (ptrdiff_t)x, row, taps, u + x * du, du, last, width - x);
}
