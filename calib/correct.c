// correct.c: the plain form of dark, gain and repair.
// SPDX-License-Identifier: MIT
#include "calib/correct.h"

#include <assert.h>

static void correct_row(uint16_t *row, const rim_calib *c, int y, int black_level,
                        int bits)
{
    const int full = (1 << bits) - 1;
    const uint16_t *dark = c->dark.data ? rim_frame_row16(&c->dark, y) : NULL;
    const uint16_t *gain = c->gain.data ? rim_frame_row16(&c->gain, y) : NULL;
    for (int x = 0; x < c->width; x++) {
        const int64_t q4 = (int64_t)row[x] * 16 -
                           (dark ? (int64_t)dark[x] : (int64_t)black_level * 16);
        const int64_t v =
            q4 <= 0 ? 0 : ((q4 * (gain ? gain[x] : 4096) + (1 << 15)) >> 16);
        row[x] = (uint16_t)(v > full ? full : v);
    }
}

static uint16_t median_of_good(const rim_frame *f, const rim_frame *bad, int x, int y)
{
    uint16_t v[8];
    int n = 0;
    for (int j = y - 1; j <= y + 1; j++)
        for (int i = x - 1; i <= x + 1; i++) {
            if (i < 0 || j < 0 || i >= f->width || j >= f->height ||
                rim_frame_row16(bad, j)[i])
                continue;
            const uint16_t s = rim_frame_row16(f, j)[i];
            int k = n++;
            for (; k > 0 && v[k - 1] > s; k--)
                v[k] = v[k - 1];
            v[k] = s;
        }
    return n > 0 ? v[n / 2] : rim_frame_row16(f, y)[x];
}

void rim_calib_correct(rim_frame *frame, const rim_calib *c, int black_level)
{
    if (!c)
        return;
    assert(frame->width == c->width && frame->height == c->height);
    for (int y = 0; y < c->height; y++)
        correct_row(rim_frame_row16(frame, y), c, y, black_level, frame->bits);
    for (int y = 0; y < c->height && c->bad.data; y++)
        for (int x = 0; x < c->width; x++)
            if (rim_frame_row16(&c->bad, y)[x])
                rim_frame_row16(frame, y)[x] = median_of_good(frame, &c->bad, x, y);
}
