// grey_c.c: the tone curve of NIR frames.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <math.h>

void rim_grey_c(uint8_t *pixel, const uint16_t *sample, int black, float gain,
                int width)
{
    for (int x = 0; x < width; x++, pixel += 4) {
        const int signal = sample[x] > black ? sample[x] - black : 0;
        const float square = (float)signal * gain;
        const int grey = (int)sqrtf(square < 65025 ? square : 65025);
        pixel[0] = pixel[1] = pixel[2] = (uint8_t)grey;
        pixel[3] = 255;
    }
}
