// nodes_c.c: signal over background where the picture's nodes lie.
// SPDX-License-Identifier: MIT
#include "render/kernels/kernels.h"

static int32_t clamp(int32_t v, int32_t low, int32_t high)
{
    return v < low ? low : v > high ? high : v;
}

static uint16_t look_up(const rim_node_map *m, int32_t u, int32_t v)
{
    uint16_t signal = 0;
    if (u >= -m->margin && v >= -m->margin && u < m->right + m->margin &&
        v < m->bottom + m->margin)
        rim_sample_c(&signal, m->data, m->stride, clamp(u, 0, m->right - 1),
                     clamp(v, 0, m->bottom - 1), 0, 0, 1);
    return signal;
}

void rim_nodes_c(int16_t *node, const int32_t *u, const int32_t *v,
                 const rim_node_map *map, int count)
{
    for (int i = 0; i < count; i++) {
        const int32_t over = look_up(map, u[i], v[i]) - map->low;
        node[i] = (int16_t)((clamp(over, -map->range, map->range) * map->gain) >> 16);
    }
}
