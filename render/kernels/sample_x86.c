// sample_x86.c: bilinear samples, along a straight run or where nodes lie.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <immintrin.h>

// Between two neighbours that lie in one 32-bit number, 1/256 each.
__attribute__((target("avx2"))) static inline __m256i mix(__m256i pair, __m256i part)
{
    const __m256i left = _mm256_and_si256(pair, _mm256_set1_epi32(0xffff));
    const __m256i right = _mm256_srli_epi32(pair, 16);
    const __m256i rest = _mm256_sub_epi32(_mm256_set1_epi32(256), part);
    return _mm256_add_epi32(_mm256_mullo_epi32(left, rest),
                            _mm256_mullo_epi32(right, part));
}

// 8 samples at Q16 places.
__attribute__((target("avx2"))) static inline __m256i
sample_8(const uint16_t *src, ptrdiff_t stride, __m256i u, __m256i v)
{
    const __m256i byte = _mm256_set1_epi32(255);
    const __m256i fx = _mm256_and_si256(_mm256_srli_epi32(u, 8), byte);
    const __m256i fy = _mm256_and_si256(_mm256_srli_epi32(v, 8), byte);
    const __m256i at = _mm256_add_epi32(
        _mm256_slli_epi32(_mm256_srai_epi32(u, 16), 1),
        _mm256_mullo_epi32(_mm256_srai_epi32(v, 16), _mm256_set1_epi32((int)stride)));
    const int *const rows = (const int *)(const void *)src;
    const int *const next = (const int *)(const void *)((const char *)src + stride);
    const __m256i top = mix(_mm256_i32gather_epi32(rows, at, 1), fx);
    const __m256i bottom = mix(_mm256_i32gather_epi32(next, at, 1), fx);
    // Both are below 2^24: the sum of their parts is below 2^32.
    const __m256i rest = _mm256_sub_epi32(_mm256_set1_epi32(256), fy);
    return _mm256_srli_epi32(
        _mm256_add_epi32(_mm256_mullo_epi32(top, rest), _mm256_mullo_epi32(bottom, fy)),
        16);
}

__attribute__((target("avx2"))) void rim_sample_avx2(uint16_t *dst, const uint16_t *src,
                                                     ptrdiff_t stride, int32_t u,
                                                     int32_t v, int32_t du, int32_t dv,
                                                     int count)
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
__attribute__((target("avx2"))) static inline __m256i hold(__m256i *at, int32_t last,
                                                           int32_t margin)
{
    const __m256i given = *at, before = _mm256_set1_epi32(-margin - 1);
    *at = _mm256_min_epi32(_mm256_max_epi32(given, _mm256_setzero_si256()),
                           _mm256_set1_epi32(last - 1));
    return _mm256_and_si256(
        _mm256_cmpgt_epi32(given, before),
        _mm256_cmpgt_epi32(_mm256_set1_epi32(last + margin), given));
}

__attribute__((target("avx2"))) void rim_nodes_avx2(int16_t *node, const int32_t *u,
                                                    const int32_t *v,
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
        const __m256i signal =
            _mm256_and_si256(sample_8(map->data, map->stride, x, y), told);
        const __m256i over = _mm256_sub_epi32(signal, low);
        const __m256i within = _mm256_max_epi32(_mm256_min_epi32(over, most), least);
        const __m256i n = _mm256_srai_epi32(_mm256_mullo_epi32(within, gain), 16);
        _mm_storeu_si128(
            (__m128i *)(node + i),
            _mm_packs_epi32(_mm256_castsi256_si128(n), _mm256_extracti128_si256(n, 1)));
    }
}
