// gain_columns_neon.c: rows without their hot pixels, times a gain, added up by columns.
// SPDX-License-Identifier: MIT
#include "process/kernels/gain_columns.h"
#include "process/kernels/kernels.h"

#include <arm_neon.h>
#include <string.h>

typedef struct sums {
    uint32x4_t lo, hi; // of products
    uint16x8_t count;  // of full pixels
} sums;

// Eight pixels of a row, of which both neighbours are there.
static inline uint16x8_t pixels(sums *s, const char *at, uint16x8_t margin,
                                uint16x8_t full, int16x8_t by)
{
    const uint16_t *p = (const uint16_t *)(const void *)at;
    const uint16x8_t v = vld1q_u16(p), l = vld1q_u16(p - 1), r = vld1q_u16(p + 1);
    const uint16x8_t more = vqaddq_u16(vshrq_n_u16(vhaddq_u16(l, r), 2), margin);
    const uint16x8_t cut = vminq_u16(v, vqaddq_u16(vmaxq_u16(l, r), more));
    s->count = vsubq_u16(s->count, vcgeq_u16(cut, full));
    return vshlq_u16(cut, by);
}

static inline uint16x8_t gains(const char *at)
{
    return vld1q_u16((const uint16_t *)(const void *)at);
}

bool rim_gain_columns_neon(uint32_t *sum, uint32_t *count, const uint16_t *src,
                           ptrdiff_t stride, const uint16_t *gain,
                           ptrdiff_t gain_stride, int gain_bits, int rows, int width,
                           int bits, int margin, int full)
{
    if (width < 10)
        return rim_gain_columns_c(sum, count, src, stride, gain, gain_stride, gain_bits,
                                  rows, width, bits, margin, full);
    const gain_shifts shift = gain_shifts_of(bits, gain_bits);
    const uint16x8_t m = vdupq_n_u16((uint16_t)margin), f = vdupq_n_u16((uint16_t)full);
    const int16x8_t by_pixel = vdupq_n_s16((int16_t)-shift.pixel);
    const int32x4_t by_pair = vdupq_n_s32(-shift.pair);
    const int32x4_t by_sum = vdupq_n_s32(-shift.sum);
    const int last = width - 1;
    uint32_t n[2] = {0};
    rim_gain_columns_c(sum, n, src, stride, gain, gain_stride, gain_bits, rows, 1, bits,
                       margin, full);
    rim_gain_columns_c(sum + last, n + 1, src + last, stride, gain + last, gain_stride,
                       gain_bits, rows, 1, bits, margin, full);
    bool any = n[0] | n[1];
    if (any)
        memset(count, 0, (size_t)width * sizeof *count);
    // The last block ends at the last pixel but one and may overlap the one before.
    for (int x = 1; x < last; x += 8) {
        if (x > last - 8)
            x = last - 8;
        const char *p = (const char *)(src + x), *g = (const char *)(gain + x);
        sums s = {vdupq_n_u32(0), vdupq_n_u32(0), vdupq_n_u16(0)};
        for (int y = 0; y < rows; y++, p += stride, g += gain_stride) {
            uint16x8_t v = pixels(&s, p, m, f, by_pixel), w = gains(g);
            uint32x4_t lo = vmull_u16(vget_low_u16(v), vget_low_u16(w));
            uint32x4_t hi = vmull_high_u16(v, w);
            if (++y < rows) {
                p += stride;
                g += gain_stride;
                v = pixels(&s, p, m, f, by_pixel);
                w = gains(g);
                lo = vmlal_u16(lo, vget_low_u16(v), vget_low_u16(w));
                hi = vmlal_high_u16(hi, v, w);
            }
            s.lo = vaddq_u32(s.lo, vshlq_u32(lo, by_pair));
            s.hi = vaddq_u32(s.hi, vshlq_u32(hi, by_pair));
        }
        vst1q_u32(sum + x, vrshlq_u32(s.lo, by_sum));
        vst1q_u32(sum + x + 4, vrshlq_u32(s.hi, by_sum));
        if (!any && vmaxvq_u16(s.count)) {
            memset(count, 0, (size_t)width * sizeof *count);
            any = true;
        }
        if (any) {
            vst1q_u32(count + x, vmovl_u16(vget_low_u16(s.count)));
            vst1q_u32(count + x + 4, vmovl_high_u16(s.count));
        }
    }
    if (any) {
        count[0] = n[0];
        count[last] = n[1];
    }
    return any;
}
