// sample_x86.c: bilinear samples along a straight run.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <immintrin.h>

// a 16 bits wide and b 32, of a pair of neighbours in one 32-bit number.
__attribute__((target("avx2"))) static inline __m256i mix(__m256i pair, __m256i part)
{
    const __m256i left = _mm256_and_si256(pair, _mm256_set1_epi32(0xffff));
    const __m256i right = _mm256_srli_epi32(pair, 16);
    const __m256i rest = _mm256_sub_epi32(_mm256_set1_epi32(256), part);
    return _mm256_add_epi32(_mm256_mullo_epi32(left, rest),
                            _mm256_mullo_epi32(right, part));
}

__attribute__((target("avx2"))) void rim_sample_avx2(uint16_t *dst, const uint16_t *src,
                                                     ptrdiff_t stride, int32_t u,
                                                     int32_t v, int32_t du, int32_t dv,
                                                     int count)
{
    const __m256i step = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i byte = _mm256_set1_epi32(255);
    __m256i us = _mm256_add_epi32(_mm256_set1_epi32(u),
                                  _mm256_mullo_epi32(step, _mm256_set1_epi32(du)));
    __m256i vs = _mm256_add_epi32(_mm256_set1_epi32(v),
                                  _mm256_mullo_epi32(step, _mm256_set1_epi32(dv)));
    int x = 0;
    for (; x + 8 <= count; x += 8) {
        const __m256i fx = _mm256_and_si256(_mm256_srli_epi32(us, 8), byte);
        const __m256i fy = _mm256_and_si256(_mm256_srli_epi32(vs, 8), byte);
        const __m256i at =
            _mm256_add_epi32(_mm256_slli_epi32(_mm256_srai_epi32(us, 16), 1),
                             _mm256_mullo_epi32(_mm256_srai_epi32(vs, 16),
                                                _mm256_set1_epi32((int)stride)));
        const int *const rows = (const int *)(const void *)src;
        const int *const next = (const int *)(const void *)((const char *)src + stride);
        const __m256i top = mix(_mm256_i32gather_epi32(rows, at, 1), fx);
        const __m256i bottom = mix(_mm256_i32gather_epi32(next, at, 1), fx);
        // Both are below 2^24: the sum of their parts is below 2^32.
        const __m256i rest = _mm256_sub_epi32(_mm256_set1_epi32(256), fy);
        const __m256i sum = _mm256_add_epi32(_mm256_mullo_epi32(top, rest),
                                             _mm256_mullo_epi32(bottom, fy));
        const __m256i w = _mm256_srli_epi32(sum, 16);
        _mm_storeu_si128((__m128i *)(dst + x),
                         _mm_packus_epi32(_mm256_castsi256_si128(w),
                                          _mm256_extracti128_si256(w, 1)));
        us = _mm256_add_epi32(us, _mm256_set1_epi32(du * 8));
        vs = _mm256_add_epi32(vs, _mm256_set1_epi32(dv * 8));
    }
    if (x < count)
        rim_sample_c(dst + x, src, stride, u + x * du, v + x * dv, du, dv, count - x);
}
