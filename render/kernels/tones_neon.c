// tones_neon.c: tones laid over a row of the picture, by indices or by levels between
// nodes.
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

// The pixels at `pixel` by the tones of 16 indices.
static inline void blend_16(uint8_t *pixel, uint8x16_t index, const rim_tones *tones)
{
    const uint8x16_t keep = look_up(tones->plane[3], index);
    uint8x16x4_t p = vld4q_u8(pixel);
    for (int k = 0; k < 3; k++)
        p.val[k] = lay(p.val[k], keep, look_up(tones->plane[k], index));
    // Pixels of index 0 keep their X, as in the definition.
    p.val[3] = vorrq_u8(p.val[3], vtstq_u8(index, index));
    vst4q_u8(pixel, p);
}

void rim_blend_neon(uint8_t *pixel, const uint8_t *index, const rim_tones *tones,
                    int width)
{
    int x = 0;
    for (; x + 16 <= width; x += 16) {
        const uint8x16_t i = vld1q_u8(index + x);
        if (vmaxvq_u8(i) != 0)
            blend_16(pixel + 4 * (ptrdiff_t)x, i, tones);
    }
    rim_blend_c(pixel + 4 * (ptrdiff_t)x, index + x, tones, width - x);
}

// 8 levels between the nodes left and right of them.
static inline uint8x8_t spread_8(int16x8_t left, int16x8_t right)
{
    static const int16_t part[8] = {0, 1, 2, 3, 0, 1, 2, 3};
    const int16x8_t v =
        vmlaq_s16(vshlq_n_s16(left, 2), vsubq_s16(right, left), vld1q_s16(part));
    return vqmovun_s16(vrshrq_n_s16(v, 6));
}

// Where all nodes about a pixel are 1 or less, its level is 0.
void rim_veil_neon(uint8_t *pixel, const int16_t *top, const int16_t *bottom, int down,
                   const rim_tones *tones, int width)
{
    static const uint8_t first[16] = {0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3};
    const uint8x16_t i0 = vld1q_u8(first), two = vdupq_n_u8(2);
    const uint8x16_t i1 = vaddq_u8(i0, two), i2 = vaddq_u8(i1, two),
                     i3 = vaddq_u8(i2, two);
    int x = 0;
    for (; x + 16 <= width; x += 16) {
        const int16x8_t t = vld1q_s16(top + x / 4), b = vld1q_s16(bottom + x / 4);
        if (vmaxvq_s16(vmaxq_s16(t, b)) <= 1)
            continue;
        const int16x8_t n =
            vmlaq_n_s16(vshlq_n_s16(t, 2), vsubq_s16(b, t), (int16_t)down);
        const uint8x16_t bytes = vreinterpretq_u8_s16(n);
#define AT(i) vreinterpretq_s16_u8(vqtbl1q_u8(bytes, i))
        const uint8x8_t low = spread_8(AT(i0), AT(i1)), high = spread_8(AT(i2), AT(i3));
#undef AT
        blend_16(pixel + 4 * (ptrdiff_t)x, vcombine_u8(low, high), tones);
    }
    rim_veil_c(pixel + 4 * (ptrdiff_t)x, top + x / 4, bottom + x / 4, down, tones,
               width - x);
}
