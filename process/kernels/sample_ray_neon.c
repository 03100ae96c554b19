// sample_ray_neon.c: four bilinear samples at a time; a pair of neighbours is one load.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <arm_neon.h>
#include <string.h>

// Pairs of neighbours from four places on.
static inline int16x8_t pairs_at(const int16_t *plane, const int32_t place[4])
{
    int32_t pair[4];
    for (int i = 0; i < 4; i++)
        memcpy(&pair[i], plane + place[i], sizeof pair[i]);
    return vreinterpretq_s16_s32(vld1q_s32(pair));
}

// Sums of pairs times their weights.
static inline int32x4_t weigh(int16x8_t pairs, int16x8_t weights)
{
    return vpaddq_s32(vmull_s16(vget_low_s16(pairs), vget_low_s16(weights)),
                      vmull_high_s16(pairs, weights));
}

uint64_t rim_sample_ray_neon(int16_t *dst, const int16_t *plane, int width, int32_t x,
                             int32_t y, int32_t dx, int32_t dy, int n)
{
    static const int32_t lanes[4] = {0, 1, 2, 3};
    const int32x4_t lane = vld1q_s32(lanes), low = vdupq_n_s32(255);
    int32x4_t at_x = vmlaq_n_s32(vdupq_n_s32(x), lane, dx);
    int32x4_t at_y = vmlaq_n_s32(vdupq_n_s32(y), lane, dy);
    uint64_t known = 0;
    int k = 0;
    for (; k + 4 <= n; k += 4) {
        int32_t place[4];
        vst1q_s32(place,
                  vmlaq_n_s32(vshrq_n_s32(at_x, 16), vshrq_n_s32(at_y, 16), width));
        const int16x8_t t = pairs_at(plane, place), b = pairs_at(plane + width, place);
        const int32x4_t fx = vandq_s32(vshrq_n_s32(at_x, 8), low);
        const int32x4_t fy = vandq_s32(vshrq_n_s32(at_y, 8), low);
        // 256 - fx for the left pixel, fx for the right one.
        const int16x8_t wx = vreinterpretq_s16_s32(
            vorrq_s32(vshlq_n_s32(fx, 16), vsubq_s32(vdupq_n_s32(256), fx)));
        // top (256 - fy) + bottom fy = 256 top + (bottom - top) fy
        const int32x4_t top = weigh(t, wx), bottom = weigh(b, wx);
        const int32x4_t v = vmlaq_s32(vshlq_n_s32(top, 8), vsubq_s32(bottom, top), fy);
        vst1_s16(dst + k, vrshrn_n_s32(v, 16));
        const int32x4_t seen =
            vshlq_s32(vandq_s32(vreinterpretq_s32_s16(t), vdupq_n_s32(1)), lane);
        known |= (uint64_t)(uint32_t)vaddvq_s32(seen) << k;
        at_x = vaddq_s32(at_x, vdupq_n_s32(4 * dx));
        at_y = vaddq_s32(at_y, vdupq_n_s32(4 * dy));
    }
    if (k < n)
        known |= rim_sample_ray_c(dst + k, plane, width, x + k * dx, y + k * dy, dx, dy,
                                  n - k)
                 << k;
    return known;
}
