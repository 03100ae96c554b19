// map_row_neon.c: ratios as the picture takes them.
// SPDX-License-Identifier: MIT
#include "process/fixed.h"
#include "process/kernels/map_row.h"

#include <arm_neon.h>

void rim_map_row_neon(uint16_t *sbr, const int16_t *ratio, const uint8_t *valid,
                      int width)
{
    const int16x8_t least = vdupq_n_s16(RIM_RATIO_MIN);
    const int16x8_t most = vdupq_n_s16(RIM_RATIO_MAX - 1);
    int x = 0;
    for (; x + 8 <= width; x += 8) {
        const int16x8_t kept = vminq_s16(vmaxq_s16(vld1q_s16(ratio + x), least), most);
        const int16x8_t r = vsubq_s16(kept, least);
        const int16x8_t f = vshlq_n_s16(vandq_s16(r, vdupq_n_s16(1023)), 5);
        int16x8_t t = vaddq_s16(vqrdmulhq_n_s16(f, MAP_4), vdupq_n_s16(MAP_3));
        t = vaddq_s16(vqrdmulhq_s16(f, t), vdupq_n_s16(MAP_2));
        t = vaddq_s16(vqrdmulhq_s16(f, t), vdupq_n_s16(MAP_1));
        t = vrshrq_n_s16(vqrdmulhq_s16(f, t), 1);
        const int16x8_t m = vaddq_s16(t, vdupq_n_s16(16384));
        const int16x8_t octaves = vshlq_s16(vdupq_n_s16(128), vshrq_n_s16(r, 10));
        const uint16x8_t on = vmovl_u8(vld1_u8(valid + x));
        const int16x8_t v =
            vmulq_s16(vqrdmulhq_s16(m, octaves), vreinterpretq_s16_u16(on));
        vst1q_u16(sbr + x, vreinterpretq_u16_s16(v));
    }
    rim_map_row_c(sbr + x, ratio + x, valid + x, width - x);
}
