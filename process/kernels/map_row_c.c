// map_row_c.c: ratios as the picture takes them.
// SPDX-License-Identifier: MIT
#include "process/fixed.h"
#include "process/kernels/map_row.h"

static int32_t times(int32_t a, int32_t b) // Q15
{
    return (a * b + 16384) >> 15;
}

void rim_map_row_c(uint16_t *sbr, const int16_t *ratio, const uint8_t *valid, int width)
{
    for (int x = 0; x < width; x++) {
        int32_t r = ratio[x];
        r = r < RIM_RATIO_MIN ? RIM_RATIO_MIN : r;
        r = (r < RIM_RATIO_MAX ? r : RIM_RATIO_MAX - 1) - RIM_RATIO_MIN;
        const int32_t f = (r & 1023) << 5;
        int32_t t = times(f, MAP_4) + MAP_3;
        t = times(f, t) + MAP_2;
        t = times(f, t) + MAP_1;
        const int32_t m = 16384 + ((times(f, t) + 1) >> 1);
        sbr[x] = (uint16_t)(times(m, 128 << (r >> 10)) & -valid[x]);
    }
}
