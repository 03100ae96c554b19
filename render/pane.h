// pane.h: a part of the shown picture with a view of its own: all of it, half of it,
// an inset; and where it lies on the NIR frame.
//
// NIR pixels lead to full picture pixels and back through two tables that are made
// once (warp.h); from there a scale and a shift lead to what is shown. Coordinates
// are those of pixel centres: (0, 0) is the top left pixel's.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_PANE_H
#define RIM_RENDER_PANE_H

#include "base/result.h"
#include "render/canvas.h"
#include "render/warp.h"

// Full picture pixel (u, v) is shown at (sx u + x, sy v + y). The tables are borrowed.
typedef struct rim_aim {
    const rim_warp *to_picture, *to_nir;
    double sx, sy, x, y;
} rim_aim;

// Tiles of RIM_TILE map pixels a side, from (x0, y0) to (x1, y1), both included; they
// may lie outside of the map.
typedef struct rim_tiles {
    int16_t x0, y0, x1, y1;
} rim_tiles;

typedef struct rim_pane {
    rim_rect rect; // in the shown picture
    int shrink;    // shown pixels a pane pixel, 1..4
    rim_aim aim;
    rim_warp nir;   // of the pane's pixels, from its top left corner
    bool even;      // each is in the middle of shrink x shrink of the NIR frame's
    int32_t step_u; // NIR pixels from one pane pixel to the next, Q16, in the middle
    // Where every RIM_STEP pixels lie on a map of which each pixel is map_scale NIR
    // pixels a side: Q16 pixels of it, RIM_WARP_NOWHERE in u where there are none.
    int map_scale, nodes_x, nodes_y;
    int32_t *map_u, *map_v; // [nodes_y][nodes_x]
    int blocks_x, blocks_y; // of RIM_BLOCK pixels a side
    rim_tiles *box; // [blocks_y][blocks_x]: the map's tiles that a block takes in
    uint8_t *lit;   // [blocks_y][blocks_x]: this one may show colour in this frame
} rim_pane;

enum { RIM_BLOCK = 2 * RIM_WARP_CELL, RIM_STEP = 4, RIM_TILE = 8 };

// The pane shows `aim` from its top left corner on, shrunk.
RIM_NODISCARD rim_err rim_pane_init(rim_pane *pane, rim_rect rect, int shrink,
                                    const rim_aim *aim);
void rim_pane_uninit(rim_pane *pane);
// The same pane on another part of the picture.
void rim_pane_aim(rim_pane *pane, const rim_aim *aim);
// Fills map_u, map_v and box, if they are not those of this scale already.
void rim_pane_set_scale(rim_pane *pane, int scale);
// Where a NIR pixel is shown; false where it has no partner or is not finite.
bool rim_pane_map(rim_pt *out, const rim_pane *pane, double x, double y);
// The NIR pixel shown at a pixel of the picture; false outside the pane.
bool rim_pane_unmap(rim_point *nir, const rim_pane *pane, rim_point shown);

#endif
