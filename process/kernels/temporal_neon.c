// temporal_neon.c: the rows of process/temporal.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"
#include "process/kernels/subtract_run.h"

#include <arm_neon.h>

// a + (b - a) part, part in Q15, rounded.
static inline int16x8_t between(int16x8_t a, int16x8_t b, int16x8_t part)
{
    return vaddq_s16(a, vqrdmulhq_s16(vsubq_s16(b, a), part));
}

// Eight pixels whose places in the past lie side by side in the rows at p and below;
// x, y: fractions of these places, Q15.
static inline void subtract_8(int16_t *difference, const int16_t *ratio,
                              const uint8_t *valid, const int16_t *p, int past_width,
                              int16x8_t x, int16x8_t y)
{
    const int16x8_t none = vdupq_n_s16(RIM_NO_PAST);
    const int16x8_t a = vld1q_s16(p), b = vld1q_s16(p + 1);
    const int16x8_t c = vld1q_s16(p + past_width), d = vld1q_s16(p + past_width + 1);
    const int16x8_t was = between(between(a, b, x), between(c, d, x), y);
    const int16x8_t least = vminq_s16(vminq_s16(a, b), vminq_s16(c, d));
    const uint16x8_t unknown =
        vorrq_u16(vceqzq_u16(vmovl_u8(vld1_u8(valid))), vceqq_s16(least, none));
    vst1q_s16(difference, vbslq_s16(unknown, none, vsubq_s16(vld1q_s16(ratio), was)));
}

// Q15 fractions of eight places of Q16.
static inline int16x8_t fractions(int32_t first, uint16x8_t steps)
{
    return vreinterpretq_s16_u16(
        vshrq_n_u16(vaddq_u16(vdupq_n_u16((uint16_t)(first & 65535)), steps), 1));
}

void rim_subtract_row_neon(int16_t *difference, const int16_t *ratio,
                           const uint8_t *valid, const int16_t *past, int past_width,
                           int past_height, int32_t px, int32_t py, int32_t step_x,
                           int32_t step_y, int width)
{
    static const uint16_t lanes[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    const uint16x8_t lane = vld1q_u16(lanes);
    const uint16x8_t steps_x = vmulq_n_u16(lane, (uint16_t)(step_x & 65535));
    const uint16x8_t steps_y = vmulq_n_u16(lane, (uint16_t)(step_y & 65535));
    while (width > 0) {
        bool inside;
        const int n =
            run_of(&inside, px, py, step_x, step_y, past_width, past_height, width);
        if (!inside || n < 8) {
            rim_subtract_row_c(difference, ratio, valid, past, past_width, past_height,
                               px, py, step_x, step_y, n);
        } else {
            const int16_t *p = past + (ptrdiff_t)(py >> 16) * past_width + (px >> 16);
            // The last block ends with the run and may overlap the one before.
            for (int x = 0; x < n; x += 8) {
                x = x < n - 8 ? x : n - 8;
                subtract_8(difference + x, ratio + x, valid + x, p + x, past_width,
                           fractions(px + x * step_x, steps_x),
                           fractions(py + x * step_y, steps_y));
            }
        }
        difference += n;
        ratio += n;
        valid += n;
        px += n * step_x;
        py += n * step_y;
        width -= n;
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
