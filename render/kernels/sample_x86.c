// sample_x86.c: bilinear samples, along a straight run or where the picture's nodes lie.
//
// Nodes that follow each other lie on one row of the map and close together, but where
// a warp is steep: their samples are taken out of a few loads, which is faster than to
// gather them one by one.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

// Between two neighbours that lie in one 32-bit number, `weights` (256 - f, f) of them,
// by a product of signed numbers: both are taken 32768 lower, the sum put right.
AVX2 static inline __m256i mix(__m256i pair, __m256i weights)
{
    const __m256i middle = _mm256_set1_epi16(INT16_MIN);
    return _mm256_add_epi32(_mm256_madd_epi16(_mm256_xor_si256(pair, middle), weights),
                            _mm256_set1_epi32(256 * 32768));
}

// 8 samples between pairs of neighbours on two rows, at Q16 places.
AVX2 static inline __m256i mix_rows(__m256i above, __m256i below, __m256i u, __m256i v)
{
    const __m256i byte = _mm256_set1_epi32(255), whole = _mm256_set1_epi32(256);
    const __m256i fx = _mm256_and_si256(_mm256_srli_epi32(u, 8), byte);
    const __m256i fy = _mm256_and_si256(_mm256_srli_epi32(v, 8), byte);
    const __m256i weights =
        _mm256_or_si256(_mm256_sub_epi32(whole, fx), _mm256_slli_epi32(fx, 16));
    const __m256i top = mix(above, weights), bottom = mix(below, weights);
    // Both are below 2^24: the sum of their parts is below 2^32.
    return _mm256_srli_epi32(
        _mm256_add_epi32(_mm256_mullo_epi32(top, _mm256_sub_epi32(whole, fy)),
                         _mm256_mullo_epi32(bottom, fy)),
        16);
}

// 8 samples at Q16 places.
AVX2 static inline __m256i sample_8(const uint16_t *src, ptrdiff_t stride, __m256i u,
                                    __m256i v)
{
    const __m256i at = _mm256_add_epi32(
        _mm256_slli_epi32(_mm256_srai_epi32(u, 16), 1),
        _mm256_mullo_epi32(_mm256_srai_epi32(v, 16), _mm256_set1_epi32((int)stride)));
    const int *const rows = (const int *)(const void *)src;
    const int *const next = (const int *)(const void *)((const char *)src + stride);
    return mix_rows(_mm256_i32gather_epi32(rows, at, 1),
                    _mm256_i32gather_epi32(next, at, 1), u, v);
}

AVX2 void rim_sample_avx2(uint16_t *dst, const uint16_t *src, ptrdiff_t stride,
                          int32_t u, int32_t v, int32_t du, int32_t dv, int count)
{
    const __m256i step = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    __m256i us = _mm256_add_epi32(_mm256_set1_epi32(u),
                                  _mm256_mullo_epi32(step, _mm256_set1_epi32(du)));
    __m256i vs = _mm256_add_epi32(_mm256_set1_epi32(v),
                                  _mm256_mullo_epi32(step, _mm256_set1_epi32(dv)));
    int x = 0;
    for (; x + 8 <= count; x += 8) {
        const __m256i w = sample_8(src, stride, us, vs);
        _mm_storeu_si128((__m128i *)(dst + x),
                         _mm_packus_epi32(_mm256_castsi256_si128(w),
                                          _mm256_extracti128_si256(w, 1)));
        us = _mm256_add_epi32(us, _mm256_set1_epi32(du * 8));
        vs = _mm256_add_epi32(vs, _mm256_set1_epi32(dv * 8));
    }
    if (x < count)
        rim_sample_c(dst + x, src, stride, u + x * du, v + x * dv, du, dv, count - x);
}

// Which of 8 places along one way are within the margin; and those moved onto pixels.
AVX2 static inline __m256i hold(__m256i *at, int32_t last, int32_t margin)
{
    const __m256i given = *at, before = _mm256_set1_epi32(-margin - 1);
    *at = _mm256_min_epi32(_mm256_max_epi32(given, _mm256_setzero_si256()),
                           _mm256_set1_epi32(last - 1));
    return _mm256_and_si256(
        _mm256_cmpgt_epi32(given, before),
        _mm256_cmpgt_epi32(_mm256_set1_epi32(last + margin), given));
}

// Two loads of 8 pixels, a lane each.
AVX2 static inline __m256i load_two(const uint16_t *a, const uint16_t *b)
{
    return _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)a)),
        _mm_loadu_si128((const __m128i *)b), 1);
}

// 8 samples. Four and four of them come out of 8 pixels from the first one's on.
AVX2 static inline __m256i sample_near_8(const rim_node_map *map, __m256i u, __m256i v)
{
    const __m256i column = _mm256_srai_epi32(u, 16), row = _mm256_srai_epi32(v, 16);
    const __m256i off = _mm256_sub_epi32(column, _mm256_shuffle_epi32(column, 0));
    const int y = _mm256_cvtsi256_si32(row), a = _mm256_cvtsi256_si32(column),
              b = _mm256_extract_epi32(column, 4), last = (map->right >> 16) - 7;
    // Below 0 or above 6, or another row?
    const __m256i far =
        _mm256_or_si256(_mm256_xor_si256(row, _mm256_set1_epi32(y)),
                        _mm256_or_si256(_mm256_srai_epi32(off, 31),
                                        _mm256_cmpgt_epi32(off, _mm256_set1_epi32(6))));
    if (a > last || b > last || !_mm256_testz_si256(far, far))
        return sample_8(map->data, map->stride, u, v);
    const __m256i first = _mm256_set1_epi32(0x03020100);
    const __m256i pick =
        _mm256_add_epi32(_mm256_mullo_epi32(off, _mm256_set1_epi32(0x02020202)), first);
    const uint16_t *const above =
        (const uint16_t *)(const void *)((const char *)map->data + y * map->stride);
    const uint16_t *const below =
        (const uint16_t *)(const void *)((const char *)above + map->stride);
    return mix_rows(_mm256_shuffle_epi8(load_two(above + a, above + b), pick),
                    _mm256_shuffle_epi8(load_two(below + a, below + b), pick), u, v);
}

AVX2 void rim_nodes_avx2(int16_t *node, const int32_t *u, const int32_t *v,
                         const rim_node_map *map, int count)
{
    const __m256i low = _mm256_set1_epi32(map->low),
                  gain = _mm256_set1_epi32(map->gain);
    const __m256i most = _mm256_set1_epi32(map->range),
                  least = _mm256_set1_epi32(-map->range);
    if (count < 8) {
        rim_nodes_c(node, u, v, map, count);
        return;
    }
    for (int k = 0; k < count; k += 8) {
        const int i = k + 8 <= count ? k : count - 8; // the last once more
        __m256i x = _mm256_loadu_si256((const __m256i *)(u + i));
        __m256i y = _mm256_loadu_si256((const __m256i *)(v + i));
        const __m256i across = hold(&x, map->right, map->margin);
        const __m256i told =
            _mm256_and_si256(across, hold(&y, map->bottom, map->margin));
        const __m256i signal = _mm256_and_si256(sample_near_8(map, x, y), told);
        const __m256i over = _mm256_sub_epi32(signal, low);
        const __m256i within = _mm256_max_epi32(_mm256_min_epi32(over, most), least);
        const __m256i n = _mm256_srai_epi32(_mm256_mullo_epi32(within, gain), 16);
        _mm_storeu_si128(
            (__m128i *)(node + i),
            _mm_packs_epi32(_mm256_castsi256_si128(n), _mm256_extracti128_si256(n, 1)));
    }
}

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))

// Which of 16 places along one way are within the margin; and those moved onto pixels.
AVX512 static inline __mmask16 hold_16(__m512i *at, int32_t last, int32_t margin)
{
    const __m512i given = *at;
    *at = _mm512_min_epi32(_mm512_max_epi32(given, _mm512_setzero_si512()),
                           _mm512_set1_epi32(last - 1));
    return _mm512_cmpge_epi32_mask(given, _mm512_set1_epi32(-margin)) &
           _mm512_cmplt_epi32_mask(given, _mm512_set1_epi32(last + margin));
}

AVX512 static inline __m512i mix_16(__m512i pair, __m512i weights)
{
    const __m512i middle = _mm512_set1_epi16(INT16_MIN);
    return _mm512_add_epi32(_mm512_madd_epi16(_mm512_xor_si512(pair, middle), weights),
                            _mm512_set1_epi32(256 * 32768));
}

// 16 samples, out of 32 pixels of two rows where they lie there.
AVX512 static inline __m512i sample_16(const rim_node_map *map, __m512i u, __m512i v)
{
    const __m512i column = _mm512_srai_epi32(u, 16), row = _mm512_srai_epi32(v, 16);
    const int x = _mm_cvtsi128_si32(_mm512_castsi512_si128(column)),
              y = _mm_cvtsi128_si32(_mm512_castsi512_si128(row));
    const __m512i off = _mm512_sub_epi32(column, _mm512_set1_epi32(x));
    const char *const above = (const char *)map->data + y * map->stride;
    __m512i top, bottom;
    if (_mm512_cmpgt_epu32_mask(off, _mm512_set1_epi32(30)) |
        _mm512_cmpneq_epi32_mask(row, _mm512_set1_epi32(y))) {
        const __m512i at = _mm512_add_epi32(
            _mm512_slli_epi32(column, 1),
            _mm512_mullo_epi32(row, _mm512_set1_epi32((int)map->stride)));
        top = _mm512_i32gather_epi32(at, map->data, 1);
        bottom = _mm512_i32gather_epi32(at, (const char *)map->data + map->stride, 1);
    } else {
        const int left = (map->right >> 16) + 1 - x;
        const __mmask32 here = left < 32 ? (UINT32_C(1) << left) - 1 : ~UINT32_C(0);
        const __m512i pick = _mm512_add_epi32(
            _mm512_or_si512(off, _mm512_slli_epi32(off, 16)), _mm512_set1_epi32(65536));
        top = _mm512_permutexvar_epi16(
            pick, _mm512_maskz_loadu_epi16(here, above + 2 * (ptrdiff_t)x));
        bottom = _mm512_permutexvar_epi16(
            pick,
            _mm512_maskz_loadu_epi16(here, above + map->stride + 2 * (ptrdiff_t)x));
    }
    const __m512i byte = _mm512_set1_epi32(255), whole = _mm512_set1_epi32(256);
    const __m512i fx = _mm512_and_si512(_mm512_srli_epi32(u, 8), byte);
    const __m512i fy = _mm512_and_si512(_mm512_srli_epi32(v, 8), byte);
    const __m512i weights =
        _mm512_or_si512(_mm512_sub_epi32(whole, fx), _mm512_slli_epi32(fx, 16));
    const __m512i sum = _mm512_add_epi32(
        _mm512_mullo_epi32(mix_16(top, weights), _mm512_sub_epi32(whole, fy)),
        _mm512_mullo_epi32(mix_16(bottom, weights), fy));
    return _mm512_srli_epi32(sum, 16);
}

AVX512 void rim_nodes_avx512(int16_t *node, const int32_t *u, const int32_t *v,
                             const rim_node_map *map, int count)
{
    const __m512i low = _mm512_set1_epi32(map->low),
                  gain = _mm512_set1_epi32(map->gain);
    const __m512i most = _mm512_set1_epi32(map->range),
                  least = _mm512_set1_epi32(-map->range);
    for (int i = 0; i < count; i += 16) {
        const unsigned left = count - i < 16 ? (unsigned)(count - i) : 16;
        const __mmask16 here = (__mmask16)((1U << left) - 1);
        // What is not there lies where the first node does.
        __m512i x = _mm512_mask_loadu_epi32(_mm512_set1_epi32(u[i]), here, u + i);
        __m512i y = _mm512_mask_loadu_epi32(_mm512_set1_epi32(v[i]), here, v + i);
        const __mmask16 across = hold_16(&x, map->right, map->margin);
        const __mmask16 told = across & hold_16(&y, map->bottom, map->margin);
        const __m512i signal = _mm512_maskz_mov_epi32(told, sample_16(map, x, y));
        const __m512i over = _mm512_sub_epi32(signal, low);
        const __m512i within = _mm512_max_epi32(_mm512_min_epi32(over, most), least);
        const __m512i n = _mm512_srai_epi32(_mm512_mullo_epi32(within, gain), 16);
        _mm256_mask_storeu_epi16(node + i, here, _mm512_cvtepi32_epi16(n));
    }
}
