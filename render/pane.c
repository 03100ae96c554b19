// pane.c: where a part of the shown picture lies on the NIR frame.
// SPDX-License-Identifier: MIT
#include "render/ground.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 16, FAR_PX = 12288 };

static void multiply(double out[9], const double a[9], const double b[9])
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            out[3 * i + j] =
                a[3 * i] * b[j] + a[3 * i + 1] * b[3 + j] + a[3 * i + 2] * b[6 + j];
}

// By cofactors. False: singular or not finite.
static bool invert(double out[9], const double m[9])
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

static bool apply(double *x, double *y, const double m[9])
{
    const double w = m[6] * *x + m[7] * *y + m[8];
    if (!(w > 1e-9))
        return false;
    const double u = (m[0] * *x + m[1] * *y + m[2]) / w;
    const double v = (m[3] * *x + m[4] * *y + m[5]) / w;
    *x = u;
    *y = v;
    return true;
}

static double limit(double v)
{
    return v < -FAR_PX ? -FAR_PX : v > FAR_PX ? FAR_PX : v;
}

static void fill_nodes(rim_pane *pane)
{
    for (int j = 0; j < pane->nodes_y; j++) {
        for (int i = 0; i < pane->nodes_x; i++) {
            double x = pane->rect.x0 + i * CELL, y = pane->rect.y0 + j * CELL;
            if (!apply(&x, &y, pane->backward))
                x = y = -FAR_PX;
            const int k = j * pane->nodes_x + i;
            pane->u[k] = (int32_t)floor(limit(x) * 65536 + 0.5);
            pane->v[k] = (int32_t)floor(limit(y) * 65536 + 0.5);
        }
    }
}

rim_err rim_pane_aim(rim_pane *pane, const double nir_to_picture[9])
{
    // A shown pixel is the mean of shrink x shrink full-size ones.
    const int shrink = pane->shrink;
    const double s = 1.0 / shrink, mid = (1.0 - shrink) / (2.0 * shrink);
    const double shown[9] = {s, 0, pane->rect.x0 + mid, 0, s, pane->rect.y0 + mid, 0,
                             0, 1};
    double forward[9], backward[9];
    multiply(forward, shown, nir_to_picture);
    if (!invert(backward, forward))
        return RIM_ERR_ARG;
    memcpy(pane->forward, forward, sizeof forward);
    memcpy(pane->backward, backward, sizeof backward);
    fill_nodes(pane);
    return RIM_OK;
}

rim_err rim_pane_init(rim_pane *pane, rim_rect rect, int shrink,
                      const double nir_to_picture[9])
{
    *pane = (rim_pane){.rect = rect, .shrink = shrink};
    pane->nodes_x = (rect.x1 - rect.x0 + CELL - 1) / CELL + 1;
    pane->nodes_y = (rect.y1 - rect.y0 + CELL - 1) / CELL + 1;
    const size_t count = (size_t)pane->nodes_x * (size_t)pane->nodes_y;
    pane->u = malloc(count * sizeof *pane->u);
    pane->v = malloc(count * sizeof *pane->v);
    pane->lit = calloc(count, 1);
    rim_err err = RIM_ERR_MEMORY;
    if (pane->u && pane->v && pane->lit)
        err = rim_pane_aim(pane, nir_to_picture);
    if (err)
        rim_pane_uninit(pane);
    return err;
}

void rim_pane_uninit(rim_pane *pane)
{
    free(pane->u);
    free(pane->v);
    free(pane->lit);
    *pane = (rim_pane){0};
}

bool rim_pane_map(rim_pt *out, const rim_pane *pane, double x, double y)
{
    if (!apply(&x, &y, pane->forward) || !isfinite(x) || !isfinite(y))
        return false;
    out->x = (int32_t)floor((limit(x) + 0.5) * 256 + 0.5);
    out->y = (int32_t)floor((limit(y) + 0.5) * 256 + 0.5);
    return true;
}

bool rim_pane_unmap(rim_point *nir, const rim_pane *pane, rim_point shown)
{
    const rim_rect *r = &pane->rect;
    if (!(shown.x >= r->x0 - 0.5 && shown.x < r->x1 - 0.5 && shown.y >= r->y0 - 0.5 &&
          shown.y < r->y1 - 0.5))
        return false;
    *nir = shown;
    return apply(&nir->x, &nir->y, pane->backward);
}

// Whether a tile that the box [u0, u1] x [v0, v1] (map pixels) touches is lit.
static bool box_lit(const rim_ground *g, int u0, int v0, int u1, int v1)
{
    const int x1 = u1 / 8 < g->tiles_x ? u1 / 8 : g->tiles_x - 1;
    const int y1 = v1 / 8 < g->tiles_y ? v1 / 8 : g->tiles_y - 1;
    for (int y = v0 > 0 ? v0 / 8 : 0; v1 >= 0 && y <= y1; y++)
        for (int x = u0 > 0 ? u0 / 8 : 0; u1 >= 0 && x <= x1; x++)
            if (g->tile[y * g->tiles_x + x])
                return true;
    return false;
}

static void widen(int *low, int *high, int32_t v)
{
    *low = v < *low ? v : *low;
    *high = v > *high ? v : *high;
}

void rim_pane_light(rim_pane *pane, const rim_ground *g, int scale)
{
    const int step[4] = {0, 1, pane->nodes_x, pane->nodes_x + 1};
    for (int j = 0; j + 1 < pane->nodes_y; j++) {
        for (int i = 0; i + 1 < pane->nodes_x; i++) {
            const int k = j * pane->nodes_x + i;
            int u0 = INT32_MAX, u1 = INT32_MIN, v0 = INT32_MAX, v1 = INT32_MIN;
            for (int n = 0; n < 4; n++) {
                widen(&u0, &u1, pane->u[k + step[n]]);
                widen(&v0, &v1, pane->v[k + step[n]]);
            }
            // A pixel of margin for the neighbours that interpolation takes in.
            const int size = 65536 * scale;
            pane->lit[k] =
                box_lit(g, u0 / size - 2, v0 / size - 2, u1 / size + 2, v1 / size + 2);
        }
    }
}
