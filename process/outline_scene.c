// outline_scene.c: planes with their known pixels, and tables.
// SPDX-License-Identifier: MIT
#include "process/outline_scene.h"

#include <stdlib.h>

#define LINEARS  (RIM_RATIO_MAX - RIM_RATIO_MIN + 2)
#define BETWEENS (LINEARS / 4 + 1)

rim_err rim_outline_scene_init(rim_scene *s, const rim_grid *grid,
                               const rim_process_kernels *kernels)
{
    *s = (rim_scene){.grid = grid, .kernels = kernels};
    int w = grid->width, h = grid->height;
    bool ok = true;
    for (int i = 0; i < RIM_SCENE_PLANES; i++) {
        const size_t n = (size_t)w * (size_t)h;
        s->plane[i] = (rim_scene_plane){.width = w, .height = h};
        ok &= (s->plane[i].ratio = calloc(n, sizeof(int16_t))) != NULL;
        ok &= i == 0 || (s->plane[i].known = calloc(n, 1)) != NULL;
        w = (w + 1) / 2;
        h = (h + 1) / 2;
    }
    for (int i = 0; i < RIM_PARTS; i++)
        ok &= (s->between[i] = calloc(BETWEENS, sizeof(int16_t))) != NULL;
    s->linear = calloc(LINEARS, sizeof *s->linear);
    if (!ok || !s->linear) {
        rim_outline_scene_uninit(s);
        return RIM_ERR_MEMORY;
    }
    for (int i = 0; i < LINEARS; i++)
        s->linear[i] = rim_exp2((double)(i + RIM_RATIO_MIN) / RIM_LOG2_ONE);
    for (int i = 0; i < RIM_PARTS; i++)
        for (int d = 0; d < BETWEENS; d++) {
            const double top = rim_exp2(4.0 * d / RIM_LOG2_ONE) - 1.0;
            s->between[i][d] =
                (int16_t)(rim_log2(1.0 + 0.25 * (i + 1) * top) * RIM_LOG2_ONE + 0.5);
        }
    for (int i = 0; i < RIM_RAYS; i++)
        rim_turn(&s->way[i].y, &s->way[i].x, i, RIM_RAYS);
    return RIM_OK;
}

void rim_outline_scene_uninit(rim_scene *s)
{
    for (int i = 0; i < RIM_SCENE_PLANES; i++) {
        free(s->plane[i].ratio);
        free(s->plane[i].known);
    }
    for (int i = 0; i < RIM_PARTS; i++)
        free(s->between[i]);
    free(s->linear);
    *s = (rim_scene){0};
}

// The last row and column are in no sample's reach.
static void mark_known(const rim_scene *s, int plane, const int16_t *ratio,
                       const uint8_t *known)
{
    const rim_scene_plane *p = &s->plane[plane];
    const size_t w = (size_t)p->width;
    for (size_t y = 0; y < (size_t)p->height; y++) {
        const uint8_t *above = known + y * w;
        s->kernels->known_row(p->ratio + y * w, ratio + y * w, above,
                              y + 1 < (size_t)p->height ? above + w : above, p->width);
    }
}

static void halve_known(rim_scene_plane *p, const uint8_t *known, int w, int h)
{
    for (int y = 0; y < p->height; y++) {
        const uint8_t *a = known + (size_t)(2 * y) * (size_t)w;
        const uint8_t *b = 2 * y + 1 < h ? a + w : a;
        uint8_t *d = p->known + (size_t)y * (size_t)p->width;
        for (int x = 0; x < w / 2; x++)
            d[x] = a[2 * x] & a[2 * x + 1] & b[2 * x] & b[2 * x + 1];
        if (w % 2)
            d[w / 2] = a[w - 1] & b[w - 1];
    }
}

void rim_outline_scene_build(rim_scene *s, const int16_t *ratio, const uint8_t *valid,
                             const uint8_t *saturated, const rim_pyramid *pyramid)
{
    s->ratio = ratio;
    s->valid = valid;
    s->saturated = saturated;
    const uint8_t *known = valid;
    mark_known(s, 0, ratio, valid);
    for (int i = 1; i < RIM_SCENE_PLANES; i++) {
        const rim_scene_plane *fine = &s->plane[i - 1];
        halve_known(&s->plane[i], known, fine->width, fine->height);
        known = s->plane[i].known;
        mark_known(s, i, pyramid->level[i - 1].ratio, known);
    }
}
