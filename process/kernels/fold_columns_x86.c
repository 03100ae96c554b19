// fold_columns_x86.c: sums of columns side by side.
//
// By two and by three with shuffles; by four, six and eight as twos of twos and of
// threes.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <immintrin.h>

enum { CHUNK = 64 }; // cells, so that what is half folded stays in the first cache

__attribute__((target("avx2"))) static inline __m256i load(const uint32_t *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

__attribute__((target("avx2"))) static inline __m256i sum_3(const uint32_t *p)
{
    return _mm256_add_epi32(load(p), _mm256_add_epi32(load(p + 1), load(p + 2)));
}

__attribute__((target("avx2"))) static void fold_2(uint32_t *sum, const uint32_t *p,
                                                   int cells)
{
    int i = 0;
    for (; i + 8 <= cells; i += 8, p += 16) {
        const __m256 a = _mm256_castsi256_ps(load(p)),
                     b = _mm256_castsi256_ps(load(p + 8));
        const __m256i v =
            _mm256_add_epi32(_mm256_castps_si256(_mm256_shuffle_ps(a, b, 0x88)),
                             _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0xdd)));
        _mm256_storeu_si256((__m256i *)(sum + i), _mm256_permute4x64_epi64(v, 0xd8));
    }
    for (; i < cells; i++, p += 2)
        sum[i] = p[0] + p[1];
}

__attribute__((target("avx2"))) static void fold_3(uint32_t *sum, const uint32_t *p,
                                                   int cells)
{
    int i = 0;
    // Eight cells begin in lanes 0, 3, 6 of a first eight columns, 1, 4, 7 of the next
    // and 2, 5 of the last; reading those goes two columns further.
    const __m256i order = _mm256_setr_epi32(0, 3, 6, 1, 4, 7, 2, 5);
    for (; i + 9 <= cells; i += 8, p += 24) {
        const __m256i v = _mm256_blend_epi32(
            _mm256_blend_epi32(sum_3(p), sum_3(p + 8), 0x92), sum_3(p + 16), 0x24);
        _mm256_storeu_si256((__m256i *)(sum + i),
                            _mm256_permutevar8x32_epi32(v, order));
    }
    for (; i < cells; i++, p += 3)
        sum[i] = p[0] + p[1] + p[2];
}

// By four, six or eight; cells: up to CHUNK.
__attribute__((target("avx2"))) static void fold_even(uint32_t *sum, const uint32_t *p,
                                                      int cells, int scale)
{
    uint32_t part[4 * CHUNK];
    if (scale == 6)
        fold_3(part, p, 2 * cells);
    else
        fold_2(part, p, scale / 2 * cells);
    if (scale == 8)
        fold_2(part, part, 2 * cells);
    fold_2(sum, part, cells);
}

__attribute__((target("avx2"))) void
rim_fold_columns_avx2(uint32_t *sum, const uint32_t *columns, int width, int scale)
{
    const int cells = width / scale;
    if (scale == 2)
        fold_2(sum, columns, cells);
    else if (scale == 3)
        fold_3(sum, columns, cells);
    else if (scale == 4 || scale == 6 || scale == 8)
        for (int i = 0; i < cells; i += CHUNK)
            fold_even(sum + i, columns + i * scale,
                      cells - i < CHUNK ? cells - i : CHUNK, scale);
    else {
        rim_fold_columns_c(sum, columns, width, scale);
        return;
    }
    const int done = cells * scale;
    rim_fold_columns_c(sum + cells, columns + done, width - done, scale);
}
