// yuv_bgrx_neon.c: luma and chroma to display pixels.
// SPDX-License-Identifier: MIT
#include "capture/kernels/kernels.h"

#include <arm_neon.h>

// Clamped to bytes: (sum + 4096) >> 13.
static inline uint8x8_t narrow(int32x4_t low, int32x4_t high)
{
    return vqmovun_s16(vcombine_s16(vqmovn_s32(vrshrq_n_s32(low, 13)),
                                    vqmovn_s32(vrshrq_n_s32(high, 13))));
}

// 8 pixels that are 8 pairs' first or second ones.
static inline uint8x8x4_t convert(uint8x8_t luma, int16x8_t u, int16x8_t v,
                                  const rim_yuv_matrix *m)
{
    const int16x8_t y =
        vsubq_s16(vreinterpretq_s16_u16(vmovl_u8(luma)), vdupq_n_s16(m->y0));
    const int32x4_t y0 = vmull_n_s16(vget_low_s16(y), m->y),
                    y1 = vmull_n_s16(vget_high_s16(y), m->y);
    const int16x4_t u0 = vget_low_s16(u), u1 = vget_high_s16(u), v0 = vget_low_s16(v),
                    v1 = vget_high_s16(v);
    uint8x8x4_t p;
    p.val[0] = narrow(vmlal_n_s16(y0, u0, m->bu), vmlal_n_s16(y1, u1, m->bu));
    p.val[1] = narrow(vmlsl_n_s16(vmlsl_n_s16(y0, u0, m->gu), v0, m->gv),
                      vmlsl_n_s16(vmlsl_n_s16(y1, u1, m->gu), v1, m->gv));
    p.val[2] = narrow(vmlal_n_s16(y0, v0, m->rv), vmlal_n_s16(y1, v1, m->rv));
    p.val[3] = vdup_n_u8(255);
    return p;
}

static inline int16x8_t from_middle(uint8x8_t c)
{
    return vsubq_s16(vreinterpretq_s16_u16(vmovl_u8(c)), vdupq_n_s16(128));
}

// 16 pixels: 8 pairs, whose first and second lumas are given apart.
static inline void put_16(uint8_t *dst, uint8x8_t first, uint8x8_t second, uint8x8_t u,
                          uint8x8_t v, const rim_yuv_matrix *m)
{
    const int16x8_t du = from_middle(u), dv = from_middle(v);
    const uint8x8x4_t a = convert(first, du, dv, m), b = convert(second, du, dv, m);
    uint8x16x4_t p;
    for (int i = 0; i < 4; i++) {
        const uint8x8x2_t z = vzip_u8(a.val[i], b.val[i]);
        p.val[i] = vcombine_u8(z.val[0], z.val[1]);
    }
    vst4q_u8(dst, p);
}

// The lowest of the row's pointers, and how far the others are from it.
static const uint8_t *low_of(const rim_yuv_row *s, ptrdiff_t d[3])
{
    const uint8_t *low = s->u < s->v ? s->u : s->v;
    if (s->luma_step == 2)
        low = s->y < low ? s->y : low;
    d[0] = s->y - low;
    d[1] = s->u - low;
    d[2] = s->v - low;
    return low;
}

void rim_yuv_bgrx_neon(uint8_t *dst, const rim_yuv_row *src, int width,
                       const rim_yuv_matrix *matrix)
{
    const rim_yuv_row s = *src;
    int x = 0;
    if (s.chroma_shift == 1 && s.luma_step == 2 && s.chroma_step == 4) {
        ptrdiff_t d[3];
        const uint8_t *low = low_of(&s, d);
        for (; x + 16 <= width; x += 16) {
            const uint8x8x4_t q = vld4_u8(low + 2 * (ptrdiff_t)x);
            put_16(dst + 4 * (ptrdiff_t)x, q.val[d[0]], q.val[d[0] + 2], q.val[d[1]],
                   q.val[d[2]], matrix);
        }
    } else if (s.chroma_shift == 1 && s.luma_step == 1 && s.chroma_step == 2) {
        ptrdiff_t d[3];
        const uint8_t *low = low_of(&s, d);
        for (; x + 16 <= width; x += 16) {
            const uint8x8x2_t y = vld2_u8(s.y + x), c = vld2_u8(low + x);
            put_16(dst + 4 * (ptrdiff_t)x, y.val[0], y.val[1], c.val[d[1]], c.val[d[2]],
                   matrix);
        }
    }
    rim_yuv_row rest = s;
    const ptrdiff_t at = (ptrdiff_t)(x >> s.chroma_shift) * s.chroma_step;
    rest.y += (ptrdiff_t)x * s.luma_step;
    rest.u += at;
    rest.v += at;
    rim_yuv_bgrx_c(dst + 4 * (ptrdiff_t)x, &rest, width - x, matrix);
}
