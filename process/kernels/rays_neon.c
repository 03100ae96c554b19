// rays_neon.c: what process/outline does with the samples of a ray, eight at a time.
//
// (rank_row is in vectors in the C.)
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <arm_neon.h>

// How much the ray falls from up to l[0] to after it, Q8; saturation changes nothing
// that is not clamped.
static inline int16x8_t falls_8(const int16_t *l, int side)
{
    int16x8_t fall;
    if (side == 1) {
        fall = vshrq_n_s16(vsubq_s16(vld1q_s16(l), vld1q_s16(l + 1)), 2);
    } else if (side == 2) {
        const int16x8_t in = vaddq_s16(vld1q_s16(l), vld1q_s16(l - 1));
        const int16x8_t out = vaddq_s16(vld1q_s16(l + 1), vld1q_s16(l + 2));
        fall = vshrq_n_s16(vsubq_s16(in, out), 3);
    } else {
        const int16x8_t in = vaddq_s16(vaddq_s16(vld1q_s16(l), vld1q_s16(l - 1)),
                                       vaddq_s16(vld1q_s16(l - 2), vld1q_s16(l - 3)));
        const int16x8_t out = vaddq_s16(vaddq_s16(vld1q_s16(l + 1), vld1q_s16(l + 2)),
                                        vaddq_s16(vld1q_s16(l + 3), vld1q_s16(l + 4)));
        fall = vshrq_n_s16(vqsubq_s16(in, out), 4);
    }
    return vmaxq_s16(vminq_s16(fall, vdupq_n_s16(256)), vdupq_n_s16(-256));
}

static const int16_t bits[8] = {1, 2, 4, 8, 16, 32, 64, 128};

// All bits of those of 8 elements whose bit is set.
static inline int16x8_t mask_of(unsigned on)
{
    const int16x8_t at = vld1q_s16(bits);
    return vreinterpretq_s16_u16(vtstq_s16(vdupq_n_s16((int16_t)(on & 0xff)), at));
}

void rim_path_row_neon(int16_t *next, const int16_t *before, const int16_t *log,
                       uint64_t known, int side, int bend, int low, int high)
{
    const int16x8_t near = vdupq_n_s16((int16_t)bend);
    const int16x8_t far = vdupq_n_s16((int16_t)(4 * bend));
    for (int k = low; k <= high; k += 8) {
        const int16_t *b = before + k;
        const int16x8_t f =
            vsubq_s16(vmaxq_s16(vld1q_s16(b - 2), vld1q_s16(b + 2)), far);
        const int16x8_t n =
            vsubq_s16(vmaxq_s16(vld1q_s16(b - 1), vld1q_s16(b + 1)), near);
        const int16x8_t best = vmaxq_s16(vmaxq_s16(f, n), vld1q_s16(b));
        int16x8_t edge = falls_8(log + k, side);
        if (known != UINT64_MAX)
            edge = vandq_s16(edge, mask_of((unsigned)(known >> k)));
        vst1q_s16(next + k, vaddq_s16(best, edge));
    }
}

uint64_t rim_below_row_neon(const int16_t *v, int level, int n)
{
    const int16x8_t l = vdupq_n_s16((int16_t)level);
    const uint16x8_t at = vreinterpretq_u16_s16(vld1q_s16(bits));
    uint64_t below = 0;
    for (int k = 0; k < n; k += 8)
        below |= (uint64_t)vaddvq_u16(vandq_u16(vcltq_s16(vld1q_s16(v + k), l), at))
                 << k;
    return below & UINT64_MAX >> (64 - n);
}

int rim_highest_row_neon(const int16_t *v, int n)
{
    int16x8_t most = vdupq_n_s16(v[0]);
    int k = 0;
    for (; k + 8 <= n; k += 8)
        most = vmaxq_s16(most, vld1q_s16(v + k));
    if (k < n)
        most = vmaxq_s16(most,
                         vbslq_s16(vreinterpretq_u16_s16(mask_of((1u << (n - k)) - 1)),
                                   vld1q_s16(v + k), most));
    return vmaxvq_s16(most);
}
