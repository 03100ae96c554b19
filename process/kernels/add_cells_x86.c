// add_cells_x86.c: rows without their hot pixels, added up by cells.
//
// Hardly a block holds a hot or a full pixel. What each of its columns holds at most and
// at least over the rows tells with one read of a pixel and no neighbour: where no
// column's most stands above a neighbour's least, no pixel stands above its neighbour in
// any row, and the sum of the pixels as they are is the answer. Only the other blocks
// are gone through pixel by pixel. Hardware prefetchers stop at pages, which a row
// hardly fills: the rows that follow these are asked for here.
// SPDX-License-Identifier: MIT
#include "base/frame.h"
#include "process/kernels/reduce_rows.h"

#include <immintrin.h>
#include <string.h>

#define AVX2   __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))
#define ALWAYS __attribute__((always_inline)) static inline

enum { BLOCK = 32 };

typedef struct job {
    const uint16_t *src;
    ptrdiff_t stride;
    int rows, width, scale, shift, margin, full;
    // Sums and counts of columns on their way to be folded; of folded ones, with shift.
    uint32_t *columns, *full_columns;
    bool any; // some are full: full_columns are there
    uint32_t *sum, *count;
} job;

// To the left and right neighbour of each of eight words; an end has but the other.
#define TO_LEFT  2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
#define TO_RIGHT 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13

AVX2 ALWAYS __m256i load(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

AVX2 ALWAYS void store(void *p, __m256i v)
{
    _mm256_storeu_si256((__m256i *)p, v);
}

AVX2 ALWAYS void store_wide(uint32_t *p, __m256i lo, __m256i hi)
{
    store(p, _mm256_permute2x128_si256(lo, hi, 0x20));
    store(p + 8, _mm256_permute2x128_si256(lo, hi, 0x31));
}

// Sixteen pixels from p[0] on, of which both neighbours are there, gone through one by
// one: their sums and how many are full.
AVX2 static void add_16(uint32_t *sum, uint32_t *count, const uint16_t *src,
                        const job *j)
{
    const __m256i margin = _mm256_set1_epi16((int16_t)j->margin);
    const __m256i full = _mm256_set1_epi16((int16_t)j->full);
    const __m256i zero = _mm256_setzero_si256();
    const char *p = (const char *)src;
    __m256i lo = zero, hi = zero, n = zero;
    for (int y = 0; y < j->rows; y++, p += j->stride) {
        const __m256i v = load(p), left = load(p - 2), right = load(p + 2);
        // (left + right) >> 1 without a carry; saturation does no harm: v is less
        // anyway.
        const __m256i half =
            _mm256_add_epi16(_mm256_and_si256(left, right),
                             _mm256_srli_epi16(_mm256_xor_si256(left, right), 1));
        const __m256i more = _mm256_adds_epu16(_mm256_srli_epi16(half, 2), margin);
        const __m256i most = _mm256_adds_epu16(_mm256_max_epu16(left, right), more);
        const __m256i cut = _mm256_min_epu16(v, most);
        lo = _mm256_add_epi32(lo, _mm256_unpacklo_epi16(cut, zero));
        hi = _mm256_add_epi32(hi, _mm256_unpackhi_epi16(cut, zero));
        n = _mm256_sub_epi16(n, _mm256_cmpeq_epi16(_mm256_max_epu16(cut, full), cut));
    }
    store_wide(sum, lo, hi);
    store_wide(count, _mm256_unpacklo_epi16(n, zero), _mm256_unpackhi_epi16(n, zero));
}

// The first or last column, which stays as it is.
static void add_end(uint32_t *sum, uint32_t *count, int x, const job *j)
{
    *sum = *count = 0;
    for (int y = 0; y < j->rows; y++) {
        const uint16_t v = row_at(j->src, j->stride, y)[x];
        *sum += v;
        *count += v >= j->full;
    }
}

// A block from column x on, whatever is in it.
AVX2 static void add_block(uint32_t *sum, uint32_t *count, int x, const job *j)
{
    const int last = j->width - 1;
    for (int i = 0; i < BLOCK; i += 16) { // kept off the ends
        const int at = x + i < 1 ? 1 : x + i > last - 16 ? last - 16 : x + i;
        add_16(sum + at - x, count + at - x, j->src + at, j);
    }
    if (x == 0)
        add_end(sum, count, 0, j);
    if (x + BLOCK == j->width)
        add_end(sum + BLOCK - 1, count + BLOCK - 1, last, j);
}

// The same, on to where it belongs.
AVX2 static void finish_odd(int x, job *j, bool folded)
{
    uint32_t sum[BLOCK], count[BLOCK];
    if (folded) {
        add_block(sum, count, x, j);
        const int cells = BLOCK / j->scale, at = x / j->scale;
        fold_columns(j->sum + at, sum, BLOCK, j->scale);
        fold_columns(j->count + at, count, BLOCK, j->scale);
        for (int i = 0; i < cells; i++)
            j->sum[at + i] <<= j->shift;
        return;
    }
    if (!j->any)
        memset(j->full_columns, 0, (size_t)j->width * sizeof *j->full_columns);
    j->any = true;
    add_block(j->columns + x, j->full_columns + x, x, j);
}

// Sixteen columns.
typedef struct half {
    __m256i lo, hi;      // sums; narrow: lo alone, of 16 bits
    __m256i most, least; // of the columns
} half;

AVX2 ALWAYS void look(half *s, const char *p, bool narrow)
{
    const __m256i v = load(p);
    s->most = _mm256_max_epu16(s->most, v);
    s->least = _mm256_min_epu16(s->least, v);
    if (narrow) {
        s->lo = _mm256_add_epi16(s->lo, v);
    } else {
        const __m256i zero = _mm256_setzero_si256();
        s->lo = _mm256_add_epi32(s->lo, _mm256_unpacklo_epi16(v, zero));
        s->hi = _mm256_add_epi32(s->hi, _mm256_unpackhi_epi16(v, zero));
    }
}

// Whose bits say that there may be a hot or a full pixel.
AVX2 ALWAYS __m256i odd(const half *s, __m256i margin, __m256i below_full)
{
    const __m256i left =
        _mm256_shuffle_epi8(s->least, _mm256_setr_epi8(TO_LEFT, TO_LEFT));
    const __m256i right =
        _mm256_shuffle_epi8(s->least, _mm256_setr_epi8(TO_RIGHT, TO_RIGHT));
    const __m256i above = _mm256_subs_epu16(s->most, _mm256_max_epu16(left, right));
    return _mm256_or_si256(_mm256_subs_epu16(above, margin),
                           _mm256_subs_epu16(s->most, below_full));
}

// Sums of pairs of neighbours: of 16 bits where they were, of 32 bits side by side.
AVX2 ALWAYS __m256i pairs_16(__m256i v)
{
    return _mm256_add_epi32(_mm256_and_si256(v, _mm256_set1_epi32(0xffff)),
                            _mm256_srli_epi32(v, 16));
}

AVX2 ALWAYS __m256i pairs_32(__m256i a, __m256i b)
{
    const __m256 v = _mm256_shuffle_ps(
        _mm256_castsi256_ps(_mm256_add_epi32(a, _mm256_srli_epi64(a, 32))),
        _mm256_castsi256_ps(_mm256_add_epi32(b, _mm256_srli_epi64(b, 32))), 0x88);
    return _mm256_permute4x64_epi64(_mm256_castps_si256(v), 0xd8);
}

// A block's narrow sums to its cells, of which none is full.
AVX2 ALWAYS void fold(const job *j, int x, __m256i a, __m256i b, int scale)
{
    const __m128i shift = _mm_cvtsi32_si128(j->shift);
    uint32_t *sum = j->sum + x / scale, *count = j->count + x / scale;
    const __m256i zero = _mm256_setzero_si256();
    a = pairs_16(a);
    b = pairs_16(b);
    if (scale == 2) {
        store(sum, _mm256_sll_epi32(a, shift));
        store(sum + 8, _mm256_sll_epi32(b, shift));
        store(count, zero);
        store(count + 8, zero);
        return;
    }
    a = _mm256_sll_epi32(pairs_32(a, b), shift);
    if (scale == 4) {
        store(sum, a);
        store(count, zero);
        return;
    }
    _mm_storeu_si128((__m128i *)(void *)sum, _mm256_castsi256_si128(pairs_32(a, a)));
    _mm_storeu_si128((__m128i *)(void *)count, _mm_setzero_si128());
}

// scale: 2, 4 or 8, which the width is a multiple of: sums go to cells at once; 0: to
// columns.
AVX2 ALWAYS void add_blocks(job *j, bool narrow, int scale)
{
    const __m256i margin = _mm256_set1_epi16((int16_t)j->margin);
    const __m256i below_full = _mm256_set1_epi16((int16_t)(j->full - 1));
    const __m256i zero = _mm256_setzero_si256(), ones = _mm256_set1_epi16(-1);
    // The last block may overlap the one before.
    for (int x = 0; x < j->width; x += BLOCK) {
        x = x < j->width - BLOCK ? x : j->width - BLOCK;
        half a = {zero, zero, zero, ones}, b = a;
        const char *p = (const char *)(j->src + x);
#pragma GCC unroll 4
        for (int y = 0; y < j->rows; y++, p += j->stride) {
            look(&a, p, narrow);
            look(&b, p + BLOCK, narrow);
            _mm_prefetch(p + j->rows * j->stride, _MM_HINT_T1);
        }
        const __m256i either =
            _mm256_or_si256(odd(&a, margin, below_full), odd(&b, margin, below_full));
        if (!_mm256_testz_si256(either, either)) {
            finish_odd(x, j, scale > 0);
        } else if (scale > 0) {
            fold(j, x, a.lo, b.lo, scale);
        } else if (narrow) {
            store_wide(j->columns + x, _mm256_unpacklo_epi16(a.lo, zero),
                       _mm256_unpackhi_epi16(a.lo, zero));
            store_wide(j->columns + x + 16, _mm256_unpacklo_epi16(b.lo, zero),
                       _mm256_unpackhi_epi16(b.lo, zero));
        } else {
            store_wide(j->columns + x, a.lo, a.hi);
            store_wide(j->columns + x + 16, b.lo, b.hi);
        }
    }
}

AVX2 static void by_columns(job *j, bool narrow)
{
    uint32_t columns[RIM_FRAME_SIDE_MAX], full_columns[RIM_FRAME_SIDE_MAX];
    const int cells = (j->width + j->scale - 1) / j->scale;
    j->columns = columns;
    j->full_columns = full_columns;
    if (narrow)
        add_blocks(j, true, 0);
    else
        add_blocks(j, false, 0);
    rim_fold_columns_avx2(j->sum, columns, j->width, j->scale);
    if (j->any)
        rim_fold_columns_avx2(j->count, full_columns, j->width, j->scale);
    else
        memset(j->count, 0, (size_t)cells * sizeof *j->count);
    const __m128i shift = _mm_cvtsi32_si128(j->shift);
    int i = 0;
    for (; i + 8 <= cells; i += 8)
        store(j->sum + i, _mm256_sll_epi32(load(j->sum + i), shift));
    for (; i < cells; i++)
        j->sum[i] <<= j->shift;
}

// The same, a block at once, where sums are narrow.
AVX512 ALWAYS bool is_odd_512(__m512i most, __m512i least, __m512i margin, __m512i full)
{
    const __m512i to_left = _mm512_broadcast_i32x4(_mm_setr_epi8(TO_LEFT));
    const __m512i to_right = _mm512_broadcast_i32x4(_mm_setr_epi8(TO_RIGHT));
    const __m512i side = _mm512_max_epu16(_mm512_shuffle_epi8(least, to_left),
                                          _mm512_shuffle_epi8(least, to_right));
    return _mm512_cmpgt_epu16_mask(_mm512_subs_epu16(most, side), margin) |
           _mm512_cmpge_epu16_mask(most, full);
}

AVX512 ALWAYS void fold_512(const job *j, int x, __m512i v, int scale)
{
    const __m128i shift = _mm_cvtsi32_si128(j->shift);
    uint32_t *sum = j->sum + x / scale, *count = j->count + x / scale;
    v = _mm512_sll_epi32(
        _mm512_add_epi32(_mm512_and_si512(v, _mm512_set1_epi32(0xffff)),
                         _mm512_srli_epi32(v, 16)),
        shift);
    if (scale == 2) {
        _mm512_storeu_si512(sum, v);
        _mm512_storeu_si512(count, _mm512_setzero_si512());
        return;
    }
    const __m256i four =
        _mm512_cvtepi64_epi32(_mm512_add_epi32(v, _mm512_srli_epi64(v, 32)));
    if (scale == 4) {
        store(sum, four);
        store(count, _mm256_setzero_si256());
        return;
    }
    _mm_storeu_si128((__m128i *)(void *)sum, _mm256_cvtepi64_epi32(_mm256_add_epi32(
                                                 four, _mm256_srli_epi64(four, 32))));
    _mm_storeu_si128((__m128i *)(void *)count, _mm_setzero_si128());
}

AVX512 ALWAYS void add_blocks_512(job *j, int scale)
{
    const __m512i margin = _mm512_set1_epi16((int16_t)j->margin);
    const __m512i full = _mm512_set1_epi16((int16_t)j->full);
    for (int x = 0; x < j->width; x += BLOCK) {
        x = x < j->width - BLOCK ? x : j->width - BLOCK;
        __m512i most = _mm512_setzero_si512(), sum = most,
                least = _mm512_set1_epi16(-1);
        const char *p = (const char *)(j->src + x);
#pragma GCC unroll 4
        for (int y = 0; y < j->rows; y++, p += j->stride) {
            const __m512i v = _mm512_loadu_si512(p);
            most = _mm512_max_epu16(most, v);
            least = _mm512_min_epu16(least, v);
            sum = _mm512_add_epi16(sum, v);
            _mm_prefetch(p + j->rows * j->stride, _MM_HINT_T1);
        }
        if (is_odd_512(most, least, margin, full))
            finish_odd(x, j, true);
        else
            fold_512(j, x, sum, scale);
    }
}

static job job_of(uint32_t *sum, uint32_t *count, const uint16_t *src, ptrdiff_t stride,
                  int rows, int width, int scale, int shift, int margin, int full)
{
    return (job){.src = src,
                 .stride = stride,
                 .rows = rows,
                 .width = width,
                 .scale = scale,
                 .shift = shift,
                 .margin = margin,
                 .full = full,
                 .sum = sum,
                 .count = count};
}

AVX2 void rim_add_cells_avx2(uint32_t *sum, uint32_t *count, const uint16_t *src,
                             ptrdiff_t stride, int rows, int width, int scale,
                             int shift, int margin, int full)
{
    if (width < BLOCK) {
        rim_add_cells_c(sum, count, src, stride, rows, width, scale, shift, margin,
                        full);
        return;
    }
    job j = job_of(sum, count, src, stride, rows, width, scale, shift, margin, full);
    const bool narrow = rows * (full - 1) <= UINT16_MAX;
    if (!narrow || width % scale != 0)
        by_columns(&j, narrow);
    else if (scale == 2)
        add_blocks(&j, true, 2);
    else if (scale == 4)
        add_blocks(&j, true, 4);
    else if (scale == 8)
        add_blocks(&j, true, 8);
    else
        by_columns(&j, true);
}

AVX512 void rim_add_cells_avx512(uint32_t *sum, uint32_t *count, const uint16_t *src,
                                 ptrdiff_t stride, int rows, int width, int scale,
                                 int shift, int margin, int full)
{
    const bool narrow = rows * (full - 1) <= UINT16_MAX;
    job j = job_of(sum, count, src, stride, rows, width, scale, shift, margin, full);
    if (!narrow || width < BLOCK || width % scale != 0 ||
        (scale != 2 && scale != 4 && scale != 8))
        rim_add_cells_avx2(sum, count, src, stride, rows, width, scale, shift, margin,
                           full);
    else if (scale == 2)
        add_blocks_512(&j, 2);
    else if (scale == 4)
        add_blocks_512(&j, 4);
    else
        add_blocks_512(&j, 8);
}
