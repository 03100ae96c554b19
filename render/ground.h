// ground.h: what lies under the marks: the picture, and the pseudo-colour over it.
//
// A pane is a part of the shown picture with a view of its own: all of it, half of
// it, an inset. Where a picture pixel lies on the NIR frame stands in a table with a
// node every 16 pixels, made at creation; between nodes it is interpolated in fixed
// point. Painting is integer, row by row, from any thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_GROUND_H
#define RIM_RENDER_GROUND_H

#include "base/result.h"
#include "render/canvas.h"
#include "render/color_map.h"
#include "render/kernels/kernels.h"

typedef enum rim_base {
    RIM_BASE_NONE = 0, // black
    RIM_BASE_NIR,      // grey, by the fixed tone curve
    RIM_BASE_VISIBLE,
} rim_base;

typedef enum rim_tint {
    RIM_TINT_NONE = 0,
    RIM_TINT_VEIL, // transparent at the low end, deepening with the signal
    RIM_TINT_FULL, // opaque from just above the low end
    RIM_TINT_COUNT,
} rim_tint;

// Coordinates here are those of pixel centres: (0, 0) is the top left pixel's.
typedef struct rim_pane {
    rim_rect rect;     // in the shown picture
    int shrink;        // full-size pixels a pane pixel, 1..4
    double forward[9]; // NIR pixel to shown pixel
    double backward[9];
    int nodes_x, nodes_y;
    int32_t *u, *v; // [nodes_y][nodes_x]: NIR coordinate of a node, Q16
    uint8_t *lit;   // [nodes_y][nodes_x]: this cell may show colour in this frame
} rim_pane;

// nir_to_picture leads to the full-size picture, which the pane shows from its top
// left corner on. RIM_ERR_ARG: the map cannot be inverted.
RIM_NODISCARD rim_err rim_pane_init(rim_pane *pane, rim_rect rect, int shrink,
                                    const double nir_to_picture[9]);
void rim_pane_uninit(rim_pane *pane);
// The same pane with another map.
RIM_NODISCARD rim_err rim_pane_aim(rim_pane *pane, const double nir_to_picture[9]);
// Where a NIR pixel is shown; false behind the camera or not finite.
bool rim_pane_map(rim_pt *out, const rim_pane *pane, double x, double y);
// The NIR pixel shown at a pixel of the picture; false outside the pane.
bool rim_pane_unmap(rim_point *nir, const rim_pane *pane, rim_point shown);

typedef struct rim_tone {
    uint32_t even, odd, keep; // colour times alpha, lanes as rim_pixel_blend()'s
} rim_tone;

typedef struct rim_ground {
    rim_render_kernels kernels;
    rim_pixel grey_pixel[256];
    uint8_t grey[65536];                // of a NIR sample
    int32_t low_q8, high_q8, gain_q16;  // SBR to 0..255
    rim_tone tint[RIM_TINT_COUNT][256]; // of a level
    // Cells of 8x8 map pixels that rise above the scale's low end.
    uint8_t *tile;
    int tiles_x, tiles_y, tiles_max;
} rim_ground;

// How opaque RIM_TINT_VEIL is, 0..256, at a level of the scale, 0..255.
int rim_veil_alpha(int level);

// cpu: RIM_CPU_* bits that kernels may use.
RIM_NODISCARD rim_err rim_ground_init(rim_ground *g, int nir_width, int nir_height,
                                      int bits, int black_level, double sbr_low,
                                      double sbr_high, rim_color_map map, unsigned cpu);
void rim_ground_uninit(rim_ground *g);

// Once a frame, before painting: notes where in `map` there is colour to show.
// Returns the map, or NULL where it cannot be shown.
const rim_frame *rim_ground_scan(rim_ground *g, const rim_frame *map);
// Then for each pane with a tint.
void rim_pane_light(rim_pane *pane, const rim_ground *g, int scale);

// The rows of clip within the pane. visible and map may be NULL.
void rim_ground_paint(const rim_ground *g, const rim_pane *pane, rim_frame *picture,
                      rim_rect clip, rim_base base, rim_tint tint, const rim_frame *nir,
                      const rim_frame *visible, const rim_frame *map, int scale);

#endif
