// normal_row_neon.c: a row's part of the normal equations of motion.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <arm_neon.h>

// Two pixels: whole numbers below 2^53 in doubles, so that their order is free.
static inline void add_2(float64x2_t by_u[5][3], const int32x2_t product[5],
                         float64x2_t u)
{
    const float64x2_t u2 = vmulq_f64(u, u);
    for (int k = 0; k < 5; k++) {
        const float64x2_t p = vcvtq_f64_s64(vmovl_s32(product[k]));
        by_u[k][0] = vaddq_f64(by_u[k][0], p);
        by_u[k][1] = vaddq_f64(by_u[k][1], vmulq_f64(p, u));
        if (k < 3)
            by_u[k][2] = vaddq_f64(by_u[k][2], vmulq_f64(p, u2));
    }
}

void rim_normal_row_neon(double sum[RIM_NORMAL_SUMS], const int16_t *slope_x,
                         const int16_t *slope_y, const int16_t *difference, int clip,
                         int width)
{
    float64x2_t by_u[5][3];
    for (int k = 0; k < 5; k++)
        for (int j = 0; j < 3; j++)
            by_u[k][j] = vdupq_n_f64(0);
    int32x4_t abs_e = vdupq_n_s32(0), n = abs_e;
    const int32x4_t most = vdupq_n_s32(clip);
    float64x2_t u = {1 - width, 3 - width};
    for (int i = 0; i < width; i += 4, u = vaddq_f64(u, vdupq_n_f64(8))) {
        int16_t rest[3][4] = {{0}};
        const int16_t *at[3] = {slope_x + i, slope_y + i, difference + i};
        if (i + 4 > width) { // the last few, among pixels that are not known
            for (int k = 0; k < 4; k++) {
                const int j = i + k < width ? k : 0;
                rest[0][k] = at[0][j];
                rest[1][k] = at[1][j];
                rest[2][k] = i + k < width ? at[2][k] : RIM_NO_PAST;
            }
            for (int k = 0; k < 3; k++)
                at[k] = rest[k];
        }
        const int32x4_t d = vmovl_s16(vld1_s16(at[2]));
        const int32x4_t none =
            vreinterpretq_s32_u32(vceqq_s32(d, vdupq_n_s32(RIM_NO_PAST)));
        const int32x4_t x = vbicq_s32(vmovl_s16(vld1_s16(at[0])), none);
        const int32x4_t y = vbicq_s32(vmovl_s16(vld1_s16(at[1])), none);
        int32x4_t e = vnegq_s32(vbicq_s32(d, none));
        abs_e = vaddq_s32(abs_e, vabsq_s32(e));
        n = vaddq_s32(n, vaddq_s32(none, vdupq_n_s32(1)));
        e = vmaxq_s32(vminq_s32(e, most), vnegq_s32(most));
        const int32x4_t p[5] = {vmulq_s32(x, x), vmulq_s32(x, y), vmulq_s32(y, y),
                                vmulq_s32(x, e), vmulq_s32(y, e)};
        const int32x2_t lo[5] = {vget_low_s32(p[0]), vget_low_s32(p[1]),
                                 vget_low_s32(p[2]), vget_low_s32(p[3]),
                                 vget_low_s32(p[4])};
        const int32x2_t hi[5] = {vget_high_s32(p[0]), vget_high_s32(p[1]),
                                 vget_high_s32(p[2]), vget_high_s32(p[3]),
                                 vget_high_s32(p[4])};
        add_2(by_u, lo, u);
        add_2(by_u, hi, vaddq_f64(u, vdupq_n_f64(4)));
    }
    for (int k = 0; k < 9; k++)
        sum[k] = vaddvq_f64(by_u[k / 3][k % 3]);
    sum[9] = vaddvq_f64(by_u[3][0]);
    sum[10] = vaddvq_f64(by_u[4][0]);
    sum[11] = vaddvq_f64(by_u[3][1]);
    sum[12] = vaddvq_f64(by_u[4][1]);
    sum[13] = vaddvq_s32(abs_e);
    sum[14] = vaddvq_s32(n);
}
