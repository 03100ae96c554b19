// outline_scene.h: the planes that rays run through, and the tables they are read with.
//
// The ratio at the grid's resolution, a half and a quarter of it: a ray with long
// steps takes a plane with large pixels, so that nothing between its samples is left
// out. The lowest bit of a sample says that it and the three pixels right of and below
// it are known: all that a bilinear sample needs.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_OUTLINE_SCENE_H
#define RIM_PROCESS_OUTLINE_SCENE_H

#include "base/err.h"
#include "base/result.h"
#include "process/fixed.h"
#include "process/kernels/kernels.h"
#include "process/pyramid.h"

#define RIM_RAYS         32
#define RIM_SCENE_PLANES 3

typedef enum rim_part { // of the way from a background up to a peak
    RIM_PART_QUARTER = 0,
    RIM_PART_HALF,
    RIM_PART_MOST, // three quarters
    RIM_PARTS
} rim_part;

typedef struct rim_scene_plane {
    int width, height;
    int16_t *ratio; // Q10 log2, lowest bit: known
    uint8_t *known; // all grid pixels of the pixel are valid; NULL in plane 0
} rim_scene_plane;

typedef struct rim_scene {
    const rim_grid *grid;
    const rim_process_kernels *kernels;
    const int16_t *ratio; // [grid] Q10 log2
    const uint8_t *valid;
    const uint8_t *saturated;
    rim_scene_plane plane[RIM_SCENE_PLANES];
    // 2^(i / 1024), i from RIM_RATIO_MIN to RIM_RATIO_MAX and, with the lowest bit, 1 more.
    double *linear;
    int16_t *between[RIM_PARTS]; // of height / 4, Q10
    rim_point way[RIM_RAYS];     // unit vectors every 1/RIM_RAYS turn from x to y
} rim_scene;

RIM_NODISCARD rim_err rim_outline_scene_init(rim_scene *s, const rim_grid *grid,
                                             const rim_process_kernels *kernels);
void rim_outline_scene_uninit(rim_scene *s);

// The planes of this frame; they are not copied but for plane[]. pyramid: of ratio.
void rim_outline_scene_build(rim_scene *s, const int16_t *ratio, const uint8_t *valid,
                             const uint8_t *saturated, const rim_pyramid *pyramid);

// The logarithm of low + part (high - low), all but `part` being logarithms, Q10.
static inline int rim_outline_scene_between(const rim_scene *s, rim_part part, int low,
                                            int high)
{
    return low + s->between[part][(high - low) >> 2];
}

#endif
