// polygon.h: anti-aliased coverage of polygons, in integers.
//
// Scan conversion with exact horizontal and sampled vertical coverage, nonzero
// winding. Glyphs, panels and arrows are drawn with it. Coordinates are 24.8 fixed
// point; pixel (i, j) covers [256 i, 256 (i + 1)) x [256 j, 256 (j + 1)).
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_POLYGON_H
#define RIM_RENDER_POLYGON_H

#include <stdbool.h>
#include <stdint.h>

// More edges than this in one polygon are not drawn.
#define RIM_EDGES_MAX 768

typedef struct rim_pt {
    int32_t x, y; // 24.8
} rim_pt;

typedef struct rim_edge {
    int32_t x0, y0, x1, y1; // y0 < y1
    int dir;                // +1: it ran down, -1: up
} rim_edge;

typedef struct rim_edges {
    int count;
    int32_t top, bottom; // the rows that it touches: [top, bottom), in pixels
    rim_edge edge[RIM_EDGES_MAX];
} rim_edges;

void rim_edges_clear(rim_edges *e);
// One edge; contours must be closed by the caller. False: no room left.
bool rim_edges_add(rim_edges *e, rim_pt a, rim_pt b);
// A closed contour of `count` points.
bool rim_edges_add_contour(rim_edges *e, const rim_pt *p, int count);

// Coverage, 0..256, of the pixels x0..x1-1 of row y into cover[0..x1-x0-1]; cover
// and work have room for x1 - x0 + 1 entries.
// samples: rows a pixel is sampled with, 1..16.
// Returns false, and writes nothing, where the row is empty.
bool rim_edges_row(int32_t *cover, int32_t *work, const rim_edges *e, int y, int x0,
                   int x1, int samples);

#endif
