// pane.c: where a part of the shown picture lies on the NIR frame.
// SPDX-License-Identifier: MIT
#include "render/pane.h"

#include <math.h>
#include <stdlib.h>

enum { FAR_PX = 12288 };

// A pane pixel is the mean of shrink x shrink shown ones: it lies between them.
static double middle_of(const rim_pane *pane)
{
    return (pane->shrink - 1) / 2.0;
}

static bool to_nir(const void *ctx, double x, double y, double *u, double *v)
{
    const rim_pane *pane = ctx;
    const rim_aim *a = &pane->aim;
    const double px = (x - pane->rect.x0) * pane->shrink + middle_of(pane);
    const double py = (y - pane->rect.y0) * pane->shrink + middle_of(pane);
    return rim_warp_at(a->to_nir, (px - a->x) / a->sx, (py - a->y) / a->sy, u, v);
}

static void look(rim_pane *pane)
{
    const rim_warp *w = &pane->nir;
    const int k = w->nodes_y / 2 * w->nodes_x + (w->nodes_x - 1) / 2;
    const bool known = w->u[k] != RIM_WARP_NOWHERE && w->u[k + 1] != RIM_WARP_NOWHERE;
    pane->step_u = known ? abs(w->u[k + 1] - w->u[k]) / RIM_WARP_CELL : 65536;
    pane->even = rim_warp_is_even(w, pane->rect.x0, pane->rect.y0, pane->shrink);
}

void rim_pane_aim(rim_pane *pane, const rim_aim *aim)
{
    pane->aim = *aim;
    rim_warp_fill(&pane->nir, to_nir, pane);
    look(pane);
    pane->map_scale = 0;
}

rim_err rim_pane_init(rim_pane *pane, rim_rect rect, int shrink, const rim_aim *aim)
{
    const int width = rect.x1 - rect.x0, height = rect.y1 - rect.y0;
    *pane = (rim_pane){.rect = rect,
                       .shrink = shrink,
                       .aim = *aim,
                       .nodes_x = (width + RIM_STEP - 1) / RIM_STEP + 1,
                       .nodes_y = (height + RIM_STEP - 1) / RIM_STEP + 1,
                       .blocks_x = (width + RIM_BLOCK - 1) / RIM_BLOCK,
                       .blocks_y = (height + RIM_BLOCK - 1) / RIM_BLOCK};
    const size_t nodes = (size_t)pane->nodes_x * (size_t)pane->nodes_y;
    const size_t blocks = (size_t)pane->blocks_x * (size_t)pane->blocks_y;
    pane->lit = calloc(blocks, 1);
    pane->box = malloc(blocks * sizeof *pane->box);
    pane->map_u = malloc(nodes * sizeof *pane->map_u);
    pane->map_v = malloc(nodes * sizeof *pane->map_v);
    if (!pane->lit || !pane->box || !pane->map_u || !pane->map_v) {
        rim_pane_uninit(pane);
        return RIM_ERR_MEMORY;
    }
    const rim_err err =
        rim_warp_init(&pane->nir, rect.x0, rect.y0, width, height, to_nir, pane);
    if (!err)
        look(pane);
    return err;
}

void rim_pane_uninit(rim_pane *pane)
{
    rim_warp_uninit(&pane->nir);
    free(pane->lit);
    free(pane->box);
    free(pane->map_u);
    free(pane->map_v);
    *pane = (rim_pane){0};
}

// The mean of two nodes, which may be one and the same, and of two below them.
static void set_node(rim_pane *pane, int x, int y)
{
    const rim_warp *w = &pane->nir;
    const ptrdiff_t a = (ptrdiff_t)(y / 2) * w->nodes_x + x / 2, b = a + (x & 1);
    const ptrdiff_t down = y & 1 ? w->nodes_x : 0;
    const ptrdiff_t k = (ptrdiff_t)y * pane->nodes_x + x;
    const int32_t *u = w->u, *v = w->v;
    pane->map_u[k] = RIM_WARP_NOWHERE;
    pane->map_v[k] = 0;
    if (u[a] == RIM_WARP_NOWHERE || u[b] == RIM_WARP_NOWHERE ||
        u[a + down] == RIM_WARP_NOWHERE || u[b + down] == RIM_WARP_NOWHERE)
        return;
    // Map pixel (i, j) has its centre at ((i + 0.5) scale - 0.5, ...).
    const int64_t half = (int64_t)(pane->map_scale - 1) * 32768 * 4;
    const int64_t d = (int64_t)pane->map_scale * 4;
    const int64_t sum_u = (int64_t)u[a] + u[b] + u[a + down] + u[b + down];
    const int64_t sum_v = (int64_t)v[a] + v[b] + v[a + down] + v[b + down];
    pane->map_u[k] = (int32_t)((sum_u - half) / d);
    pane->map_v[k] = (int32_t)((sum_v - half) / d);
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int16_t tile_of(int32_t at_q16, int margin)
{
    const int v = (at_q16 >> 16) + margin;
    return (int16_t)(v < 0 ? -1 : v / RIM_TILE); // 12288 pixels at most
}

// What its corners span, and a margin for what interpolation takes in; at the border of
// what is known, everything.
static rim_tiles box_of(const rim_pane *pane, int i, int j)
{
    enum { NODES = RIM_BLOCK / RIM_STEP };
    int32_t u0 = INT32_MAX, u1 = INT32_MIN, v0 = INT32_MAX, v1 = INT32_MIN;
    for (int n = 0; n < 4; n++) {
        const int x = smaller(NODES * (i + (n & 1)), pane->nodes_x - 1);
        const int y = smaller(NODES * (j + n / 2), pane->nodes_y - 1);
        const ptrdiff_t k = (ptrdiff_t)y * pane->nodes_x + x;
        if (pane->map_u[k] == RIM_WARP_NOWHERE)
            return (rim_tiles){0, 0, INT16_MAX, INT16_MAX};
        u0 = smaller(u0, pane->map_u[k]);
        u1 = larger(u1, pane->map_u[k]);
        v0 = smaller(v0, pane->map_v[k]);
        v1 = larger(v1, pane->map_v[k]);
    }
    return (rim_tiles){tile_of(u0, -2), tile_of(v0, -2), tile_of(u1, 2),
                       tile_of(v1, 2)};
}

void rim_pane_set_scale(rim_pane *pane, int scale)
{
    if (pane->map_scale == scale)
        return;
    pane->map_scale = scale;
    for (int y = 0; y < pane->nodes_y; y++)
        for (int x = 0; x < pane->nodes_x; x++)
            set_node(pane, x, y);
    for (int j = 0; j < pane->blocks_y; j++)
        for (int i = 0; i < pane->blocks_x; i++)
            pane->box[j * pane->blocks_x + i] = box_of(pane, i, j);
}

static int32_t to_q8(double v)
{
    const double limited = v < -FAR_PX ? -FAR_PX : v > FAR_PX ? FAR_PX : v;
    return (int32_t)floor((limited + 0.5) * 256 + 0.5);
}

bool rim_pane_map(rim_pt *out, const rim_pane *pane, double x, double y)
{
    const rim_aim *a = &pane->aim;
    double u, v;
    if (!rim_warp_at(a->to_picture, x, y, &u, &v))
        return false;
    const double px = u * a->sx + a->x, py = v * a->sy + a->y;
    out->x = to_q8((px - middle_of(pane)) / pane->shrink + pane->rect.x0);
    out->y = to_q8((py - middle_of(pane)) / pane->shrink + pane->rect.y0);
    return true;
}

bool rim_pane_unmap(rim_point *nir, const rim_pane *pane, rim_point shown)
{
    const rim_rect *r = &pane->rect;
    return shown.x >= r->x0 - 0.5 && shown.x < r->x1 - 0.5 && shown.y >= r->y0 - 0.5 &&
           shown.y < r->y1 - 0.5 && to_nir(pane, shown.x, shown.y, &nir->x, &nir->y);
}
