// spread_c.c: levels from nodes 4 pixels apart.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

static int node(const int16_t *top, const int16_t *bottom, int i, int down)
{
    return 4 * top[i] + (bottom[i] - top[i]) * down;
}

void rim_spread_c(uint8_t *level, const int16_t *top, const int16_t *bottom, int down,
                  int width)
{
    for (int x = 0; x < width; x++) {
        const int a = node(top, bottom, x / 4, down);
        const int b = node(top, bottom, x / 4 + 1, down);
        const int v = (4 * a + (b - a) * (x & 3) + 32) >> 6;
        level[x] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
    }
}
