// ground_tint.c: signal over background as a veil of colour.
// SPDX-License-Identifier: MIT
#include "render/ground_tint.h"

#include <string.h>

enum { CELL = RIM_WARP_CELL, STEP = RIM_STEP, SPAN = RIM_BLOCK / STEP };

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

// From NIR pixels (Q16, `times` them) to those of a map of which each is `scale` NIR
// pixels a side: pixel (i, j) has its centre at ((i + 0.5) scale - 0.5, ...).
typedef struct to_map {
    int64_t half, inverse_q32;
} to_map;

static to_map make_to_map(int scale, int times)
{
    const int64_t d = (int64_t)scale * times;
    return (to_map){(int64_t)(scale - 1) * 32768 * times,
                    ((INT64_C(1) << 32) + d / 2) / d};
}

static int32_t apply(const to_map *m, int64_t u)
{
    return (int32_t)(((u - m->half) * m->inverse_q32) >> 32);
}

// A sample where the frame's edge may be near; 0 from half a pixel beyond it.
static uint16_t sample_at(const rim_frame *f, int32_t u, int32_t v)
{
    const int32_t right = (f->width - 1) << 16, bottom = (f->height - 1) << 16;
    if (u < -32768 || v < -32768 || u >= right + 32768 || v >= bottom + 32768)
        return 0;
    uint16_t sample;
    rim_sample_c(&sample, f->data, f->stride, larger(smaller(u, right - 1), 0),
                 larger(smaller(v, bottom - 1), 0), 0, 0, 1);
    return sample;
}

// Where a node of the pane lies in the frame.
typedef struct place {
    int32_t u, v;
    bool known;
} place;

// Between two rows of nodes: the weights add to CELL, by which `m` divides.
static place find_place(const rim_warp *w, int node, int y, const to_map *m)
{
    const int k = y / CELL * w->nodes_x + node, below = k + w->nodes_x;
    const int32_t t = y % CELL;
    if (w->u[k] == RIM_WARP_NOWHERE || w->u[below] == RIM_WARP_NOWHERE)
        return (place){0, 0, false};
    const int64_t u = (int64_t)w->u[k] * (CELL - t) + (int64_t)w->u[below] * t;
    const int64_t v = (int64_t)w->v[k] * (CELL - t) + (int64_t)w->v[below] * t;
    return (place){apply(m, u), apply(m, v), true};
}

static bool inside(const rim_frame *f, const place *p)
{
    return p->u >= 0 && p->v >= 0 && p->u < (f->width - 1) << 16 &&
           p->v < (f->height - 1) << 16;
}

void rim_ground_sample(uint16_t *out, const rim_render_kernels *k, const rim_pane *pane,
                       const rim_frame *f, int scale, int y, int x0, int x1)
{
    const to_map m = make_to_map(scale, CELL);
    place a = find_place(&pane->nir, x0 / CELL, y, &m);
    for (int x = x0; x < x1; x += CELL) {
        const place b = find_place(&pane->nir, x / CELL + 1, y, &m);
        const int count = smaller(CELL, x1 - x);
        const int32_t du = (b.u - a.u) / CELL, dv = (b.v - a.v) / CELL;
        if (!a.known || !b.known)
            memset(out + x, 0, (size_t)count * sizeof *out);
        else if (inside(f, &a) && inside(f, &b))
            k->sample(out + x, f->data, f->stride, a.u, a.v, du, dv, count);
        else
            for (int i = 0; i < count; i++)
                out[x + i] = sample_at(f, a.u + i * du, a.v + i * dv);
        a = b;
    }
}

// 4 times the level, which may lie outside of the scale, but not far.
static inline int16_t node_of(const rim_ground *g, uint16_t sbr_q8)
{
    const int32_t over = larger(smaller(sbr_q8 - g->low_q8, g->range_q8), -g->range_q8);
    return (int16_t)((over * g->gain_q16) >> 16);
}

// The levels at nodes first .. last of the row of nodes `row`.
static void fill_nodes(int16_t *node, const rim_ground *g, const rim_ground_job *j,
                       int row, int first, int last)
{
    const rim_pane *pane = j->pane;
    const rim_node_map map = {.data = j->map->data,
                              .stride = j->map->stride,
                              .right = (j->map->width - 1) << 16,
                              .bottom = (j->map->height - 1) << 16,
                              // Of the picture's last pixels the next node is outside.
                              .margin = 32768 + STEP * pane->step_u / j->scale,
                              .low = g->low_q8,
                              .range = g->range_q8,
                              .gain = g->gain_q16};
    const ptrdiff_t k = (ptrdiff_t)row * pane->nodes_x + first;
    j->kernels->nodes(node + first, pane->map_u + k, pane->map_v + k, &map,
                      smaller(last, pane->nodes_x - 1) - first + 1);
}

// Both rows of nodes about row y for the blocks from..to - 1; `fresh`: both are new.
static void take_nodes(const rim_ground *g, const rim_ground_job *j, int y, int from,
                       int to, bool fresh, rim_ground_rows *rows)
{
    if (fresh)
        fill_nodes(rows->node[0], g, j, y / STEP, from * SPAN, to * SPAN);
    fill_nodes(rows->node[1], g, j, y / STEP + 1, from * SPAN, to * SPAN);
}

static void tint_fine(const rim_ground *g, const rim_ground_job *j, int y, int x0,
                      int x1, rim_ground_rows *rows)
{
    rim_ground_sample(rows->sample, j->kernels, j->pane, j->map, j->scale, y, x0, x1);
    for (int x = x0; x < x1; x++) {
        const int v = (node_of(g, rows->sample[x]) + 2) >> 2;
        rows->level[x] = (uint8_t)larger(v, 0);
    }
}

// The first lit block from `from` on, `count` if there is none, and *to the first after
// it that is not.
static int next_lit(int *to, const uint8_t *lit, int from, int count)
{
    const uint8_t *first = memchr(lit + from, 1, (size_t)(count - from));
    if (!first)
        return count;
    const int at = (int)(first - lit);
    const uint8_t *end = memchr(first, 0, (size_t)(count - at));
    *to = end ? (int)(end - lit) : count;
    return at;
}

void rim_ground_ask(const rim_pane *pane, const uint8_t *pixel, int y)
{
    enum { LINE = 4 * RIM_BLOCK }; // bytes: a block's row of pixels
    const int blocks = pane->blocks_x;
    const uint8_t *lit = pane->lit + (ptrdiff_t)(y / RIM_BLOCK) * blocks;
    int to;
    for (int from = 0; (from = next_lit(&to, lit, from, blocks)) < blocks; from = to)
        for (int i = from; i < to; i++)
            __builtin_prefetch(pixel + (ptrdiff_t)i * LINE, 1);
}

void rim_ground_tint(const rim_ground *g, const rim_ground_job *j, uint8_t *pixel,
                     int y, bool first, rim_ground_rows *rows)
{
    const rim_pane *pane = j->pane;
    const int width = pane->rect.x1 - pane->rect.x0, blocks = pane->blocks_x;
    const uint8_t *lit = pane->lit + (ptrdiff_t)(y / RIM_BLOCK) * blocks;
    const bool fine = j->scale * 65536 < STEP * pane->step_u;
    const bool next = first || y % STEP == 0, begun = !first && y % RIM_BLOCK == 0;
    if (next && !first) { // what was below is above now
        int16_t *above = rows->node[0];
        rows->node[0] = rows->node[1];
        rows->node[1] = above;
    }
    int to;
    for (int from = 0; (from = next_lit(&to, lit, from, blocks)) < blocks; from = to) {
        const int x0 = from * RIM_BLOCK, x1 = smaller(to * RIM_BLOCK, width);
        if (fine)
            tint_fine(g, j, y, x0, x1, rows);
        else if (next) // above are those below the row of blocks above, where it is lit
            take_nodes(
                g, j, y, from, to,
                first || (begun && memchr(lit - blocks + from, 0, (size_t)(to - from))),
                rows);
        uint8_t *const at = pixel + (ptrdiff_t)x0 * 4;
        const rim_tones *const tones = &g->tint[j->tint];
        if (fine)
            j->kernels->blend(at, rows->level + x0, tones, x1 - x0);
        else
            j->kernels->veil(at, rows->node[0] + x0 / STEP, rows->node[1] + x0 / STEP,
                             y % STEP, tones, x1 - x0);
    }
}
