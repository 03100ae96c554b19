// moments_row_neon.c: a row's part of the background's quadratic.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <arm_neon.h>

static inline float64x2_t wide_2(uint32x2_t v)
{
    return vcvtq_f64_u64(vmovl_u32(v));
}

// Two cells: whole numbers below 2^53 in doubles, so that their order is free.
static inline void add_2(float64x2_t sum[8], float64x2_t a, float64x2_t level,
                         float64x2_t x)
{
    const float64x2_t b = vmulq_f64(a, level), x2 = vmulq_f64(x, x);
    const float64x2_t ax2 = vmulq_f64(a, x2);
    sum[0] = vaddq_f64(sum[0], a);
    sum[1] = vaddq_f64(sum[1], vmulq_f64(a, x));
    sum[2] = vaddq_f64(sum[2], ax2);
    sum[3] = vaddq_f64(sum[3], vmulq_f64(ax2, x));
    sum[4] = vaddq_f64(sum[4], vmulq_f64(ax2, x2));
    sum[5] = vaddq_f64(sum[5], b);
    sum[6] = vaddq_f64(sum[6], vmulq_f64(b, x));
    sum[7] = vaddq_f64(sum[7], vmulq_f64(b, x2));
}

void rim_moments_row_neon(double moment[8], const int16_t *level, const uint16_t *w,
                          int cells)
{
    float64x2_t sum[8];
    for (int k = 0; k < 8; k++)
        sum[k] = vdupq_n_f64(0);
    float64x2_t x = {-cells, 2 - cells};
    int i = 0;
    for (; i + 4 <= cells; i += 4, x = vaddq_f64(x, vdupq_n_f64(8))) {
        const uint32x4_t a = vmovl_u16(vld1_u16(w + i));
        const uint32x4_t l =
            vmovl_u16(vreinterpret_u16_s16(vld1_s16(level + i))); // never below 0
        add_2(sum, wide_2(vget_low_u32(a)), wide_2(vget_low_u32(l)), x);
        add_2(sum, wide_2(vget_high_u32(a)), wide_2(vget_high_u32(l)),
              vaddq_f64(x, vdupq_n_f64(4)));
    }
    for (; i < cells; i++, x = vaddq_f64(x, vdupq_n_f64(2))) { // a cell and none
        const float64x2_t a = {w[i], 0}, l = {level[i], 0};
        add_2(sum, a, l, x);
    }
    for (int k = 0; k < 8; k++)
        moment[k] = vaddvq_f64(sum[k]);
}
