// shade_neon.c: one colour over a row of the picture.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <arm_neon.h>

void rim_shade_neon(uint8_t *pixel, uint32_t color, int alpha, int width)
{
    const uint16_t keep = (uint16_t)(256 - alpha);
    const uint8x8_t c = vreinterpret_u8_u32(vdup_n_u32(color));
    const uint16x8_t add = vmlaq_n_u16(vdupq_n_u16(128), vmovl_u8(c), (uint16_t)alpha);
    int x = 0;
    for (; x + 4 <= width; x += 4) {
        uint8_t *const at = pixel + 4 * (ptrdiff_t)x;
        const uint8x16_t p = vld1q_u8(at);
        const uint16x8_t low = vmlaq_n_u16(add, vmovl_u8(vget_low_u8(p)), keep);
        const uint16x8_t high = vmlaq_n_u16(add, vmovl_high_u8(p), keep);
        vst1q_u8(at, vcombine_u8(vshrn_n_u16(low, 8), vshrn_n_u16(high, 8)));
    }
    rim_shade_c(pixel + 4 * (ptrdiff_t)x, color, alpha, width - x);
}
