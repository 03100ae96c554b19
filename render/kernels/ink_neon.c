// ink_neon.c: one colour over the covered pixels of a block.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <arm_neon.h>

// (p * (256 - a) + c * a + 128) >> 8, where a is `cover`, one more where there is any.
static inline uint8x8_t over(uint8x8_t p, uint8x8_t c, uint8x8_t cover)
{
    const uint16x8_t a = vaddl_u8(cover, vand_u8(vtst_u8(cover, cover), vdup_n_u8(1)));
    const uint16x8_t keep = vsubq_u16(vdupq_n_u16(256), a);
    const uint16x8_t sum = vmlaq_u16(vmulq_u16(vmovl_u8(p), keep), vmovl_u8(c), a);
    return vshrn_n_u16(vaddq_u16(sum, vdupq_n_u16(128)), 8);
}

void rim_ink_neon(uint8_t *pixel, ptrdiff_t stride, const uint8_t *cover,
                  ptrdiff_t cover_stride, uint32_t color, int width, int height)
{
    // Bytes of the colour as they lie in memory.
    const uint8x8_t all = vreinterpret_u8_u32(vdup_n_u32(color));
    const uint8x8_t c[4] = {vdup_lane_u8(all, 0), vdup_lane_u8(all, 1),
                            vdup_lane_u8(all, 2), vdup_lane_u8(all, 3)};
    for (int y = 0; y < height; y++, pixel += stride, cover += cover_stride) {
        int x = 0;
        for (; x + 8 <= width; x += 8) {
            uint8_t *const at = pixel + 4 * (ptrdiff_t)x;
            const uint8x8_t v = vld1_u8(cover + x);
            uint8x8x4_t p = vld4_u8(at);
            for (int i = 0; i < 4; i++)
                p.val[i] = over(p.val[i], c[i], v);
            vst4_u8(at, p);
        }
        rim_ink_c(pixel + 4 * (ptrdiff_t)x, 0, cover + x, 0, color, width - x, 1);
    }
}
