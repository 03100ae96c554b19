// shrink_c.c: the means of samples of a few rows of a picture.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <string.h>

static int within(int32_t v, int32_t most)
{
    return v < 0 ? 0 : v > most ? most : v;
}

void rim_shrink_c(uint8_t *dst, const uint8_t *const *row, int taps, int32_t u,
                  int32_t du, int last, int width)
{
    const uint32_t count = (uint32_t)(taps * taps), even = 0x00ff00ff;
    const uint32_t inverse = (65536 + count / 2) / count;
    for (int x = 0; x < width; x++, u += du, dst += 4) {
        uint32_t low = 0, high = 0; // lanes of 16 bits: at most 16 * 255
        for (int i = 0; i < taps; i++) {
            const int32_t off = (2 * i + 1 - taps) * du / (2 * taps);
            const int at = within((u + off + 32768) >> 16, last);
            for (int k = 0; k < taps; k++) {
                uint32_t p;
                memcpy(&p, row[k] + 4 * (ptrdiff_t)at, sizeof p);
                low += p & even;
                high += p >> 8 & even;
            }
        }
        const uint32_t c0 = ((low & 0xffff) * inverse + 32768) >> 16;
        const uint32_t c2 = ((low >> 16) * inverse + 32768) >> 16;
        const uint32_t c1 = ((high & 0xffff) * inverse + 32768) >> 16;
        const uint32_t c3 = ((high >> 16) * inverse + 32768) >> 16;
        const uint32_t p = c0 | c1 << 8 | c2 << 16 | c3 << 24;
        memcpy(dst, &p, sizeof p);
    }
}
