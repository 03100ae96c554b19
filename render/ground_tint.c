// ground_tint.c: signal over background as a veil of colour.
// SPDX-License-Identifier: MIT
#include "render/ground_tint.h"

#include <string.h>

enum {
    CELL = RIM_WARP_CELL,
    STEP = RIM_STEP,
    SPAN = RIM_BLOCK / STEP,
    CHUNK = 256,  // pixels, whole blocks
    HALF = 32768, // a pixel, Q16
};

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
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

// Between two rows of nodes.
static place find_place(const rim_warp *w, int node, int y)
{
    const int k = y / CELL * w->nodes_x + node, below = k + w->nodes_x;
    const int32_t t = y % CELL;
    if (w->u[k] == RIM_WARP_NOWHERE || w->u[below] == RIM_WARP_NOWHERE)
        return (place){0, 0, false};
    const int64_t u = (int64_t)w->u[k] * (CELL - t) + (int64_t)w->u[below] * t;
    const int64_t v = (int64_t)w->v[k] * (CELL - t) + (int64_t)w->v[below] * t;
    return (place){(int32_t)(u / CELL), (int32_t)(v / CELL), true};
}

static bool inside(const rim_frame *f, const place *p)
{
    return p->u >= 0 && p->v >= 0 && p->u < (f->width - 1) << 16 &&
           p->v < (f->height - 1) << 16;
}

void rim_ground_sample(uint16_t *out, const rim_render_kernels *k, const rim_pane *pane,
                       const rim_frame *nir, int y, int width)
{
    place a = find_place(&pane->nir, 0, y);
    for (int x = 0; x < width; x += CELL) {
        const place b = find_place(&pane->nir, x / CELL + 1, y);
        const int count = smaller(CELL, width - x);
        const int32_t du = (b.u - a.u) / CELL, dv = (b.v - a.v) / CELL;
        if (!a.known || !b.known)
            memset(out + x, 0, (size_t)count * sizeof *out);
        else if (inside(nir, &a) && inside(nir, &b))
            k->sample(out + x, nir->data, nir->stride, a.u, a.v, du, dv, count);
        else
            for (int i = 0; i < count; i++)
                out[x + i] = sample_at(nir, a.u + i * du, a.v + i * dv);
        a = b;
    }
}

// margin: Q16 map pixels beyond its border that are still taken for what is there.
static rim_node_map map_of(const rim_ground *g, const rim_ground_job *j, int32_t margin)
{
    return (rim_node_map){.data = j->map->data,
                          .stride = j->map->stride,
                          .right = (j->map->width - 1) << 16,
                          .bottom = (j->map->height - 1) << 16,
                          .margin = margin,
                          .low = g->low_q8,
                          .range = g->range_q8,
                          .gain = g->gain_q16};
}

// The levels at nodes first .. last of the row of nodes `row`.
static void fill_nodes(int16_t *node, const rim_ground *g, const rim_ground_job *j,
                       int row, int first, int last)
{
    const rim_pane *pane = j->pane;
    // Of the picture's last pixels the next node is outside.
    const rim_node_map map = map_of(g, j, HALF + STEP * pane->step_u / j->scale);
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

// Where pixels lie that are 0..STEP - 1 after the nodes of `above` and t rows below
// them: those of `nodes` nodes.
static void spread_places(int32_t *restrict out, const int32_t *restrict above,
                          const int32_t *restrict below, int t, int nodes)
{
    int32_t at[CHUNK / STEP + 1];
    for (int k = 0; k <= nodes; k++) {
        const bool known = above[k] != RIM_WARP_NOWHERE && below[k] != RIM_WARP_NOWHERE;
        const int32_t down = known ? below[k] / STEP - above[k] / STEP : 0;
        at[k] = known ? above[k] + t * down : RIM_WARP_NOWHERE;
    }
    for (int k = 0; k < nodes; k++) {
        const bool known = at[k] != RIM_WARP_NOWHERE && at[k + 1] != RIM_WARP_NOWHERE;
        const int32_t step = known ? at[k + 1] / STEP - at[k] / STEP : 0;
        for (int i = 0; i < STEP; i++)
            out[k * STEP + i] = known ? at[k] + i * step : RIM_WARP_NOWHERE;
    }
}

// Each pixel looked up by itself, of a map that holds more than the nodes would show.
static void find_levels(uint8_t *level, const rim_ground *g, const rim_ground_job *j,
                        int y, int x0, int x1)
{
    const rim_pane *pane = j->pane;
    const rim_node_map map = map_of(g, j, HALF);
    const ptrdiff_t row = (ptrdiff_t)(y / STEP) * pane->nodes_x;
    int32_t u[CHUNK], v[CHUNK];
    int16_t node[CHUNK];
    for (int x = x0; x < x1; x += CHUNK) {
        const int count = smaller(CHUNK, x1 - x), nodes = (count + STEP - 1) / STEP;
        const ptrdiff_t above = row + x / STEP, below = above + pane->nodes_x;
        spread_places(u, pane->map_u + above, pane->map_u + below, y % STEP, nodes);
        spread_places(v, pane->map_v + above, pane->map_v + below, y % STEP, nodes);
        j->kernels->nodes(node, u, v, &map, count);
        for (int i = 0; i < count; i++)
            level[x + i] = (uint8_t)larger((node[i] + 2) >> 2, 0);
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
            find_levels(rows->level, g, j, y, x0, x1);
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
