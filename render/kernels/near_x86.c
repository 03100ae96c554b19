// near_x86.c: how near pixels are to a piece of a line.
// SPDX-License-Identifier: MIT
#include "render/kernels/near_rows.h"

#include <immintrin.h>

#define AVX2   __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))

typedef struct piece_8 {
    __m256 ux, uy, length;
    __m256i reach;
} piece_8;

// 255 less the distance of 8 pixels, 0 beyond the reach, as 32-bit numbers.
AVX2 static inline __m256i near_8(const piece_8 *q, __m256 dx, __m256 dy)
{
    __m256 along = _mm256_add_ps(_mm256_mul_ps(dx, q->ux), _mm256_mul_ps(dy, q->uy));
    along = _mm256_max_ps(along, _mm256_setzero_ps());
    along = _mm256_min_ps(along, q->length);
    const __m256 ex = _mm256_sub_ps(dx, _mm256_mul_ps(along, q->ux));
    const __m256 ey = _mm256_sub_ps(dy, _mm256_mul_ps(along, q->uy));
    const __m256 square = _mm256_add_ps(_mm256_mul_ps(ex, ex), _mm256_mul_ps(ey, ey));
    __m256 distance = _mm256_mul_ps(_mm256_sqrt_ps(square), _mm256_set1_ps(16));
    distance = _mm256_min_ps(distance, _mm256_set1_ps(255));
    const __m256i d = _mm256_cvttps_epi32(distance);
    return _mm256_and_si256(_mm256_sub_epi32(_mm256_set1_epi32(255), d),
                            _mm256_cmpgt_epi32(q->reach, d));
}

// 8 pixels; where the box is narrower, the `count` that there are.
AVX2 static inline void note_8(uint8_t *near, __m256i v, int count)
{
    const __m128i words =
        _mm_packus_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    const __m128i bytes = _mm_packus_epi16(words, words);
    if (count >= 8) {
        __m128i *const to = (__m128i *)(void *)near;
        _mm_storel_epi64(to, _mm_max_epu8(_mm_loadl_epi64(to), bytes));
        return;
    }
    uint64_t all = (uint64_t)_mm_cvtsi128_si64(bytes);
    for (int i = 0; i < count; i++, all >>= 8)
        if (near[i] < (uint8_t)all)
            near[i] = (uint8_t)all;
}

// The last 8 of a row may overlap those before, which does no harm.
AVX2 void rim_near_avx2(uint8_t *near, ptrdiff_t stride, const rim_rect *box,
                        const rim_piece *piece, int reach)
{
    const near_rows rows = near_begin(piece, reach, box);
    const piece_8 q = {_mm256_set1_ps(piece->ux), _mm256_set1_ps(piece->uy),
                       _mm256_set1_ps(piece->length), _mm256_set1_epi32(reach)};
    const __m256i eight = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    for (int y = rows.y0; y < rows.y1; y++) {
        const float dy = (float)y + 0.5F - piece->y;
        int from, to;
        near_span(&from, &to, &rows, dy);
        const int width = to - from;
        const __m256 start = _mm256_set1_ps((float)from + 0.5F - piece->x);
        uint8_t *const row = near + (y - box->y0) * stride + (from - box->x0);
        for (int i = 0; i < width; i += 8) {
            const int at = i + 8 <= width || width < 8 ? i : width - 8;
            const __m256i k = _mm256_add_epi32(eight, _mm256_set1_epi32(at));
            const __m256 dx = _mm256_add_ps(_mm256_cvtepi32_ps(k), start);
            note_8(row + at, near_8(&q, dx, _mm256_set1_ps(dy)), width - at);
        }
    }
}

// A row from pixel `from` on; dx0, dy: of its centre from where the piece starts.
AVX512 static inline void near_row(uint8_t *near, const rim_piece *piece, int reach,
                                   float dx0, float row_dy, int width)
{
    const __m512 ux = _mm512_set1_ps(piece->ux), uy = _mm512_set1_ps(piece->uy);
    const __m512 zero = _mm512_setzero_ps(), length = _mm512_set1_ps(piece->length);
    const __m512i least = _mm512_set1_epi32(reach), all = _mm512_set1_epi32(255);
    const __m512 count =
        _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512 dy = _mm512_set1_ps(row_dy), across = _mm512_mul_ps(dy, uy);
    for (int i = 0; i < width; i += 16) {
        const unsigned left = width - i < 16 ? (unsigned)(width - i) : 16;
        const __m512 k = _mm512_add_ps(count, _mm512_set1_ps((float)i));
        const __m512 dx = _mm512_add_ps(k, _mm512_set1_ps(dx0));
        __m512 along = _mm512_add_ps(_mm512_mul_ps(dx, ux), across);
        along = _mm512_min_ps(_mm512_max_ps(along, zero), length);
        const __m512 ex = _mm512_sub_ps(dx, _mm512_mul_ps(along, ux));
        const __m512 ey = _mm512_sub_ps(dy, _mm512_mul_ps(along, uy));
        const __m512 square =
            _mm512_add_ps(_mm512_mul_ps(ex, ex), _mm512_mul_ps(ey, ey));
        const __m512 distance =
            _mm512_mul_ps(_mm512_sqrt_ps(square), _mm512_set1_ps(16));
        const __m512i d =
            _mm512_cvttps_epi32(_mm512_min_ps(distance, _mm512_set1_ps(255)));
        const __mmask16 some =
            _mm512_cmpgt_epi32_mask(least, d) & (__mmask16)((1U << left) - 1);
        const __m128i v = _mm512_cvtepi32_epi8(_mm512_sub_epi32(all, d));
        const __m128i now = _mm_maskz_loadu_epi8(some, near + i);
        _mm_mask_storeu_epi8(near + i, some, _mm_max_epu8(now, v));
    }
}

AVX512 void rim_near_avx512(uint8_t *near, ptrdiff_t stride, const rim_rect *box,
                            const rim_piece *piece, int reach)
{
    const near_rows rows = near_begin(piece, reach, box);
    int from[RIM_NEAR_ROWS], to[RIM_NEAR_ROWS];
    for (int y = rows.y0; y < rows.y1; y++) {
        const int k = (y - rows.y0) % RIM_NEAR_ROWS;
        if (k == 0)
            near_spans(from, to, &rows, y);
        near_row(near + (y - box->y0) * stride + (from[k] - box->x0), piece, reach,
                 (float)from[k] + 0.5F - piece->x, (float)y + 0.5F - piece->y,
                 to[k] - from[k]);
    }
}
