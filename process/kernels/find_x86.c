// find_x86.c: the rows of process/blobs and process/rings, sixteen pixels at a time.
//
// A last block that is not full overlaps the one before, where the row has that many.
// SPDX-License-Identifier: MIT
#include "process/kernels/find_rows.h"
#include "process/kernels/kernels.h"

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i load(const int16_t *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

AVX2 static inline void store(int16_t *p, __m256i v)
{
    _mm256_storeu_si256((__m256i *)p, v);
}

AVX2 static inline __m256i sum5(__m256i a, __m256i b, __m256i c, __m256i d, __m256i e)
{
    const __m256i s = _mm256_add_epi16(_mm256_add_epi16(a, b), _mm256_add_epi16(c, d));
    const __m256i rounded =
        _mm256_add_epi16(_mm256_add_epi16(s, e), _mm256_set1_epi16(2));
    return _mm256_mulhi_epi16(rounded, _mm256_set1_epi16(13107));
}

AVX2 static inline void add_columns(int16_t *line, const int16_t *const row[5], int x)
{
    store(line + x, sum5(load(row[0] + x), load(row[1] + x), load(row[2] + x),
                         load(row[3] + x), load(row[4] + x)));
}

AVX2 static inline void add_along(int16_t *dst, const int16_t *l)
{
    store(dst, sum5(load(l - 2), load(l - 1), load(l), load(l + 1), load(l + 2)));
}

AVX2 void rim_mean5_row_avx2(int16_t *dst, int16_t *line, const int16_t *const row[5],
                             int width)
{
    if (width < 16) {
        rim_mean5_row_c(dst, line, row, width);
        return;
    }
    const int16_t *const p[5] = {row[0], row[1], row[2], row[3], row[4]};
    line += 2;
    for (int x = 0; x < width - 16; x += 16)
        add_columns(line, p, x);
    add_columns(line, p, width - 16);
    line[-2] = line[-1] = line[0];
    line[width] = line[width + 1] = line[width - 1];
    for (int x = 0; x < width - 16; x += 16)
        add_along(dst + x, line + x);
    add_along(dst + width - 16, line + width - 16);
}

AVX2 static inline __m256i binomial(__m256i a, __m256i b, __m256i c)
{
    const __m256i s = _mm256_add_epi16(_mm256_add_epi16(a, c), _mm256_add_epi16(b, b));
    return _mm256_srai_epi16(_mm256_add_epi16(s, _mm256_set1_epi16(2)), 2);
}

AVX2 void rim_binomial_row_avx2(int16_t *dst, int16_t *line,
                                const int16_t *const row[3], int width)
{
    if (width < 16) {
        rim_binomial_row_c(dst, line, row, width);
        return;
    }
    const int16_t *a = row[0], *b = row[1], *c = row[2];
    const int last = width - 16;
    line += 1;
    for (int x = 0; x < last; x += 16)
        store(line + x, binomial(load(a + x), load(b + x), load(c + x)));
    store(line + last, binomial(load(a + last), load(b + last), load(c + last)));
    line[-1] = line[0];
    line[width] = line[width - 1];
    for (int x = 0; x < last; x += 16)
        store(dst + x,
              binomial(load(line + x - 1), load(line + x), load(line + x + 1)));
    store(dst + last,
          binomial(load(line + last - 1), load(line + last), load(line + last + 1)));
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

AVX2 static inline void spread_16(int16_t *row, int16_t *sum, const int16_t *votes,
                                  const int16_t *before, const int16_t *leaving,
                                  int reach)
{
    __m256i s = load(votes);
    for (int k = 1; k <= reach; k++)
        s = _mm256_add_epi16(s, _mm256_add_epi16(load(votes - k), load(votes + k)));
    store(row, s);
    store(sum, _mm256_sub_epi16(_mm256_add_epi16(load(before), s), load(leaving)));
}

AVX2 void rim_spread_row_avx2(int16_t *row, int16_t *sum, const int16_t *votes,
                              const int16_t *before, const int16_t *leaving, int reach,
                              int width)
{
    if (width < 16) {
        rim_spread_row_c(row, sum, votes, before, leaving, reach, width);
        return;
    }
    for (int x = 0; x < width - 16; x += 16)
        spread_16(row + x, sum + x, votes + x, before + x, leaving + x, reach);
    const int x = width - 16;
    spread_16(row + x, sum + x, votes + x, before + x, leaving + x, reach);
}

typedef struct curved { // second differences of 16 pixels
    __m256i xx, yy, xy;
} curved;

AVX2 static inline curved curvature_16(const int16_t *p, ptrdiff_t stride)
{
    const int16_t *up = p - 2 * stride, *down = p + 2 * stride;
    const __m256i twice = _mm256_slli_epi16(load(p), 1);
    const __m256i s = _mm256_sub_epi16(_mm256_add_epi16(load(down + 2), load(up - 2)),
                                       _mm256_add_epi16(load(up + 2), load(down - 2)));
    // A quarter, towards zero.
    const __m256i round = _mm256_srli_epi16(_mm256_srai_epi16(s, 15), 14);
    return (curved){
        .xx = _mm256_sub_epi16(_mm256_add_epi16(load(p - 2), load(p + 2)), twice),
        .yy = _mm256_sub_epi16(_mm256_add_epi16(load(up), load(down)), twice),
        .xy = _mm256_srai_epi16(_mm256_add_epi16(s, round), 2)};
}

// A bit for each of 16 pixels, in their order, whose sharper curvature is below -least.
AVX2 static inline unsigned ridges_16(const curved *c, __m256i least)
{
    const __m256i a = _mm256_add_epi16(c->xx, least),
                  b = _mm256_add_epi16(c->yy, least);
    const __m256i none = _mm256_sub_epi16(_mm256_setzero_si256(), c->xy);
    // a b - xy xy, in 32 bits.
    const __m256i lo = _mm256_madd_epi16(_mm256_unpacklo_epi16(a, c->xy),
                                         _mm256_unpacklo_epi16(b, none));
    const __m256i hi = _mm256_madd_epi16(_mm256_unpackhi_epi16(a, c->xy),
                                         _mm256_unpackhi_epi16(b, none));
    const __m256i sign =
        _mm256_or_si256(_mm256_packs_epi32(lo, hi), _mm256_or_si256(a, b));
    const __m256i bytes =
        _mm256_packs_epi16(_mm256_srai_epi16(sign, 15), _mm256_setzero_si256());
    const unsigned m = (unsigned)_mm256_movemask_epi8(bytes);
    return (m & 0xff) | (m >> 8 & 0xff00);
}

// Unit normals of eight pixels, Q8: x in the low halves, y in the high ones; and of
// which there is one.
AVX2 static inline unsigned normals_8(__m256i *out, __m128i xx16, __m128i yy16,
                                      __m128i xy16)
{
    const __m256i xxi = _mm256_cvtepi16_epi32(xx16), yyi = _mm256_cvtepi16_epi32(yy16);
    const __m256 xx = _mm256_cvtepi32_ps(xxi), yy = _mm256_cvtepi32_ps(yyi);
    const __m256 xy = _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(xy16));
    const __m256 h = _mm256_set1_ps(0.5f), sign = _mm256_set1_ps(-0.0f);
    const __m256 half =
        _mm256_mul_ps(h, _mm256_cvtepi32_ps(_mm256_sub_epi32(xxi, yyi)));
    const __m256 root =
        _mm256_sqrt_ps(_mm256_add_ps(_mm256_mul_ps(half, half), _mm256_mul_ps(xy, xy)));
    const __m256 low = _mm256_sub_ps(
        _mm256_mul_ps(h, _mm256_cvtepi32_ps(_mm256_add_epi32(xxi, yyi))), root);
    const __m256 to_x = _mm256_sub_ps(low, xx), to_y = _mm256_sub_ps(low, yy);
    const __m256 second = _mm256_cmp_ps(_mm256_andnot_ps(sign, to_y),
                                        _mm256_andnot_ps(sign, to_x), _CMP_GT_OQ);
    const __m256 u = _mm256_blendv_ps(xy, to_y, second);
    const __m256 v = _mm256_blendv_ps(to_x, xy, second);
    const __m256 length =
        _mm256_sqrt_ps(_mm256_add_ps(_mm256_mul_ps(u, u), _mm256_mul_ps(v, v)));
    const __m256 unit = _mm256_div_ps(_mm256_set1_ps(256.0f), length);
    const __m256 up = _mm256_set1_ps(512.5f);
    const __m256i off = _mm256_set1_epi32(512);
    const __m256i nx = _mm256_sub_epi32(
        _mm256_cvttps_epi32(_mm256_add_ps(_mm256_mul_ps(u, unit), up)), off);
    const __m256i ny = _mm256_sub_epi32(
        _mm256_cvttps_epi32(_mm256_add_ps(_mm256_mul_ps(v, unit), up)), off);
    *out = _mm256_blend_epi16(nx, _mm256_slli_epi32(ny, 16), 0xaa);
    return (unsigned)_mm256_movemask_ps(
        _mm256_cmp_ps(length, _mm256_setzero_ps(), _CMP_GT_OQ));
}

// Appends those of 8 pixels from x on whose bit is set; returns how many.
AVX2 static inline int append_8(rim_ridge *ridge, unsigned on, int x, __m128i xx,
                                __m128i yy, __m128i xy)
{
    if (!on)
        return 0;
    __m256i normal;
    on &= normals_8(&normal, xx, yy, xy);
    int32_t n[8];
    _mm256_storeu_si256((__m256i *)n, normal);
    int count = 0;
    for (; on; on &= on - 1) {
        const int k = __builtin_ctz(on);
        ridge[count++] = (rim_ridge){.x = (int16_t)(x + k),
                                     .nx = (int16_t)(n[k] & 0xffff),
                                     .ny = (int16_t)(n[k] >> 16)};
    }
    return count;
}

AVX2 int rim_ridge_row_avx2(rim_ridge *ridge, const int16_t *row, ptrdiff_t stride,
                            int least, int width)
{
    if (width < 16)
        return rim_ridge_row_c(ridge, row, stride, least, width);
    const __m256i l = _mm256_set1_epi16((int16_t)least);
    int n = 0;
    for (int x = 0, done = 0; done < width; x += 16) {
        x = x < width - 16 ? x : width - 16;
        const curved c = curvature_16(row + x, stride);
        const unsigned on = ridges_16(&c, l) & 0xffffu << (done - x);
        done = x + 16;
        if (!(on & 0xffff))
            continue;
        n += append_8(ridge + n, on & 0xff, x, _mm256_castsi256_si128(c.xx),
                      _mm256_castsi256_si128(c.yy), _mm256_castsi256_si128(c.xy));
        n += append_8(
            ridge + n, on >> 8 & 0xff, x + 8, _mm256_extracti128_si256(c.xx, 1),
            _mm256_extracti128_si256(c.yy, 1), _mm256_extracti128_si256(c.xy, 1));
    }
    return n;
}

// Eight steps: where they vote, and the votes. Of whole numbers within a frame the
// unsigned comparison is one with 0 too.
AVX2 static inline void vote_8(int16_t *votes, __m256i x, __m256i y, const __m256i n[2],
                               int k, const rim_vote_way *way)
{
    const __m256i d = _mm256_loadu_si256((const __m256i *)(way->distance + k));
    const __m256i plane = _mm256_loadu_si256((const __m256i *)(way->plane + k));
    x = _mm256_srai_epi32(_mm256_add_epi32(x, _mm256_madd_epi16(d, n[0])), 9);
    y = _mm256_srai_epi32(_mm256_add_epi32(y, _mm256_madd_epi16(d, n[1])), 9);
    const __m256i last_x = _mm256_set1_epi32(way->width - 1),
                  last_y = _mm256_set1_epi32(way->height - 1);
    const __m256i in =
        _mm256_and_si256(_mm256_cmpeq_epi32(_mm256_min_epu32(x, last_x), x),
                         _mm256_cmpeq_epi32(_mm256_min_epu32(y, last_y), y));
    // Rows and their length are below 2^15, so that the product is whole.
    const __m256i at =
        _mm256_add_epi32(_mm256_add_epi32(plane, x),
                         _mm256_madd_epi16(y, _mm256_set1_epi32(way->stride)));
    int32_t place[8];
    _mm256_storeu_si256((__m256i *)place,
                        _mm256_blendv_epi8(_mm256_set1_epi32(way->nowhere), at, in));
    for (int i = 0; i < 8; i++)
        votes[place[i]]++;
}

AVX2 void rim_vote_row_avx2(int16_t *votes, const rim_ridge *ridge, int n, int y,
                            const rim_vote_way *way)
{
    const __m256i from_y = _mm256_set1_epi32(256 * y);
    for (int i = 0; i < n; i++) {
        const rim_ridge *g = &ridge[i];
        const __m256i from_x = _mm256_set1_epi32(256 * g->x);
        const __m256i there[2] = {_mm256_set1_epi32(g->nx & 65535),
                                  _mm256_set1_epi32(g->ny & 65535)};
        const __m256i back[2] = {_mm256_set1_epi32(-g->nx & 65535),
                                 _mm256_set1_epi32(-g->ny & 65535)};
        for (int k = 0; k < way->steps; k += 8) {
            vote_8(votes, from_x, from_y, there, k, way);
            vote_8(votes, from_x, from_y, back, k, way);
        }
    }
}
