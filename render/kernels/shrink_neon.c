// shrink_neon.c: the means of samples of a few rows of a picture.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <arm_neon.h>
#include <string.h>

static inline int within(int32_t v, int32_t most)
{
    v = v < 0 ? 0 : v;
    return v < most ? v : most;
}

// The sums of a pixel's bytes over its taps.
static inline uint16x4_t sum_of(const uint8_t *const *row, int taps, const int32_t *off,
                                int32_t u, int last)
{
    uint16x8_t sum = vdupq_n_u16(0);
    for (int i = 0; i < taps; i++) {
        const int at = within((u + off[i]) >> 16, last);
        for (int k = 0; k < taps; k++) {
            uint32_t p;
            memcpy(&p, row[k] + 4 * (ptrdiff_t)at, sizeof p);
            sum = vaddw_u8(sum, vcreate_u8(p));
        }
    }
    return vget_low_u16(sum);
}

static inline uint16x4_t mean_of(uint16x4_t sum, uint16_t inverse)
{
    return vrshrn_n_u32(vmull_n_u16(sum, inverse), 16);
}

void rim_shrink_neon(uint8_t *dst, const uint8_t *const *row, int taps, int32_t u,
                     int32_t du, int last, int width)
{
    const int count = taps * taps;
    const uint16_t inverse = (uint16_t)((65536 + count / 2) / count);
    int32_t off[4];
    for (int i = 0; i < taps; i++)
        off[i] = (2 * i + 1 - taps) * du / (2 * taps) + 32768;
    int x = 0;
    for (; x + 2 <= width; x += 2, u += 2 * du) {
        const uint16x4_t a = mean_of(sum_of(row, taps, off, u, last), inverse);
        const uint16x4_t b = mean_of(sum_of(row, taps, off, u + du, last), inverse);
        vst1_u8(dst + 4 * (ptrdiff_t)x, vmovn_u16(vcombine_u16(a, b)));
    }
    rim_shrink_c(dst + 4 * (ptrdiff_t)x, row, taps, u, du, last, width - x);
}
