// evidence_neon.c: the rows of process/evidence that hold its work, four places at a time.
//
// A last block that is not full overlaps the one before, where the row has that many.
// (The others are what compilers make of the C.)
// SPDX-License-Identifier: MIT
#include "process/kernels/evidence_rows.h"
#include "process/kernels/kernels.h"

#include <arm_neon.h>

// The next block's first place, 4 on but for the last; `width` when all are done.
static inline int next_block(int x, int width)
{
    return x + 8 <= width ? x + 4 : x + 4 < width ? width - 4 : width;
}

static inline int32x4_t kept(int32x4_t v, int least)
{
    return vmaxq_s32(vminq_s32(v, vdupq_n_s32(RIM_SIGNAL_MOST)), vdupq_n_s32(least));
}

// Two outputs of four places.
static inline void mix_four(int16_t *dst, const int16_t *add, const rim_mix *m,
                            const int16_t *weight, const int32_t *bias, int x)
{
    int32x4_t even = vdupq_n_s32(bias[0]), odd = vdupq_n_s32(bias[1]);
    for (int k = 0; k < m->pairs; k++, weight += 4) {
        const int16x4x2_t src = vld2_s16(m->src[k] + 2 * x);
        even = vmlal_n_s16(even, src.val[0], weight[0]);
        even = vmlal_n_s16(even, src.val[1], weight[1]);
        odd = vmlal_n_s16(odd, src.val[0], weight[2]);
        odd = vmlal_n_s16(odd, src.val[1], weight[3]);
    }
    const int32x4_t right = vdupq_n_s32(-m->shift);
    even = vshlq_s32(even, right);
    odd = vshlq_s32(odd, right);
    if (add) {
        const int16x4x2_t more = vld2_s16(add + 2 * x);
        even = vaddw_s16(even, more.val[0]);
        odd = vaddw_s16(odd, more.val[1]);
    }
    const int16x4x2_t out = {
        {vmovn_s32(kept(even, m->least)), vmovn_s32(kept(odd, m->least))}};
    vst2_s16(dst + 2 * x, out);
}

void rim_mix_row_neon(int16_t *dst, ptrdiff_t stride, const int16_t *add,
                      const rim_mix *m, int width)
{
    if (width < 4) {
        rim_mix_row_c(dst, stride, add, m, width);
        return;
    }
    for (int o = 0; o < m->outs; o += 2) {
        const int16_t *weight = m->weight + (size_t)o * 2 * (size_t)m->pairs;
        const ptrdiff_t at = o / 2 * stride;
        for (int x = 0; x < width; x = next_block(x, width))
            mix_four(dst + at, add ? add + at : NULL, m, weight, m->bias + o, x);
    }
}

void rim_taps_row_neon(int16_t *dst, const int16_t *const row[3], const int16_t *weight,
                       const int32_t bias[2], int shift, int width)
{
    if (width < 4) {
        rim_taps_row_c(dst, row, weight, bias, shift, width);
        return;
    }
    int16x4_t w[9];
    for (int k = 0; k < 9; k++) {
        const int16_t *own = weight + k / 2 * 4 + k % 2;
        const int16_t both[4] = {own[0], own[2], own[0], own[2]};
        w[k] = vld1_s16(both);
    }
    const int32_t two[4] = {bias[0], bias[1], bias[0], bias[1]};
    const int32x4_t start = vld1q_s32(two), right = vdupq_n_s32(-shift);
    for (int x = 0; x < width; x = next_block(x, width)) {
        int32x4_t low = start, high = start;
        for (int k = 0; k < 9; k++) {
            const int16x8_t v = vld1q_s16(row[k / 3] + 2 * (x + k % 3 - 1));
            low = vmlal_s16(low, vget_low_s16(v), w[k]);
            high = vmlal_s16(high, vget_high_s16(v), w[k]);
        }
        vst1q_s16(dst + 2 * x,
                  vcombine_s16(vmovn_s32(kept(vshlq_s32(low, right), 0)),
                               vmovn_s32(kept(vshlq_s32(high, right), 0))));
    }
}
