// grey_x86.c: the tone curve of NIR frames.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <immintrin.h>

__attribute__((target("avx2"))) void
rim_grey_avx2(uint8_t *pixel, const uint16_t *sample, int black, float gain, int width)
{
    const __m128i dark = _mm_set1_epi16((int16_t)black);
    const __m256 g = _mm256_set1_ps(gain), most = _mm256_set1_ps(65025);
    // The lowest byte of a number into blue, green and red.
    const __m256i grey = _mm256_set1_epi32(0x010101);
    const __m256i opaque = _mm256_set1_epi32((int)0xff000000U);
    int x = 0;
    for (; x + 8 <= width; x += 8) {
        const __m128i s = _mm_loadu_si128((const __m128i *)(sample + x));
        const __m256i signal = _mm256_cvtepu16_epi32(_mm_subs_epu16(s, dark));
        const __m256 square =
            _mm256_min_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(signal), g), most);
        const __m256i v = _mm256_cvttps_epi32(_mm256_sqrt_ps(square));
        _mm256_storeu_si256((__m256i *)(pixel + 4 * (ptrdiff_t)x),
                            _mm256_or_si256(_mm256_mullo_epi32(v, grey), opaque));
    }
    rim_grey_c(pixel + 4 * (ptrdiff_t)x, sample + x, black, gain, width - x);
}
