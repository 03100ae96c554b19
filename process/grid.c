// grid.c: the choice of the analysis scale.
// SPDX-License-Identifier: MIT
#include "process/grid.h"

#define GRID_MM            0.2  // wanted side of a grid pixel
#define ROUND_UP           0.75 // 0.16 to 0.32 mm: rather too coarse than too fine
#define GRID_WIDTH         640 // no more columns than this: the cost of a frame is bounded
#define GRID_LEAST         60  // a small frame is reduced less
#define GRID_WIDTH_UNKNOWN 400 // where the pitch is not known: 80 mm of tissue across

void rim_grid_init(rim_grid *g, int nir_width, int nir_height, double mm_per_px)
{
    *g = (rim_grid){.nir_width = nir_width, .nir_height = nir_height};
    g->pitch_known = mm_per_px > 0.0;
    const int side = nir_width > nir_height ? nir_width : nir_height;
    int scale = g->pitch_known ? (int)(GRID_MM / mm_per_px + ROUND_UP)
                               : (side + GRID_WIDTH_UNKNOWN / 2) / GRID_WIDTH_UNKNOWN;
    const int least = (side + GRID_WIDTH - 1) / GRID_WIDTH;
    if (scale < least)
        scale = least;
    if (scale > 16)
        scale = 16;
    const int small = nir_width < nir_height ? nir_width : nir_height;
    while (scale > 1 && small / scale < GRID_LEAST)
        scale--;
    g->scale = scale;
    g->width = (nir_width + scale - 1) / scale;
    g->height = (nir_height + scale - 1) / scale;
    g->mm = g->pitch_known ? mm_per_px * scale : GRID_MM;
}
