// sample_neon.c: bilinear samples, along a straight run or where the picture's nodes lie.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <arm_neon.h>

// Two neighbours on a row and the two below them into lane i.
#define TAKE(i)                                                                        \
    do {                                                                               \
        const char *const at = (const char *)src + vgetq_lane_s32(row, i) * stride +   \
                               2 * (ptrdiff_t)vgetq_lane_s32(column, i);               \
        above = vld1q_lane_u32((const uint32_t *)(const void *)at, above, i);          \
        below =                                                                        \
            vld1q_lane_u32((const uint32_t *)(const void *)(at + stride), below, i);   \
    } while (0)

static inline uint32x4_t mix(uint32x4_t pair, uint32x4_t part, uint32x4_t rest)
{
    const uint32x4_t left = vandq_u32(pair, vdupq_n_u32(0xffff));
    return vmlaq_u32(vmulq_u32(left, rest), vshrq_n_u32(pair, 16), part);
}

// 4 samples at Q16 places.
static inline uint32x4_t sample_4(const uint16_t *src, ptrdiff_t stride, int32x4_t u,
                                  int32x4_t v)
{
    const int32x4_t column = vshrq_n_s32(u, 16), row = vshrq_n_s32(v, 16);
    uint32x4_t above = vdupq_n_u32(0), below = above;
    TAKE(0);
    TAKE(1);
    TAKE(2);
    TAKE(3);
    const uint32x4_t byte = vdupq_n_u32(255), whole = vdupq_n_u32(256);
    const uint32x4_t fx = vandq_u32(vreinterpretq_u32_s32(vshrq_n_s32(u, 8)), byte);
    const uint32x4_t fy = vandq_u32(vreinterpretq_u32_s32(vshrq_n_s32(v, 8)), byte);
    const uint32x4_t rest = vsubq_u32(whole, fx);
    const uint32x4_t top = mix(above, fx, rest), bottom = mix(below, fx, rest);
    return vshrq_n_u32(vmlaq_u32(vmulq_u32(top, vsubq_u32(whole, fy)), bottom, fy), 16);
}
#undef TAKE

void rim_sample_neon(uint16_t *dst, const uint16_t *src, ptrdiff_t stride, int32_t u,
                     int32_t v, int32_t du, int32_t dv, int count)
{
    static const int32_t step[4] = {0, 1, 2, 3};
    const int32x4_t k = vld1q_s32(step);
    int32x4_t us = vmlaq_n_s32(vdupq_n_s32(u), k, du);
    int32x4_t vs = vmlaq_n_s32(vdupq_n_s32(v), k, dv);
    int x = 0;
    for (; x + 4 <= count; x += 4) {
        vst1_u16(dst + x, vmovn_u32(sample_4(src, stride, us, vs)));
        us = vaddq_s32(us, vdupq_n_s32(du * 4));
        vs = vaddq_s32(vs, vdupq_n_s32(dv * 4));
    }
    if (x < count)
        rim_sample_c(dst + x, src, stride, u + x * du, v + x * dv, du, dv, count - x);
}

// Which of 4 places along one way are within the margin; and those moved onto pixels.
static inline uint32x4_t hold(int32x4_t *at, int32_t last, int32_t margin)
{
    const int32x4_t given = *at;
    *at = vminq_s32(vmaxq_s32(given, vdupq_n_s32(0)), vdupq_n_s32(last - 1));
    return vandq_u32(vcgeq_s32(given, vdupq_n_s32(-margin)),
                     vcltq_s32(given, vdupq_n_s32(last + margin)));
}

void rim_nodes_neon(int16_t *node, const int32_t *u, const int32_t *v,
                    const rim_node_map *map, int count)
{
    const int32x4_t low = vdupq_n_s32(map->low), gain = vdupq_n_s32(map->gain);
    const int32x4_t most = vdupq_n_s32(map->range), least = vdupq_n_s32(-map->range);
    if (count < 4) {
        rim_nodes_c(node, u, v, map, count);
        return;
    }
    for (int k = 0; k < count; k += 4) {
        const int i = k + 4 <= count ? k : count - 4; // the last once more
        int32x4_t x = vld1q_s32(u + i), y = vld1q_s32(v + i);
        const uint32x4_t across = hold(&x, map->right, map->margin);
        const uint32x4_t told = vandq_u32(across, hold(&y, map->bottom, map->margin));
        const uint32x4_t signal =
            vandq_u32(sample_4(map->data, map->stride, x, y), told);
        const int32x4_t over = vsubq_s32(vreinterpretq_s32_u32(signal), low);
        const int32x4_t within = vmaxq_s32(vminq_s32(over, most), least);
        vst1_s16(node + i, vmovn_s32(vshrq_n_s32(vmulq_s32(within, gain), 16)));
    }
}
