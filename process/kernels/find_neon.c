// find_neon.c: the peaks of process/evidence, eight places at a time.
// SPDX-License-Identifier: MIT
#include "process/kernels/find_rows.h"
#include "process/kernels/kernels.h"

#include <arm_neon.h>

int rim_peak_row_neon(uint16_t *at, const int16_t *above, const int16_t *row,
                      const int16_t *below, int least, int width)
{
    const peak_rows rows = {above, row, below, least, width};
    const int16x8_t l = vdupq_n_s16((int16_t)least);
    int n = peaks_between(at, 0, &rows, 0, 1), x = 1;
    for (; x + 9 <= width; x += 8) {
        const int16x8_t v = vld1q_s16(row + x);
        const uint16x8_t high = vcgtq_s16(v, l);
        if (vmaxvq_u16(high) == 0)
            continue;
        const int16_t *a = above + x, *b = below + x;
        const int16x8_t up =
            vmaxq_s16(vmaxq_s16(vld1q_s16(a - 1), vld1q_s16(a)),
                      vmaxq_s16(vld1q_s16(a + 1), vld1q_s16(row + x - 1)));
        const int16x8_t down =
            vmaxq_s16(vmaxq_s16(vld1q_s16(b - 1), vld1q_s16(b)),
                      vmaxq_s16(vld1q_s16(b + 1), vld1q_s16(row + x + 1)));
        const uint16x8_t on =
            vandq_u16(high, vandq_u16(vcgtq_s16(v, up), vcgeq_s16(v, down)));
        // A byte for each pixel.
        uint64_t left = vget_lane_u64(vreinterpret_u64_u8(vmovn_u16(on)), 0) &
                        UINT64_C(0x0101010101010101);
        for (; left; left &= left - 1)
            at[n++] = (uint16_t)(x + __builtin_ctzll(left) / 8);
    }
    return peaks_between(at, n, &rows, x, width);
}
