// add_columns_neon.c: rows without their hot pixels, added up by columns.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <arm_neon.h>

void rim_add_columns_neon(uint32_t *sum, const uint16_t *src, ptrdiff_t stride,
                          int rows, int width, int margin, int full)
{
    if (width < 18) {
        rim_add_columns_c(sum, src, stride, rows, width, margin, full);
        return;
    }
    const uint16x8_t m = vdupq_n_u16((uint16_t)margin);
    const uint16x8_t f = vdupq_n_u16((uint16_t)full);
    rim_add_columns_c(sum, src, stride, rows, 1, margin, full);
    rim_add_columns_c(sum + width - 1, src + width - 1, stride, rows, 1, margin, full);
    // The last block ends at the last pixel but one and may overlap the one before.
    for (int x = 1; x < width - 1; x += 8) {
        if (x > width - 9)
            x = width - 9;
        uint32x4_t lo = vdupq_n_u32(0), hi = lo;
        uint16x8_t count = vdupq_n_u16(0);
        const char *at = (const char *)(src + x);
        for (int y = 0; y < rows; y++, at += stride) {
            const uint16_t *p = (const uint16_t *)(const void *)at;
            const uint16x8_t v = vld1q_u16(p), l = vld1q_u16(p - 1),
                             r = vld1q_u16(p + 1);
            const uint16x8_t more = vqaddq_u16(vshrq_n_u16(vhaddq_u16(l, r), 2), m);
            const uint16x8_t cut = vminq_u16(v, vqaddq_u16(vmaxq_u16(l, r), more));
            lo = vaddw_u16(lo, vget_low_u16(cut));
            hi = vaddw_high_u16(hi, cut);
            count = vsubq_u16(count, vcgeq_u16(cut, f));
        }
        lo = vaddq_u32(lo, vshlq_n_u32(vmovl_u16(vget_low_u16(count)), RIM_FULL_SHIFT));
        hi = vaddq_u32(hi, vshlq_n_u32(vmovl_high_u16(count), RIM_FULL_SHIFT));
        vst1q_u32(sum + x, lo);
        vst1q_u32(sum + x + 4, hi);
    }
}
