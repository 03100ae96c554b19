// halve_row_neon.c: means of 2 x 2.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <arm_neon.h>

void rim_halve_row_neon(int16_t *dst, const int16_t *a, const int16_t *b, int least,
                        int width)
{
    const int16x8_t l = vdupq_n_s16((int16_t)least);
    int x = 0;
    for (; x + 8 <= width; x += 8) {
        const int16x8_t top = vmaxq_s16(vld1q_s16(a + x), l);
        const int16x8_t bot = vmaxq_s16(vld1q_s16(b + x), l);
        const int32x4_t sum = vpaddlq_s16(vaddq_s16(top, bot));
        // Towards zero.
        const int32x4_t up = vandq_s32(vshrq_n_s32(sum, 31), vdupq_n_s32(3));
        vst1_s16(dst + x / 2, vshrn_n_s32(vaddq_s32(sum, up), 2));
    }
    rim_halve_row_c(dst + x / 2, a + x, b + x, least, width - x);
}
