// blend_c.c: tones laid over a row of the picture.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

void rim_blend_c(uint8_t *pixel, const uint8_t *index, const rim_tones *tones,
                 int width)
{
    for (int x = 0; x < width; x++, pixel += 4) {
        if (index[x] == 0)
            continue;
        const uint8_t *tone = tones->pixel[index[x]];
        const unsigned keep = tone[3] + (tone[3] >> 7);
        for (int i = 0; i < 3; i++) {
            const unsigned v = tone[i] + ((pixel[i] * keep + 128) >> 8);
            pixel[i] = (uint8_t)(v > 255 ? 255 : v);
        }
        pixel[3] = 255;
    }
}
