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
    pane->same = rim_warp_is_identity(w);
}

void rim_pane_aim(rim_pane *pane, const rim_aim *aim)
{
    pane->aim = *aim;
    rim_warp_fill(&pane->nir, to_nir, pane);
    look(pane);
}

rim_err rim_pane_init(rim_pane *pane, rim_rect rect, int shrink, const rim_aim *aim)
{
    const int width = rect.x1 - rect.x0, height = rect.y1 - rect.y0;
    *pane = (rim_pane){.rect = rect,
                       .shrink = shrink,
                       .aim = *aim,
                       .blocks_x = (width + RIM_BLOCK - 1) / RIM_BLOCK};
    const size_t blocks =
        (size_t)pane->blocks_x * (size_t)((height + RIM_BLOCK - 1) / RIM_BLOCK);
    pane->lit = calloc(blocks, 1);
    if (!pane->lit)
        return RIM_ERR_MEMORY;
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
    *pane = (rim_pane){0};
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
