// blend_neon.c: tones laid over a row of the picture.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <arm_neon.h>

static inline uint8x16_t look_up(const uint8_t plane[256], uint8x16_t index)
{
    const uint8x16_t step = vdupq_n_u8(64);
    uint8x16_t v = vqtbl4q_u8(vld1q_u8_x4(plane), index);
    for (int i = 64; i < 256; i += 64) { // what lies outside of a quarter stays
        index = vsubq_u8(index, step);
        v = vqtbx4q_u8(v, vld1q_u8_x4(plane + i), index);
    }
    return v;
}

// (p * (keep + (keep >> 7)) + 128) >> 8, and the tone's byte.
static inline uint8x16_t lay(uint8x16_t p, uint8x16_t keep, uint8x16_t tone)
{
    const uint8x16_t more = vshrq_n_u8(keep, 7);
    const uint16x8_t low = vmlal_u8(vmull_u8(vget_low_u8(p), vget_low_u8(keep)),
                                    vget_low_u8(p), vget_low_u8(more));
    const uint16x8_t high = vmlal_high_u8(vmull_high_u8(p, keep), p, more);
    return vqaddq_u8(vcombine_u8(vrshrn_n_u16(low, 8), vrshrn_n_u16(high, 8)), tone);
}

void rim_blend_neon(uint8_t *pixel, const uint8_t *index, const rim_tones *tones,
                    int width)
{
    int x = 0;
    for (; x + 16 <= width; x += 16) {
        const uint8x16_t i = vld1q_u8(index + x);
        if (vmaxvq_u8(i) == 0)
            continue;
        uint8_t *const at = pixel + 4 * (ptrdiff_t)x;
        const uint8x16_t keep = look_up(tones->plane[3], i);
        uint8x16x4_t p = vld4q_u8(at);
        for (int k = 0; k < 3; k++)
            p.val[k] = lay(p.val[k], keep, look_up(tones->plane[k], i));
        // Pixels of index 0 keep their X, as in the definition.
        p.val[3] = vorrq_u8(p.val[3], vtstq_u8(i, i));
        vst4q_u8(at, p);
    }
    rim_blend_c(pixel + 4 * (ptrdiff_t)x, index + x, tones, width - x);
}
