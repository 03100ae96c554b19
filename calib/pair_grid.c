// pair_grid.c: a table of where each cell lies in the visible picture, and its use.
// SPDX-License-Identifier: MIT
#include "calib/pair_grid.h"

#include "base/log.h"

#include <stdlib.h>

enum { ACROSS = 240 };

// The visible pixel that shows the NIR pixel (x, y), in pixels of the frames to come.
static bool find(const rim_pair_grid *g, const rim_calib *c, int nir_width,
                 int nir_height, double x, double y, int *u, int *v)
{
    double a, b;
    if (c && c->has_register) {
        if (!rim_calib_nir_to_visible(c, x, y, &a, &b))
            return false;
        a = (a + 0.5) * g->visible_width / c->visible_width - 0.5;
        b = (b + 0.5) * g->visible_height / c->visible_height - 0.5;
    } else {
        a = (x + 0.5) * g->visible_width / nir_width - 0.5;
        b = (y + 0.5) * g->visible_height / nir_height - 0.5;
    }
    if (!(a > -0.5 && b > -0.5 && a < g->visible_width - 0.5 &&
          b < g->visible_height - 0.5))
        return false;
    *u = (int)(a + 0.5);
    *v = (int)(b + 0.5);
    return true;
}

// Nine places spread over each cell.
static void fill_taps(rim_pair_grid *g, const rim_calib *c, int nir_width,
                      int nir_height)
{
    int32_t *tap = g->tap;
    for (int y = 0; y < g->height; y++)
        for (int x = 0; x < g->width; x++, tap += RIM_PAIR_TAPS) {
            bool all = true;
            for (int i = 0; i < RIM_PAIR_TAPS; i++) {
                const double px = (x + (i % 3 + 0.5) / 3) * g->cell - 0.5,
                             py = (y + (i / 3 + 0.5) / 3) * g->cell - 0.5;
                int u = 0, v = 0;
                all = find(g, c, nir_width, nir_height, px, py, &u, &v) && all;
                tap[i] = v * 65536 + u;
            }
            if (!all)
                tap[0] = -1;
        }
}

rim_err rim_pair_grid_init(rim_pair_grid *g, const rim_calib *c, int nir_width,
                           int nir_height, int bits, int black_level, int visible_width,
                           int visible_height)
{
    const int cell = nir_width > ACROSS ? (nir_width + ACROSS / 2) / ACROSS : 1;
    *g = (rim_pair_grid){.width = nir_width / cell,
                         .height = nir_height / cell,
                         .cell = cell,
                         .bits = bits,
                         .black_level = black_level,
                         .visible_width = visible_width,
                         .visible_height = visible_height};
    const size_t n = (size_t)g->width * (size_t)g->height;
    g->nir = calloc(n, sizeof *g->nir);
    g->visible = calloc(n, sizeof *g->visible);
    g->tap = calloc(n, RIM_PAIR_TAPS * sizeof *g->tap);
    if (!g->nir || !g->visible || !g->tap) {
        rim_log_error("out of memory");
        return RIM_ERR_MEMORY;
    }
    fill_taps(g, c, nir_width, nir_height);
    return RIM_OK;
}

void rim_pair_grid_uninit(rim_pair_grid *g)
{
    free(g->nir);
    free(g->visible);
    free(g->tap);
    g->nir = g->visible = NULL;
    g->tap = NULL;
}

static void fill_nir_row(rim_pair_grid *g, const rim_frame *nir, int y)
{
    uint32_t sum[RIM_FRAME_SIDE_MAX] = {0};
    for (int j = 0; j < g->cell; j++) {
        const uint16_t *in = rim_frame_row16(nir, y * g->cell + j);
        for (int x = 0; x < g->width; x++)
            for (int i = 0; i < g->cell; i++)
                sum[x] += in[x * g->cell + i];
    }
    uint16_t *out = g->nir + (size_t)y * (size_t)g->width;
    const uint32_t area = (uint32_t)(g->cell * g->cell);
    const uint32_t black = 16 * (uint32_t)g->black_level;
    const int down = g->bits > 12 ? g->bits - 12 : 0; // Q4 counts of 12 bits at most
    for (int x = 0; x < g->width; x++) {
        const uint32_t q4 = (uint32_t)((uint64_t)sum[x] * 16 / area);
        out[x] = (uint16_t)((q4 > black ? q4 - black : 0) >> down);
    }
}

void rim_pair_grid_fill(rim_pair_grid *g, const rim_frame *nir,
                        const rim_frame *visible)
{
    for (int y = 0; y < g->height; y++)
        fill_nir_row(g, nir, y);
    const size_t n = (size_t)g->width * (size_t)g->height;
    const int32_t *tap = g->tap;
    for (size_t i = 0; i < n; i++, tap += RIM_PAIR_TAPS) {
        uint32_t sum = 0;
        for (int k = 0; k < RIM_PAIR_TAPS && tap[0] >= 0; k++) {
            const uint8_t *p =
                rim_frame_row8(visible, tap[k] >> 16) + 4 * (ptrdiff_t)(tap[k] & 65535);
            sum += (uint32_t)p[0] * 2 + (uint32_t)p[1] * 9 + (uint32_t)p[2] * 5;
        }
        g->visible[i] = tap[0] < 0 ? RIM_PAIR_NONE : (uint16_t)(sum / RIM_PAIR_TAPS);
    }
}
