// temporal_neon.c: the rows of process/temporal.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <arm_neon.h>

// Four pixels of the past: rows at a, b (the pixel and its right) and c, d below.
static inline int32x4_t was_4(int16x4_t a, int16x4_t b, int16x4_t c, int16x4_t d,
                              int32x4_t x, int32x4_t y)
{
    const int32x4_t byte = vdupq_n_s32(255), one = vdupq_n_s32(256);
    const int32x4_t fx = vandq_s32(vshrq_n_s32(x, 8), byte);
    const int32x4_t fy = vandq_s32(vshrq_n_s32(y, 8), byte);
    const int16x4_t right = vmovn_s32(fx), left = vmovn_s32(vsubq_s32(one, fx));
    const int32x4_t top = vmlal_s16(vmull_s16(a, left), b, right);
    const int32x4_t bot = vmlal_s16(vmull_s16(c, left), d, right);
    // t (256 - fy) + b fy = 256 t + (b - t) fy
    const int32x4_t sum = vmlaq_s32(vshlq_n_s32(top, 8), vsubq_s32(bot, top), fy);
    return vrshrq_n_s32(sum, 16);
}

// Eight pixels whose places in the past lie side by side in the rows at p and below.
static inline void subtract_8(int16_t *difference, const int16_t *ratio,
                              const uint8_t *valid, const int16_t *p, int past_width,
                              const int32x4_t x[2], const int32x4_t y[2])
{
    const int16x8_t none = vdupq_n_s16(RIM_NO_PAST);
    const int16x8_t a = vld1q_s16(p), b = vld1q_s16(p + 1);
    const int16x8_t c = vld1q_s16(p + past_width), d = vld1q_s16(p + past_width + 1);
    const int32x4_t lo = was_4(vget_low_s16(a), vget_low_s16(b), vget_low_s16(c),
                               vget_low_s16(d), x[0], y[0]);
    const int32x4_t hi = was_4(vget_high_s16(a), vget_high_s16(b), vget_high_s16(c),
                               vget_high_s16(d), x[1], y[1]);
    const int16x8_t was = vcombine_s16(vmovn_s32(lo), vmovn_s32(hi));
    uint16x8_t unknown = vceqzq_u16(vmovl_u8(vld1_u8(valid)));
    unknown = vorrq_u16(unknown, vorrq_u16(vceqq_s16(a, none), vceqq_s16(b, none)));
    unknown = vorrq_u16(unknown, vorrq_u16(vceqq_s16(c, none), vceqq_s16(d, none)));
    vst1q_s16(difference, vbslq_s16(unknown, none, vsubq_s16(vld1q_s16(ratio), was)));
}

void rim_subtract_row_neon(int16_t *difference, const int16_t *ratio,
                           const uint8_t *valid, const int16_t *past, int past_width,
                           int past_height, int32_t px, int32_t py, int32_t step_x,
                           int32_t step_y, int width)
{
    static const int32_t lane[4] = {0, 1, 2, 3};
    const int32x4_t lane_x = vmulq_n_s32(vld1q_s32(lane), step_x);
    const int32x4_t lane_y = vmulq_n_s32(vld1q_s32(lane), step_y);
    for (int x = 0; x < width; x += 8, px += 8 * step_x, py += 8 * step_y) {
        const int n = width - x < 8 ? width - x : 8;
        const int x0 = px >> 16, y0 = py >> 16;
        const int x7 = (px + 7 * step_x) >> 16, y7 = (py + 7 * step_y) >> 16;
        if (n == 8 && y0 == y7 && x7 == x0 + 7 && x0 >= 0 && y0 >= 0 &&
            x7 + 1 < past_width && y0 + 1 < past_height) {
            const int32x4_t at_x[2] = {vaddq_s32(vdupq_n_s32(px), lane_x),
                                       vaddq_s32(vdupq_n_s32(px + 4 * step_x), lane_x)};
            const int32x4_t at_y[2] = {vaddq_s32(vdupq_n_s32(py), lane_y),
                                       vaddq_s32(vdupq_n_s32(py + 4 * step_y), lane_y)};
            subtract_8(difference + x, ratio + x, valid + x,
                       past + (ptrdiff_t)y0 * past_width + x0, past_width, at_x, at_y);
        } else {
            rim_subtract_row_c(difference + x, ratio + x, valid + x, past, past_width,
                               past_height, px, py, step_x, step_y, n);
        }
    }
}

// Eight differences with 0 where there is none, and one less in *count for each.
static inline int16x8_t known_8(int16x8_t *count, const int16_t *p)
{
    const int16x8_t d = vld1q_s16(p);
    const int16x8_t none =
        vreinterpretq_s16_u16(vceqq_s16(d, vdupq_n_s16(RIM_NO_PAST)));
    *count = vaddq_s16(*count, none);
    return vbicq_s16(d, none);
}

// What four pixels go back by. Quotients of whole numbers below 2^24 in floats, cut,
// are the integers' own.
static inline int32x4_t back_4(int32x4_t sum, int16x4_t count, const int16_t *log,
                               int16x4_t difference, const int32_t *limit)
{
    int32_t limits[4];
    for (int i = 0; i < 4; i++)
        limits[i] = limit[log[i] >> 9];
    const int32x4_t most = vld1q_s32(limits);
    const int32x4_t there = vmaxq_s32(vmovl_s16(count), vdupq_n_s32(1));
    const int32x4_t local =
        vcvtq_s32_f32(vdivq_f32(vcvtq_f32_s32(vabsq_s32(sum)), vcvtq_f32_s32(there)));
    int32x4_t over = vmaxq_s32(vsubq_s32(local, most), vdupq_n_s32(0));
    over = vminq_s32(over, most);
    const int32x4_t part = vcvtq_s32_f32(
        vdivq_f32(vcvtq_f32_s32(vmulq_n_s32(over, 192)), vcvtq_f32_s32(most)));
    const int32x4_t p =
        vmulq_s32(vmovl_s16(difference), vsubq_s32(vdupq_n_s32(192), part));
    // Towards zero.
    const int32x4_t up = vandq_s32(vshrq_n_s32(p, 31), vdupq_n_s32(255));
    return vshrq_n_s32(vaddq_s32(p, up), 8);
}

void rim_blend_row_neon(int16_t *out, int16_t *past, const int16_t *difference,
                        ptrdiff_t stride, const int16_t *ratio, const uint8_t *valid,
                        const int16_t *log, const int32_t *limit, int width)
{
    int x = 0;
    for (; x + 8 <= width; x += 8) {
        int16x8_t count = vdupq_n_s16(9), ignored = count;
        int32x4_t lo = vdupq_n_s32(0), hi = lo;
        for (int dy = -1; dy <= 1; dy++)
            for (int dx = -1; dx <= 1; dx++) {
                const int16x8_t d = known_8(&count, difference + x + dy * stride + dx);
                lo = vaddw_s16(lo, vget_low_s16(d));
                hi = vaddw_high_s16(hi, d);
            }
        const int16x8_t d = known_8(&ignored, difference + x);
        lo = back_4(lo, vget_low_s16(count), log + x, vget_low_s16(d), limit);
        hi = back_4(hi, vget_high_s16(count), log + x + 4, vget_high_s16(d), limit);
        const int16x8_t v =
            vsubq_s16(vld1q_s16(ratio + x), vcombine_s16(vmovn_s32(lo), vmovn_s32(hi)));
        const uint16x8_t off = vceqzq_u16(vmovl_u8(vld1_u8(valid + x)));
        vst1q_s16(out + x, v);
        vst1q_s16(past + x, vbslq_s16(off, vdupq_n_s16(RIM_NO_PAST), v));
    }
    rim_blend_row_c(out + x, past + x, difference + x, stride, ratio + x, valid + x,
                    log + x, limit, width - x);
}
