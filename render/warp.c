// warp.c: see warp.h.
// SPDX-License-Identifier: MIT
#include "render/warp.h"

#include <math.h>
#include <stdlib.h>

enum { CELL = RIM_WARP_CELL, FAR_PX = 12288 };

bool rim_warp_homography(const void *ctx, double x, double y, double *u, double *v)
{
    const double *m = ctx;
    const double w = m[6] * x + m[7] * y + m[8];
    if (!(w > 1e-9))
        return false;
    *u = (m[0] * x + m[1] * y + m[2]) / w;
    *v = (m[3] * x + m[4] * y + m[5]) / w;
    return true;
}

bool rim_warp_invert(double out[9], const double m[9])
{
    out[0] = m[4] * m[8] - m[5] * m[7];
    out[1] = m[2] * m[7] - m[1] * m[8];
    out[2] = m[1] * m[5] - m[2] * m[4];
    out[3] = m[5] * m[6] - m[3] * m[8];
    out[4] = m[0] * m[8] - m[2] * m[6];
    out[5] = m[2] * m[3] - m[0] * m[5];
    out[6] = m[3] * m[7] - m[4] * m[6];
    out[7] = m[1] * m[6] - m[0] * m[7];
    out[8] = m[0] * m[4] - m[1] * m[3];
    const double det = m[0] * out[0] + m[1] * out[3] + m[2] * out[6];
    if (!isfinite(det) || fabs(det) < 1e-12)
        return false;
    for (int i = 0; i < 9; i++)
        out[i] /= det;
    return true;
}

static bool near_enough(double v)
{
    return v >= -FAR_PX && v <= FAR_PX; // false for NAN
}

static int32_t to_q16(double v)
{
    return (int32_t)floor(v * 65536 + 0.5);
}

void rim_warp_fill(rim_warp *w, rim_warp_fn *map, const void *ctx)
{
    for (int j = 0, k = 0; j < w->nodes_y; j++)
        for (int i = 0; i < w->nodes_x; i++, k++) {
            double u = 0, v = 0;
            const bool found = map(ctx, w->x0 + i * CELL, w->y0 + j * CELL, &u, &v) &&
                               near_enough(u) && near_enough(v);
            w->u[k] = found ? to_q16(u) : RIM_WARP_NOWHERE;
            w->v[k] = found ? to_q16(v) : RIM_WARP_NOWHERE;
        }
}

rim_err rim_warp_init(rim_warp *w, int x0, int y0, int width, int height,
                      rim_warp_fn *map, const void *ctx)
{
    *w = (rim_warp){.nodes_x = (width + CELL - 1) / CELL + 1,
                    .nodes_y = (height + CELL - 1) / CELL + 1,
                    .x0 = x0,
                    .y0 = y0};
    const size_t count = (size_t)w->nodes_x * (size_t)w->nodes_y;
    w->u = malloc(count * sizeof *w->u);
    w->v = malloc(count * sizeof *w->v);
    if (!w->u || !w->v) {
        rim_warp_uninit(w);
        return RIM_ERR_MEMORY;
    }
    rim_warp_fill(w, map, ctx);
    return RIM_OK;
}

void rim_warp_uninit(rim_warp *w)
{
    free(w->u);
    free(w->v);
    *w = (rim_warp){0};
}

bool rim_warp_is_even(const rim_warp *w, int x0, int y0, int step)
{
    const int32_t middle = (step - 1) * 32768;
    for (int j = 0, k = 0; j < w->nodes_y; j++)
        for (int i = 0; i < w->nodes_x; i++, k++)
            if (w->u[k] != (w->x0 + i * CELL - x0) * step * 65536 + middle ||
                w->v[k] != (w->y0 + j * CELL - y0) * step * 65536 + middle)
                return false;
    return true;
}

// Within a cell at (s, t), 0..1, and (ds, dt) cells beyond it along the cell's sides.
static double blend(const int32_t *q, int stride, double s, double t, double ds,
                    double dt)
{
    const double a = q[0], b = q[1], c = q[stride], d = q[stride + 1];
    const double top = a + (b - a) * s, bottom = c + (d - c) * s;
    const double along = (b - a) * (1 - t) + (d - c) * t, down = bottom - top;
    return (top + down * t + along * ds + down * dt) / 65536;
}

static double within_one(double v)
{
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

static int cell_of(double at, int cells)
{
    return at < 0 ? 0 : at >= cells ? cells - 1 : (int)at;
}

bool rim_warp_at(const rim_warp *w, double x, double y, double *u, double *v)
{
    const double i = (x - w->x0) / CELL, j = (y - w->y0) / CELL;
    if (!near_enough(i) || !near_enough(j))
        return false;
    const int cx = cell_of(i, w->nodes_x - 1), cy = cell_of(j, w->nodes_y - 1);
    const int k = cy * w->nodes_x + cx;
    if (w->u[k] == RIM_WARP_NOWHERE || w->u[k + 1] == RIM_WARP_NOWHERE ||
        w->u[k + w->nodes_x] == RIM_WARP_NOWHERE ||
        w->u[k + w->nodes_x + 1] == RIM_WARP_NOWHERE)
        return false;
    const double s = within_one(i - cx), t = within_one(j - cy);
    *u = blend(w->u + k, w->nodes_x, s, t, i - cx - s, j - cy - t);
    *v = blend(w->v + k, w->nodes_x, s, t, i - cx - s, j - cy - t);
    return true;
}
