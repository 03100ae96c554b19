// find_x86.c: the peaks of process/evidence, sixteen places at a time.
// SPDX-License-Identifier: MIT
#include "process/kernels/find_rows.h"
#include "process/kernels/kernels.h"

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i load(const int16_t *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

// A bit for each of 16 pixels that are peaks; all neighbours are there.
AVX2 static inline unsigned peaks_16(const int16_t *above, const int16_t *row,
                                     const int16_t *below, __m256i v)
{
    const __m256i up =
        _mm256_max_epi16(_mm256_max_epi16(load(above - 1), load(above)),
                         _mm256_max_epi16(load(above + 1), load(row - 1)));
    const __m256i down =
        _mm256_max_epi16(_mm256_max_epi16(load(below - 1), load(below)),
                         _mm256_max_epi16(load(below + 1), load(row + 1)));
    const __m256i on =
        _mm256_andnot_si256(_mm256_cmpgt_epi16(down, v), _mm256_cmpgt_epi16(v, up));
    return (unsigned)_mm256_movemask_epi8(on);
}

AVX2 int rim_peak_row_avx2(uint16_t *at, const int16_t *above, const int16_t *row,
                           const int16_t *below, int least, int width)
{
    const __m256i l = _mm256_set1_epi16((int16_t)least);
    const peak_rows rows = {above, row, below, least, width};
    int n = peaks_between(at, 0, &rows, 0, 1), x = 1;
    for (; x + 17 <= width; x += 16) {
        const __m256i v = load(row + x);
        unsigned on = (unsigned)_mm256_movemask_epi8(_mm256_cmpgt_epi16(v, l));
        if (!on)
            continue;
        on &= peaks_16(above + x, row + x, below + x, v) & 0x55555555u;
        for (; on; on &= on - 1)
            at[n++] = (uint16_t)(x + __builtin_ctz(on) / 2);
    }
    return peaks_between(at, n, &rows, x, width);
}
