// evidence_x86.c: the rows of process/evidence, eight places at a time. (bend_row and part_row are what
// compilers make of the C.)
//
// A last block that is not full overlaps the one before, where the row has that many.
// SPDX-License-Identifier: MIT
#include "process/kernels/evidence_rows.h"
#include "process/kernels/kernels.h"

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i load(const int16_t *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

AVX2 static inline void store(int16_t *p, __m256i v)
{
    _mm256_storeu_si256((__m256i *)p, v);
}

AVX2 static inline __m256i bend(__m256i v)
{
    const __m256i a = _mm256_add_epi16(_mm256_srai_epi16(v, 2), _mm256_set1_epi16(384));
    const __m256i b = _mm256_add_epi16(_mm256_srai_epi16(v, 4), _mm256_set1_epi16(672));
    return _mm256_min_epi16(v, _mm256_min_epi16(a, b));
}

AVX2 static inline __m256i load8(const uint8_t *p)
{
    return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)p));
}

// Both diagonal steps of the 2 x 2 pixels from each column on, 0 where not all valid.
AVX2 static inline __m256i steps(const rim_sense *s, int x, int y)
{
    const int16_t *a = s->ratio[y] + x, *b = s->ratio[y + 1] + x;
    const uint8_t *u = s->valid[y] + x, *v = s->valid[y + 1] + x;
    const __m256i down = _mm256_abs_epi16(_mm256_sub_epi16(load(a), load(b + 1)));
    const __m256i up = _mm256_abs_epi16(_mm256_sub_epi16(load(a + 1), load(b)));
    const __m256i all = _mm256_and_si256(_mm256_and_si256(load8(u), load8(u + 1)),
                                         _mm256_and_si256(load8(v), load8(v + 1)));
    return _mm256_and_si256(_mm256_add_epi16(down, up),
                            _mm256_sub_epi16(_mm256_setzero_si256(), all));
}

// Sums over four rows and four columns, in the low halves of 64 bits.
AVX2 static inline __m256i sums(const uint8_t *const row[4], int x)
{
    const __m256i a = _mm256_add_epi16(load8(row[0] + x), load8(row[1] + x));
    const __m256i b = _mm256_add_epi16(load8(row[2] + x), load8(row[3] + x));
    const __m256i two = _mm256_madd_epi16(_mm256_add_epi16(a, b), _mm256_set1_epi16(1));
    return _mm256_add_epi32(two, _mm256_srli_epi64(two, 32));
}

// The low halves of 64 bits.
AVX2 static inline void store_low(int16_t *p, __m256i v)
{
    const __m256i order = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    _mm_storeu_si128((__m128i *)p,
                     _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(v, order)));
}

AVX2 void rim_sense_row_avx2(int16_t *edge, int16_t *full, const rim_sense *s,
                             int width)
{
    int x = 0;
    for (; x + 17 <= width; x += 16) {
        const __m256i even = _mm256_set1_epi32(0xffff);
        __m256i most =
            _mm256_and_si256(_mm256_max_epi16(steps(s, x, 0), steps(s, x, 2)), even);
        most = bend(_mm256_max_epi16(most, _mm256_srli_epi64(most, 32)));
        store_low(edge + x / 2,
                  _mm256_or_si256(_mm256_and_si256(most, even),
                                  _mm256_slli_epi32(sums(s->valid, x), 20)));
        store_low(full + x / 2,
                  _mm256_or_si256(_mm256_srli_epi32(sums(s->saturated, x), 4),
                                  _mm256_set1_epi32(256 << 16)));
    }
    sense_between(edge, full, s, width, x / 4);
}

// Two 16 bit weights to all.
AVX2 static inline __m256i pair(const int16_t *w)
{
    int32_t both;
    memcpy(&both, w, sizeof both);
    return _mm256_set1_epi32(both);
}

typedef struct mix_sums {
    __m256i even[2], odd[2]; // of two pairs of outputs
} mix_sums;

AVX2 static inline void mix_more(mix_sums *sum, __m256i src, const int16_t *weight,
                                 size_t next)
{
    for (int o = 0; o < 2; o++, weight += next) {
        sum->even[o] =
            _mm256_add_epi32(sum->even[o], _mm256_madd_epi16(src, pair(weight)));
        sum->odd[o] =
            _mm256_add_epi32(sum->odd[o], _mm256_madd_epi16(src, pair(weight + 2)));
    }
}

AVX2 static inline __m256i mix_held(__m256i sum, __m128i shift, __m256i add,
                                    __m256i least)
{
    const __m256i v = _mm256_add_epi32(_mm256_sra_epi32(sum, shift), add);
    return _mm256_max_epi32(_mm256_min_epi32(v, _mm256_set1_epi32(RIM_SIGNAL_MOST)),
                            least);
}

// Pairs of outputs `first` .. first + count - 1 of eight places.
AVX2 static inline void mix_store(int16_t *dst, ptrdiff_t stride, const int16_t *add,
                                  const rim_mix *m, const mix_sums *sum, int count)
{
    const __m128i shift = _mm_cvtsi32_si128(m->shift);
    const __m256i least = _mm256_set1_epi32(m->least);
    for (int o = 0; o < count; o++, dst += stride) {
        const __m256i more = add ? load(add) : _mm256_setzero_si256();
        const __m256i even =
            mix_held(sum->even[o], shift,
                     _mm256_srai_epi32(_mm256_slli_epi32(more, 16), 16), least);
        const __m256i odd =
            mix_held(sum->odd[o], shift, _mm256_srai_epi32(more, 16), least);
        store(dst, _mm256_blend_epi16(even, _mm256_slli_epi32(odd, 16), 0xaa));
        add = add ? add + stride : NULL;
    }
}

AVX2 static inline mix_sums mix_start(const int32_t *bias, int count)
{
    mix_sums sum;
    for (int o = 0; o < 2; o++) {
        const int i = o < count ? 2 * o : 0;
        sum.even[o] = _mm256_set1_epi32(bias[i]);
        sum.odd[o] = _mm256_set1_epi32(bias[i + 1]);
    }
    return sum;
}

// Places x .. x + 7 and y .. y + 7.
AVX2 static inline void mix_sixteen(int16_t *dst, ptrdiff_t stride, const int16_t *add,
                                    const rim_mix *m, int x, int y)
{
    const size_t row = 4 * (size_t)m->pairs;
    for (int o = 0; 2 * o < m->outs; o += 2) {
        const int count = m->outs - 2 * o > 2 ? 2 : 1;
        const int16_t *weight = m->weight + (size_t)o * row;
        mix_sums a = mix_start(m->bias + 2 * o, count), b = a;
        for (int k = 0; k < m->pairs; k++, weight += 4) {
            mix_more(&a, load(m->src[k] + 2 * x), weight, count > 1 ? row : 0);
            mix_more(&b, load(m->src[k] + 2 * y), weight, count > 1 ? row : 0);
        }
        const ptrdiff_t at = o * stride;
        mix_store(dst + at + 2 * x, stride, add ? add + at + 2 * x : NULL, m, &a,
                  count);
        mix_store(dst + at + 2 * y, stride, add ? add + at + 2 * y : NULL, m, &b,
                  count);
    }
}

AVX2 void rim_mix_row_avx2(int16_t *dst, ptrdiff_t stride, const int16_t *add,
                           const rim_mix *m, int width)
{
    if (width < 8) {
        rim_mix_row_c(dst, stride, add, m, width);
        return;
    }
    int x = 0;
    for (; x + 16 <= width; x += 16)
        mix_sixteen(dst, stride, add, m, x, x + 8);
    if (x < width)
        mix_sixteen(dst, stride, add, m, x + 8 <= width ? x : width - 8, width - 8);
}

// Eight places.
AVX2 static inline __m256i taps(const int16_t *const row[3], int x, const __m256i w[5],
                                __m256i bias, __m128i shift)
{
    __m256i low = bias, high = bias;
    for (int k = 0; k < 10; k += 2) {
        const __m256i a = load(row[k / 3] + 2 * (x + k % 3 - 1));
        const __m256i b = k == 8 ? _mm256_setzero_si256()
                                 : load(row[(k + 1) / 3] + 2 * (x + (k + 1) % 3 - 1));
        low = _mm256_add_epi32(
            low, _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), w[k / 2]));
        high = _mm256_add_epi32(
            high, _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), w[k / 2]));
    }
    const __m256i v =
        _mm256_packs_epi32(_mm256_sra_epi32(low, shift), _mm256_sra_epi32(high, shift));
    return _mm256_max_epi16(_mm256_min_epi16(v, _mm256_set1_epi16(RIM_SIGNAL_MOST)),
                            _mm256_setzero_si256());
}

AVX2 void rim_taps_row_avx2(int16_t *dst, const int16_t *const row[3],
                            const int16_t *weight, const int32_t bias[2], int shift,
                            int width)
{
    if (width < 8) {
        rim_taps_row_c(dst, row, weight, bias, shift, width);
        return;
    }
    __m256i w[5];
    for (int k = 0; k < 5; k++) {
        int64_t four;
        memcpy(&four, weight + 4 * k, sizeof four);
        w[k] = _mm256_set1_epi64x(four);
    }
    const __m256i both = _mm256_setr_epi32(bias[0], bias[1], bias[0], bias[1], bias[0],
                                           bias[1], bias[0], bias[1]);
    const __m128i by = _mm_cvtsi32_si128(shift);
    for (int x = 0; x < width - 8; x += 8)
        store(dst + 2 * x, taps(row, x, w, both, by));
    store(dst + 2 * (width - 8), taps(row, width - 8, w, both, by));
}

AVX2 static inline __m256i even_of(const int16_t *p)
{
    const __m256 v = _mm256_shuffle_ps(_mm256_castsi256_ps(load(p)),
                                       _mm256_castsi256_ps(load(p + 16)), 0x88);
    return _mm256_permute4x64_epi64(_mm256_castps_si256(v), 0xd8);
}

AVX2 static inline __m256i odd_of(const int16_t *p)
{
    const __m256 v = _mm256_shuffle_ps(_mm256_castsi256_ps(load(p)),
                                       _mm256_castsi256_ps(load(p + 16)), 0xdd);
    return _mm256_permute4x64_epi64(_mm256_castps_si256(v), 0xd8);
}

AVX2 void rim_pool_row_avx2(int16_t *dst, const int16_t *a, const int16_t *b, int width)
{
    if (width < 8) {
        rim_pool_row_c(dst, a, b, width);
        return;
    }
    for (int x = 0;; x = x + 16 <= width ? x + 8 : width - 8) {
        const __m256i left = _mm256_add_epi16(even_of(a + 4 * x), even_of(b + 4 * x));
        const __m256i right = _mm256_add_epi16(odd_of(a + 4 * x), odd_of(b + 4 * x));
        // Of 15 bits, and two more fit a word without its sign.
        const __m256i sum =
            _mm256_add_epi16(_mm256_add_epi16(left, right), _mm256_set1_epi16(2));
        store(dst + 2 * x, _mm256_srli_epi16(sum, 2));
        if (x + 8 == width)
            break;
    }
}

AVX2 void rim_raise_row_avx2(int16_t *dst, const int16_t *fine, const int16_t *coarse,
                             int width)
{
    int x = 0;
    for (; x + 8 <= width; x += 8) {
        const __m128i c = _mm_loadu_si128((const __m128i *)(coarse + x));
        const __m256i twice = _mm256_permutevar8x32_epi32(
            _mm256_castsi128_si256(c), _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3));
        const __m256i v = _mm256_add_epi16(load(fine + 2 * x), twice);
        store(dst + 2 * x,
              _mm256_max_epi16(_mm256_min_epi16(v, _mm256_set1_epi16(RIM_SIGNAL_MOST)),
                               _mm256_setzero_si256()));
    }
    rim_raise_row_c(dst + 2 * x, fine + 2 * x, coarse + x, width - x);
}
