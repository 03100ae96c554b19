// spread_neon.c: levels from nodes 4 pixels apart.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <arm_neon.h>

// 8 pixels between the nodes n[0], n[1] and n[1], n[2].
static inline int16x8_t spread_8(int16x8_t left, int16x8_t right)
{
    static const int16_t part[8] = {0, 1, 2, 3, 0, 1, 2, 3};
    const int16x8_t v =
        vmlaq_s16(vshlq_n_s16(left, 2), vsubq_s16(right, left), vld1q_s16(part));
    return vrshrq_n_s16(v, 6);
}

void rim_spread_neon(uint8_t *level, const int16_t *top, const int16_t *bottom,
                     int down, int width)
{
    static const uint8_t first[16] = {0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3};
    const uint8x16_t i0 = vld1q_u8(first), two = vdupq_n_u8(2);
    const uint8x16_t i1 = vaddq_u8(i0, two), i2 = vaddq_u8(i1, two),
                     i3 = vaddq_u8(i2, two);
    int x = 0;
    for (; x + 16 <= width; x += 16) {
        const int16x8_t t = vld1q_s16(top + x / 4), b = vld1q_s16(bottom + x / 4);
        const int16x8_t n =
            vmlaq_n_s16(vshlq_n_s16(t, 2), vsubq_s16(b, t), (int16_t)down);
        const uint8x16_t bytes = vreinterpretq_u8_s16(n);
#define AT(i) vreinterpretq_s16_u8(vqtbl1q_u8(bytes, i))
        const int16x8_t low = spread_8(AT(i0), AT(i1)), high = spread_8(AT(i2), AT(i3));
#undef AT
        vst1q_u8(level + x, vcombine_u8(vqmovun_s16(low), vqmovun_s16(high)));
    }
    rim_spread_c(level + x, top + x / 4, bottom + x / 4, down, width - x);
}
