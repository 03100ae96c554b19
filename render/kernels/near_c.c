// near_c.c: how near pixels are to a piece of a line.
// SPDX-License-Identifier: MIT
#include "render/kernels/near_rows.h"

#include <math.h>

static void note(uint8_t *near, const rim_piece *piece, int reach, float dx, float dy)
{
    const float ux = piece->ux, uy = piece->uy, length = piece->length;
    float along = dx * ux + dy * uy;
    along = along > 0 ? along : 0;
    along = along < length ? along : length;
    const float ex = dx - along * ux, ey = dy - along * uy;
    const float distance = sqrtf(ex * ex + ey * ey) * 16;
    const int d = distance < 255 ? (int)distance : 255;
    if (d < reach && *near < 255 - d)
        *near = (uint8_t)(255 - d);
}

void rim_near_c(uint8_t *near, ptrdiff_t stride, const rim_rect *box,
                const rim_piece *piece, int reach)
{
    const near_rows rows = near_begin(piece, reach, box);
    for (int y = rows.y0; y < rows.y1; y++) {
        const float dy = (float)y + 0.5F - piece->y;
        int from, to;
        near_span(&from, &to, &rows, dy);
        const float start = (float)from + 0.5F - piece->x;
        for (int x = from; x < to; x++)
            note(near + (y - box->y0) * stride + (x - box->x0), piece, reach,
                 (float)(x - from) + start, dy);
    }
}
