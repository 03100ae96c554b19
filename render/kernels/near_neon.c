// near_neon.c: how near pixels are to a piece of a line.
// SPDX-License-Identifier: MIT
#include "render/kernels/near_rows.h"

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

// 8 pixels; where the box is narrower, the `count` that there are.
static inline void note_8(uint8_t *near, uint8x8_t v, int count)
{
    if (count >= 8) {
        vst1_u8(near, vmax_u8(vld1_u8(near), v));
        return;
    }
    uint64_t all = vget_lane_u64(vreinterpret_u64_u8(v), 0);
    for (int i = 0; i < count; i++, all >>= 8)
        if (near[i] < (uint8_t)all)
            near[i] = (uint8_t)all;
}

// The last 8 of a row may overlap those before, which does no harm.
void rim_near_neon(uint8_t *near, ptrdiff_t stride, const rim_rect *box,
                   const rim_piece *piece, int reach)
{
    static const float count[4] = {0, 1, 2, 3};
    const near_rows rows = near_begin(piece, reach, box);
    for (int y = rows.y0; y < rows.y1; y++) {
        const float dy = (float)y + 0.5F - piece->y;
        int from, to;
        near_span(&from, &to, &rows, dy);
        const int width = to - from;
        const float32x4_t start = vdupq_n_f32((float)from + 0.5F - piece->x);
        uint8_t *const row = near + (y - box->y0) * stride + (from - box->x0);
        for (int i = 0; i < width; i += 8) {
            const int at = i + 8 <= width || width < 8 ? i : width - 8;
            const float32x4_t k = vaddq_f32(vld1q_f32(count), vdupq_n_f32((float)at));
            const float32x4_t more = vaddq_f32(k, vdupq_n_f32(4));
            const uint32x4_t a = near_4(piece, vaddq_f32(k, start), dy, reach);
            const uint32x4_t b = near_4(piece, vaddq_f32(more, start), dy, reach);
            const uint16x8_t both = vcombine_u16(vmovn_u32(a), vmovn_u32(b));
            note_8(row + at, vmovn_u16(both), width - at);
        }
    }
}
