// near_c.c: how near pixels are to a piece of a line.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

#include <math.h>

void rim_near_c(uint8_t *near, const rim_piece *piece, float x, float y, int reach,
                int width)
{
    const float ux = piece->ux, uy = piece->uy, length = piece->length;
    for (int i = 0; i < width; i++) {
        const float dx = (float)i + x;
        float along = dx * ux + y * uy;
        along = along > 0 ? along : 0;
        along = along < length ? along : length;
        const float ex = dx - along * ux, ey = y - along * uy;
        const float distance = sqrtf(ex * ex + ey * ey) * 16;
        const int d = distance < 255 ? (int)distance : 255;
        if (d < reach && near[i] < 255 - d)
            near[i] = (uint8_t)(255 - d);
    }
}
