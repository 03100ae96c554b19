// veil_c.c: tones of levels between nodes 4 pixels apart, laid over a row.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

static int node(const int16_t *top, const int16_t *bottom, int i, int down)
{
    return 4 * top[i] + (bottom[i] - top[i]) * down;
}

void rim_veil_c(uint8_t *pixel, const int16_t *top, const int16_t *bottom, int down,
                const rim_tones *tones, int width)
{
    for (int x = 0; x < width; x += 4) {
        const int a = node(top, bottom, x / 4, down);
        const int b = node(top, bottom, x / 4 + 1, down);
        uint8_t level[4];
        for (int i = 0; i < 4; i++) {
            const int v = (4 * a + (b - a) * i + 32) >> 6;
            level[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
        }
        rim_blend_c(pixel + 4 * (ptrdiff_t)x, level, tones,
                    width - x < 4 ? width - x : 4);
    }
}
