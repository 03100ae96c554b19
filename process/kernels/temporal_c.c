// temporal_c.c: the rows of process/temporal.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

static int32_t between(int32_t a, int32_t b, int32_t part)
{
    return a + (((b - a) * part + 16384) >> 15);
}

void rim_subtract_row_c(int16_t *difference, const int16_t *ratio, const uint8_t *valid,
                        const int16_t *past, int past_width, int past_height,
                        int32_t px, int32_t py, int32_t step_x, int32_t step_y,
                        int width)
{
    for (int x = 0; x < width; x++, px += step_x, py += step_y) {
        const int x0 = px >> 16, y0 = py >> 16;
        difference[x] = RIM_NO_PAST;
        if (!valid[x] || x0 < 0 || y0 < 0 || x0 >= past_width || y0 >= past_height)
            continue;
        const int right = x0 + 1 < past_width ? 1 : 0;
        const int16_t *top = past + (ptrdiff_t)y0 * past_width + x0;
        const int16_t *bot = y0 + 1 < past_height ? top + past_width : top;
        if (top[0] == RIM_NO_PAST || top[right] == RIM_NO_PAST ||
            bot[0] == RIM_NO_PAST || bot[right] == RIM_NO_PAST)
            continue;
        const int32_t fx = px >> 1 & 32767, fy = py >> 1 & 32767;
        const int32_t t = between(top[0], top[right], fx);
        const int32_t b = between(bot[0], bot[right], fx);
        difference[x] = (int16_t)(ratio[x] - between(t, b, fy));
    }
}

// The mean of the differences that are there around p[0], without its sign.
static int32_t local_difference(const int16_t *p, ptrdiff_t stride)
{
    int32_t sum = 0, count = 0;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
            const int16_t d = p[dy * stride + dx];
            sum += d == RIM_NO_PAST ? 0 : d;
            count += d != RIM_NO_PAST;
        }
    return (sum < 0 ? -sum : sum) / count;
}

void rim_blend_row_c(int16_t *out, int16_t *past, const int16_t *difference,
                     ptrdiff_t stride, const int16_t *ratio, const uint8_t *valid,
                     const int16_t *log, const int32_t *limit, int width)
{
    for (int x = 0; x < width; x++) {
        int32_t back = 0;
        if (difference[x] != RIM_NO_PAST) {
            const int32_t most = limit[log[x] >> 9];
            int32_t over = local_difference(difference + x, stride) - most;
            over = over < 0 ? 0 : over > most ? most : over;
            back = difference[x] * (192 - 192 * over / most) / 256;
        }
        out[x] = (int16_t)(ratio[x] - back);
        past[x] = valid[x] ? out[x] : RIM_NO_PAST;
    }
}
