// grid.h: the analysis grid: the NIR frame reduced to the scale that physics asks for.
//
// Light that comes from below the surface holds nothing finer than about 1.4 times
// its depth, and a rim is about 1.6 mm wide (Tashiro 2020): pixels of 0.2 mm keep
// all of it, and those of 0.3 mm, which come of cameras with 0.15, find more than
// pixels of 0.15 do: noise is less. All planes of the chain are [height][width] arrays on this grid,
// without padding. Immutable after rim_grid_init().
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_GRID_H
#define RIM_PROCESS_GRID_H

#include <stdbool.h>
#include <stddef.h>

typedef struct rim_grid {
    int width, height; // grid pixels
    int scale;         // NIR pixels a side of a grid pixel, 1..16
    int nir_width, nir_height;
    bool pitch_known;
    double mm; // a side of a grid pixel in mm; 0.2 is assumed where not known
} rim_grid;

// mm_per_px: of the NIR frame; not above 0 (or NAN): not known.
void rim_grid_init(rim_grid *g, int nir_width, int nir_height, double mm_per_px);

static inline size_t rim_grid_area(const rim_grid *g)
{
    return (size_t)g->width * (size_t)g->height;
}

// Between grid coordinates (centre of the first pixel is 0) and NIR pixels.
static inline double rim_grid_to_nir(const rim_grid *g, double v)
{
    return (v + 0.5) * g->scale - 0.5;
}
static inline double rim_grid_from_nir(const rim_grid *g, double v)
{
    return (v + 0.5) / g->scale - 0.5;
}

#endif
