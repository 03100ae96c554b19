// rays_x86.c: what process/outline does with the samples of a ray, sixteen at a time.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,popcnt")))

AVX2 static inline __m256i load(const int16_t *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

// How much the ray falls from up to l[0] to after it, Q8; saturation changes nothing
// that is not clamped.
AVX2 static inline __m256i falls_16(const int16_t *l, int side)
{
    __m256i fall;
    if (side == 1) {
        fall = _mm256_srai_epi16(_mm256_sub_epi16(load(l), load(l + 1)), 2);
    } else if (side == 2) {
        const __m256i in = _mm256_add_epi16(load(l), load(l - 1));
        const __m256i out = _mm256_add_epi16(load(l + 1), load(l + 2));
        fall = _mm256_srai_epi16(_mm256_sub_epi16(in, out), 3);
    } else {
        const __m256i in = _mm256_add_epi16(_mm256_add_epi16(load(l), load(l - 1)),
                                            _mm256_add_epi16(load(l - 2), load(l - 3)));
        const __m256i out =
            _mm256_add_epi16(_mm256_add_epi16(load(l + 1), load(l + 2)),
                             _mm256_add_epi16(load(l + 3), load(l + 4)));
        fall = _mm256_srai_epi16(_mm256_subs_epi16(in, out), 4);
    }
    return _mm256_max_epi16(_mm256_min_epi16(fall, _mm256_set1_epi16(256)),
                            _mm256_set1_epi16(-256));
}

// All bits of those of 16 elements whose bit is set.
AVX2 static inline __m256i mask_of(unsigned bits)
{
    const __m256i one = _mm256_setr_epi16(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024,
                                          2048, 4096, 8192, 16384, INT16_MIN);
    return _mm256_cmpeq_epi16(
        _mm256_and_si256(_mm256_set1_epi16((int16_t)(bits & 0xffff)), one), one);
}

AVX2 void rim_path_row_avx2(int16_t *next, const int16_t *before, const int16_t *log,
                            uint64_t known, int side, int bend, int low, int high)
{
    const __m256i near = _mm256_set1_epi16((int16_t)bend);
    const __m256i far = _mm256_set1_epi16((int16_t)(4 * bend));
    for (int k = low; k <= high; k += 16) {
        const int16_t *b = before + k;
        const __m256i f =
            _mm256_sub_epi16(_mm256_max_epi16(load(b - 2), load(b + 2)), far);
        const __m256i n =
            _mm256_sub_epi16(_mm256_max_epi16(load(b - 1), load(b + 1)), near);
        const __m256i best = _mm256_max_epi16(_mm256_max_epi16(f, n), load(b));
        __m256i edge = falls_16(log + k, side);
        if (known != UINT64_MAX)
            edge = _mm256_and_si256(edge, mask_of((unsigned)(known >> k)));
        _mm256_storeu_si256((__m256i *)(next + k), _mm256_add_epi16(best, edge));
    }
}

AVX2 uint64_t rim_below_row_avx2(const int16_t *v, int level, int n)
{
    const __m256i l = _mm256_set1_epi16((int16_t)level);
    uint64_t below = 0;
    for (int k = 0; k < n; k += 32) {
        const __m256i a = _mm256_cmpgt_epi16(l, load(v + k));
        const __m256i b = k + 16 < n ? _mm256_cmpgt_epi16(l, load(v + k + 16))
                                     : _mm256_setzero_si256();
        const __m256i both = _mm256_permute4x64_epi64(_mm256_packs_epi16(a, b), 0xd8);
        below |= (uint64_t)(unsigned)_mm256_movemask_epi8(both) << k;
    }
    return below & UINT64_MAX >> (64 - n);
}

// The highest of 16.
AVX2 static inline int highest_16(__m256i v)
{
    const __m128i most =
        _mm_max_epi16(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    // The lowest of unsigned values that fall as these rise.
    const __m128i flip = _mm_set1_epi16(INT16_MAX);
    const int least = _mm_cvtsi128_si32(_mm_minpos_epu16(_mm_xor_si128(most, flip)));
    return (int16_t)((least & 0xffff) ^ INT16_MAX);
}

AVX2 int rim_highest_row_avx2(const int16_t *v, int n)
{
    __m256i most = _mm256_set1_epi16(v[0]);
    int k = 0;
    for (; k + 16 <= n; k += 16)
        most = _mm256_max_epi16(most, load(v + k));
    if (k < n)
        most = _mm256_max_epi16(
            most, _mm256_blendv_epi8(most, load(v + k), mask_of((1u << (n - k)) - 1)));
    return highest_16(most);
}

// How many of n values (whole blocks of 16) and of the last block are above `level`.
AVX2 static inline int count_above(const int16_t *v, int n, __m256i last, int level)
{
    const __m256i l = _mm256_set1_epi16((int16_t)level);
    int count = 0, k = 0;
    for (; k + 32 <= n; k += 32) {
        const __m256i both =
            _mm256_packs_epi16(_mm256_cmpgt_epi16(load(v + k), l),
                               _mm256_cmpgt_epi16(load(v + k + 16), l));
        count += __builtin_popcount((unsigned)_mm256_movemask_epi8(both));
    }
    const __m256i odd =
        k < n ? _mm256_cmpgt_epi16(load(v + k), l) : _mm256_setzero_si256();
    const __m256i both = _mm256_packs_epi16(odd, _mm256_cmpgt_epi16(last, l));
    return count + __builtin_popcount((unsigned)_mm256_movemask_epi8(both));
}

// The highest of the same that is not above `level`.
AVX2 static inline int highest_to(const int16_t *v, int n, __m256i last, int level)
{
    const __m256i l = _mm256_set1_epi16((int16_t)level);
    const __m256i none = _mm256_set1_epi16(INT16_MIN);
    __m256i most = _mm256_blendv_epi8(last, none, _mm256_cmpgt_epi16(last, l));
    for (int k = 0; k < n; k += 16) {
        const __m256i x = load(v + k);
        most = _mm256_max_epi16(most,
                                _mm256_blendv_epi8(x, none, _mm256_cmpgt_epi16(x, l)));
    }
    return highest_16(most);
}

// Halves the range of values as the definition does, until one value alone is left on
// the side of the range that is wanted.
AVX2 int rim_rank_row_avx2(const int16_t *v, int n, int rank)
{
    const int whole = n & ~15;
    const __m256i flip = _mm256_set1_epi16(-1);
    __m256i most = _mm256_set1_epi16(v[0]), least = most;
    for (int k = 0; k < whole; k += 16) {
        most = _mm256_max_epi16(most, load(v + k));
        least = _mm256_min_epi16(least, load(v + k));
    }
    __m256i last = _mm256_set1_epi16(INT16_MAX);
    if (whole < n) {
        const __m256i on = mask_of((1u << (n - whole)) - 1), x = load(v + whole);
        most = _mm256_max_epi16(most, _mm256_blendv_epi8(most, x, on));
        least = _mm256_min_epi16(least, _mm256_blendv_epi8(least, x, on));
        last = _mm256_blendv_epi8(last, x, on);
    }
    int high = highest_16(most), low = ~highest_16(_mm256_xor_si256(least, flip));
    const int all = whole + 16; // with those that fill the last block, above all
    while (low < high) {
        const int middle = (low + high) >> 1;
        const int to = all - count_above(v, whole, last, middle);
        if (to == rank + 1)
            return highest_to(v, whole, last, middle);
        if (to > rank)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
