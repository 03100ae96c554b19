// level_row_neon.c: the logarithm of a row of light, and sums of pairs of columns.
// SPDX-License-Identifier: MIT
#include "process/kernels/background_rows.h"

#include <arm_neon.h>

// log2_of_light() of four. Products and sums are rounded one by one, as there.
static inline int32x4_t log2_4(uint16x4_t light)
{
    const float32x4_t one = vdupq_n_f32(1.0f);
    const uint32x4_t v = vaddq_u32(vmovl_u16(light), vdupq_n_u32(8));
    const uint32x4_t bits = vreinterpretq_u32_f32(vcvtq_f32_u32(v));
    const uint32x4_t mantissa = vandq_u32(bits, vdupq_n_u32(0x7fffff));
    const float32x4_t t = vsubq_f32(
        vreinterpretq_f32_u32(vorrq_u32(mantissa, vreinterpretq_u32_f32(one))), one);
    float32x4_t p = vaddq_f32(vmulq_n_f32(t, -0.0445938f), vdupq_n_f32(0.1479849f));
    p = vsubq_f32(vmulq_f32(p, t), vdupq_n_f32(0.2672123f));
    p = vaddq_f32(vmulq_f32(p, t), vdupq_n_f32(0.4419617f));
    p = vmulq_f32(t, vaddq_f32(one, vmulq_f32(vsubq_f32(one, t), p)));
    p = vaddq_f32(vmulq_n_f32(p, 1024.0f), vdupq_n_f32(0.5f));
    const int32x4_t exponent =
        vsubq_s32(vreinterpretq_s32_u32(vshrq_n_u32(bits, 23)), vdupq_n_s32(127));
    return vaddq_s32(vshlq_n_s32(exponent, 10), vcvtq_s32_f32(p));
}

void rim_level_row_neon(int32_t *sum, int32_t *count, int16_t *log, uint8_t *valid,
                        const uint16_t *light, int dark, int width)
{
    const uint16x8_t least = vdupq_n_u16((uint16_t)(dark & 65535));
    int x = 0;
    for (; x + 8 <= width; x += 8) {
        const uint16x8_t v = vld1q_u16(light + x);
        const int16x8_t l = vcombine_s16(vmovn_s32(log2_4(vget_low_u16(v))),
                                         vmovn_s32(log2_4(vget_high_u16(v))));
        const uint16x8_t on = vcgeq_u16(v, least);
        const int16x8_t kept = vandq_s16(l, vreinterpretq_s16_u16(on));
        const int16x8_t one = vreinterpretq_s16_u16(vshrq_n_u16(on, 15));
        vst1q_s16(log + x, l);
        vst1_u8(valid + x, vmovn_u16(vshrq_n_u16(on, 15)));
        vst1q_s32(sum + x / 2, vpadalq_s16(vld1q_s32(sum + x / 2), kept));
        vst1q_s32(count + x / 2, vpadalq_s16(vld1q_s32(count + x / 2), one));
    }
    level_row(sum + x / 2, count + x / 2, log + x, valid + x, light + x, dark,
              width - x);
}
