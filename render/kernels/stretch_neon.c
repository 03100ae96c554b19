// stretch_neon.c: a row between two rows of a picture, at another step.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <arm_neon.h>

// (p * (256 - f) + q * f + 128) >> 8 as 16-bit numbers.
static inline uint16x8_t lerp(uint16x8_t p, uint16x8_t q, uint16_t f)
{
    const uint16x8_t sum = vmlaq_n_u16(vmulq_n_u16(p, (uint16_t)(256 - f)), q, f);
    return vshrq_n_u16(vaddq_u16(sum, vdupq_n_u16(128)), 8);
}

// The pixel at u: its left neighbour is the low half, its right one the high half.
static inline uint16x4_t one(const uint8_t *above, const uint8_t *below, uint16_t down,
                             int32_t u)
{
    const ptrdiff_t at = 4 * (ptrdiff_t)(u >> 16);
    const uint16_t f = (uint16_t)(u >> 8 & 255);
    const uint16x8_t v =
        lerp(vmovl_u8(vld1_u8(above + at)), vmovl_u8(vld1_u8(below + at)), down);
    const uint16x4_t sum = vmla_n_u16(vmul_n_u16(vget_low_u16(v), (uint16_t)(256 - f)),
                                      vget_high_u16(v), f);
    return vshr_n_u16(vadd_u16(sum, vdup_n_u16(128)), 8);
}

void rim_stretch_neon(uint8_t *dst, const uint8_t *above, const uint8_t *below, int fy,
                      int32_t u, int32_t du, int width)
{
    const uint16_t down = (uint16_t)fy;
    int x = 0;
    for (; x + 2 <= width; x += 2, u += 2 * du)
        vst1_u8(dst + 4 * (ptrdiff_t)x,
                vmovn_u16(vcombine_u16(one(above, below, down, u),
                                       one(above, below, down, u + du))));
    rim_stretch_c(dst + 4 * (ptrdiff_t)x, above, below, fy, u, du, width - x);
}
