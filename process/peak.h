// peak.h: whether a pixel of a plane is higher than its neighbours.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_PEAK_H
#define RIM_PROCESS_PEAK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// d: [h][w]. Of equal neighbours the first in reading order is the peak.
static inline bool rim_is_peak(const int16_t *d, int w, int h, int x, int y)
{
    const int16_t *p = d + (size_t)y * (size_t)w + (size_t)x;
    const int v = p[0];
    if ((x > 0 && p[-1] >= v) || (x + 1 < w && p[1] > v))
        return false;
    for (int dx = x > 0 ? -1 : 0; dx <= (x + 1 < w); dx++)
        if ((y > 0 && p[dx - w] >= v) || (y + 1 < h && p[dx + w] > v))
            return false;
    return true;
}

#endif
