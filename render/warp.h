// warp.h: where the pixels of one picture lie on another, as a coarse table.
//
// A lens, a homography and a lens again take a microsecond a pixel; a table with a
// node every 8 pixels, bilinear in between, takes nothing. Against the map that it is
// made from it is off by h^2/8 of the second derivatives: less than 0.05 px for any
// lens of 90 degrees or less on 320 pixels or more (test_warp.c holds it to that).
// Coordinates are those of pixel centres. Read by any thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_WARP_H
#define RIM_RENDER_WARP_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { RIM_WARP_CELL = 8 }; // px between nodes

// The map itself: from (x, y) to (*u, *v). False: no partner. `ctx` is the caller's.
typedef bool rim_warp_fn(const void *ctx, double x, double y, double *u, double *v);

typedef struct rim_warp {
    int nodes_x, nodes_y;
    int x0, y0;     // pixel of the first node
    int32_t *u, *v; // [nodes_y][nodes_x], Q16 pixels of the other picture
} rim_warp;

// What a node without a partner holds in u: far outside of any picture.
#define RIM_WARP_NOWHERE INT32_MIN

// For the pixels x0 .. x0 + width - 1 and likewise down. `map` is asked here only.
RIM_NODISCARD rim_err rim_warp_init(rim_warp *w, int x0, int y0, int width, int height,
                                    rim_warp_fn *map, const void *ctx);
// The same table of another map.
void rim_warp_fill(rim_warp *w, rim_warp_fn *map, const void *ctx);
void rim_warp_uninit(rim_warp *w);
// Does every pixel (x0 + x, y0 + y) lie in the middle of the step x step pixels from
// (step x, step y) on?
bool rim_warp_is_even(const rim_warp *w, int x0, int y0, int step);

// Outside of the table's pixels it goes on straight. False: no partner near there, or
// not finite.
bool rim_warp_at(const rim_warp *w, double x, double y, double *u, double *v);

// ctx: double[9], row-major. The homography as a rim_warp_fn.
bool rim_warp_homography(const void *ctx, double x, double y, double *u, double *v);
// By cofactors. False: singular or not finite.
bool rim_warp_invert(double out[9], const double m[9]);

#endif
