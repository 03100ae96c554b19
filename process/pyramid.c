// pyramid.c: repeated halving.
// SPDX-License-Identifier: MIT
#include "process/pyramid.h"

#include <stdlib.h>

// What lies far below the background (instruments, char) pulls no further down.
#define RATIO_FLOOR (-512)

rim_err rim_pyramid_init(rim_pyramid *p, const rim_grid *grid,
                         const rim_process_kernels *kernels)
{
    *p = (rim_pyramid){.grid = grid, .kernels = kernels};
    int w = grid->width, h = grid->height;
    for (int i = 0; i < RIM_PYRAMID_LEVELS; i++) {
        w = (w + 1) / 2;
        h = (h + 1) / 2;
        p->level[i] = (rim_pyramid_level){.width = w, .height = h, .cell = 2 << i};
        p->level[i].ratio = calloc((size_t)w * (size_t)h, sizeof(int16_t));
        if (!p->level[i].ratio) {
            rim_pyramid_uninit(p);
            return RIM_ERR_MEMORY;
        }
    }
    return RIM_OK;
}

void rim_pyramid_uninit(rim_pyramid *p)
{
    for (int i = 0; i < RIM_PYRAMID_LEVELS; i++)
        free(p->level[i].ratio);
    *p = (rim_pyramid){0};
}

// Rows beyond the last repeat it, as columns do.
void rim_pyramid_halve(const rim_pyramid *p, int16_t *dst, const int16_t *src, int w,
                       int h)
{
    for (int y = 0; y < h; y += 2, dst += (w + 1) / 2) {
        const int16_t *a = src + (size_t)y * (size_t)w;
        p->kernels->halve_row(dst, a, y + 1 < h ? a + w : a, RATIO_FLOOR, w);
    }
}

void rim_pyramid_build(rim_pyramid *p, const int16_t *ratio)
{
    int w = p->grid->width, h = p->grid->height;
    for (int i = 0; i < RIM_PYRAMID_LEVELS; i++) {
        rim_pyramid_halve(p, p->level[i].ratio, ratio, w, h);
        ratio = p->level[i].ratio;
        w = p->level[i].width;
        h = p->level[i].height;
    }
}
