// map_row_c.c: ratios as the picture takes them.
// SPDX-License-Identifier: MIT
#include "process/fixed.h"
#include "process/kernels/map_row.h"

static inline int16_t times(int16_t a, int16_t b) // Q15
{
    return (int16_t)((a * b + 16384) >> 15);
}

// 128 << k for k = 0..7, as products: baseline vectors have no shift by lanes.
static inline int16_t octaves(int16_t k)
{
    return (int16_t)(128 * (1 + (k & 1)) * (1 + 3 * (k >> 1 & 1)) *
                     (1 + 15 * (k >> 2)));
}

void rim_map_row_c(uint16_t *restrict sbr, const int16_t *restrict ratio,
                   const uint8_t *restrict valid, int width)
{
    for (int x = 0; x < width; x++) {
        int16_t r = ratio[x];
        r = r < RIM_RATIO_MIN ? RIM_RATIO_MIN : r;
        r = r > RIM_RATIO_MAX - 1 ? RIM_RATIO_MAX - 1 : r;
        r = (int16_t)(r - RIM_RATIO_MIN);
        const int16_t f = (int16_t)((r & 1023) << 5);
        int16_t t = (int16_t)(times(f, MAP_4) + MAP_3);
        t = (int16_t)(times(f, t) + MAP_2);
        t = (int16_t)(times(f, t) + MAP_1);
        const int16_t m = (int16_t)(16384 + ((times(f, t) + 1) >> 1));
        sbr[x] = (uint16_t)(times(m, octaves((int16_t)(r >> 10))) & -valid[x]);
    }
}
