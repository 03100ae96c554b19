// reduce_neon.c: the rows of process/reduce, but for add_columns.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <arm_neon.h>

// Four products of difference and gain, rounded and with their signs; `down`: all ones
// where the difference is below zero.
static inline int32x4_t rounded(uint16x4_t size, uint16x4_t gain, int32x4_t down)
{
    // floor((-p + 2048) / 4096) = -floor((p + 2047) / 4096)
    const uint32x4_t half = vreinterpretq_u32_s32(vaddq_s32(vdupq_n_s32(2048), down));
    const int32x4_t v =
        vreinterpretq_s32_u32(vshrq_n_u32(vmlal_u16(half, size, gain), 12));
    return vsubq_s32(veorq_s32(v, down), down);
}

static inline int32x4_t signs(uint16x4_t mask)
{
    return vmovl_s16(vreinterpret_s16_u16(mask));
}

void rim_correct_columns_neon(int32_t *sum, uint32_t *count, const uint16_t *src,
                              ptrdiff_t stride, const uint16_t *dark,
                              ptrdiff_t dark_stride, const uint16_t *gain,
                              ptrdiff_t gain_stride, int rows, int width, int shift,
                              int margin, int full)
{
    if (width < 10) {
        rim_correct_columns_c(sum, count, src, stride, dark, dark_stride, gain,
                              gain_stride, rows, width, shift, margin, full);
        return;
    }
    const uint16x8_t m = vdupq_n_u16((uint16_t)margin);
    const uint16x8_t f = vdupq_n_u16((uint16_t)full);
    const int16x8_t by = vdupq_n_s16((int16_t)shift);
    const int last = width - 1;
    rim_correct_columns_c(sum, count, src, stride, dark, dark_stride, gain, gain_stride,
                          rows, 1, shift, margin, full);
    rim_correct_columns_c(sum + last, count + last, src + last, stride, dark + last,
                          dark_stride, gain + last, gain_stride, rows, 1, shift, margin,
                          full);
    // The last block ends at the last pixel but one and may overlap the one before.
    for (int x = 1; x < width - 1; x += 8) {
        if (x > width - 9)
            x = width - 9;
        int32x4_t lo = vdupq_n_s32(0), hi = lo;
        uint16x8_t n = vdupq_n_u16(0);
        const char *p_at = (const char *)(src + x), *d_at = (const char *)(dark + x),
                   *g_at = (const char *)(gain + x);
        for (int y = 0; y < rows;
             y++, p_at += stride, d_at += dark_stride, g_at += gain_stride) {
            const uint16_t *p = (const uint16_t *)(const void *)p_at;
            const uint16x8_t d = vld1q_u16((const uint16_t *)(const void *)d_at);
            const uint16x8_t g = vld1q_u16((const uint16_t *)(const void *)g_at);
            const uint16x8_t v = vld1q_u16(p), l = vld1q_u16(p - 1),
                             r = vld1q_u16(p + 1);
            const uint16x8_t more = vqaddq_u16(vshrq_n_u16(vhaddq_u16(l, r), 2), m);
            const uint16x8_t cut = vminq_u16(v, vqaddq_u16(vmaxq_u16(l, r), more));
            n = vsubq_u16(n, vcgeq_u16(cut, f));
            const uint16x8_t q16 = vshlq_u16(cut, by);
            const uint16x8_t size = vabdq_u16(q16, d), down = vcltq_u16(q16, d);
            lo = vaddq_s32(lo, rounded(vget_low_u16(size), vget_low_u16(g),
                                       signs(vget_low_u16(down))));
            hi = vaddq_s32(hi, rounded(vget_high_u16(size), vget_high_u16(g),
                                       signs(vget_high_u16(down))));
        }
        vst1q_s32(sum + x, lo);
        vst1q_s32(sum + x + 4, hi);
        vst1q_u32(count + x, vmovl_u16(vget_low_u16(n)));
        vst1q_u32(count + x + 4, vmovl_high_u16(n));
    }
}
