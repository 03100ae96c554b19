// grey_neon.c: the tone curve of NIR frames.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <arm_neon.h>

static inline uint16x4_t grey_4(uint16x4_t signal, float gain)
{
    const float32x4_t square = vmulq_n_f32(vcvtq_f32_u32(vmovl_u16(signal)), gain);
    const float32x4_t v = vsqrtq_f32(vminq_f32(square, vdupq_n_f32(65025)));
    return vmovn_u32(vcvtq_u32_f32(v));
}

void rim_grey_neon(uint8_t *pixel, const uint16_t *sample, int black, float gain,
                   int width)
{
    const uint16x8_t dark = vdupq_n_u16((uint16_t)black);
    int x = 0;
    for (; x + 8 <= width; x += 8) {
        const uint16x8_t s = vqsubq_u16(vld1q_u16(sample + x), dark);
        const uint8x8_t v = vmovn_u16(vcombine_u16(grey_4(vget_low_u16(s), gain),
                                                   grey_4(vget_high_u16(s), gain)));
        const uint8x8x4_t p = {{v, v, v, vdup_n_u8(255)}};
        vst4_u8(pixel + 4 * (ptrdiff_t)x, p);
    }
    rim_grey_c(pixel + 4 * (ptrdiff_t)x, sample + x, black, gain, width - x);
}
