// near_neon.c: how near pixels are to a piece of a line.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <arm_neon.h>

// 255 less the distance of 4 pixels, 0 beyond the reach.
static inline uint32x4_t near_4(const rim_piece *piece, float32x4_t dx, float y,
                                int reach)
{
    const float32x4_t dy = vdupq_n_f32(y), length = vdupq_n_f32(piece->length);
    const float32x4_t ux = vdupq_n_f32(piece->ux), uy = vdupq_n_f32(piece->uy);
    float32x4_t along = vaddq_f32(vmulq_f32(dx, ux), vmulq_f32(dy, uy));
    along = vminq_f32(vmaxq_f32(along, vdupq_n_f32(0)), length);
    const float32x4_t ex = vsubq_f32(dx, vmulq_f32(along, ux));
    const float32x4_t ey = vsubq_f32(dy, vmulq_f32(along, uy));
    const float32x4_t square = vaddq_f32(vmulq_f32(ex, ex), vmulq_f32(ey, ey));
    const float32x4_t distance = vmulq_n_f32(vsqrtq_f32(square), 16);
    const int32x4_t d = vcvtq_s32_f32(vminq_f32(distance, vdupq_n_f32(255)));
    return vandq_u32(vreinterpretq_u32_s32(vsubq_s32(vdupq_n_s32(255), d)),
                     vcltq_s32(d, vdupq_n_s32(reach)));
}

// For 8 pixels and more; the last 8 may overlap those before, which does no harm.
void rim_near_neon(uint8_t *near, const rim_piece *piece, float x, float y, int reach,
                   int width)
{
    static const float count[4] = {0, 1, 2, 3};
    if (width < 8) {
        rim_near_c(near, piece, x, y, reach, width);
        return;
    }
    for (int i = 0; i < width; i += 8) {
        const int at = i + 8 <= width ? i : width - 8;
        const float32x4_t k = vaddq_f32(vld1q_f32(count), vdupq_n_f32((float)at));
        const float32x4_t more = vaddq_f32(k, vdupq_n_f32(4));
        const uint32x4_t a = near_4(piece, vaddq_f32(k, vdupq_n_f32(x)), y, reach);
        const uint32x4_t b = near_4(piece, vaddq_f32(more, vdupq_n_f32(x)), y, reach);
        const uint8x8_t v = vmovn_u16(vcombine_u16(vmovn_u32(a), vmovn_u32(b)));
        vst1_u8(near + at, vmax_u8(vld1_u8(near + at), v));
    }
}
