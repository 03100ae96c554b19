// ground.h: what lies under the marks: the picture, and the pseudo-colour over it.
//
// Painted row by row: a row of white light or of the NIR frame is put down, and while
// it is in the cache the colours are laid over those blocks of it that have any. The
// signal is looked up every 4 pixels through the pane's table and is linear in
// between, unless the signal's map is finer than that. Integers; any thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_GROUND_H
#define RIM_RENDER_GROUND_H

#include "render/canvas.h"
#include "render/color_map.h"
#include "render/kernels/kernels.h"
#include "render/pane.h"

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

typedef struct rim_ground {
    int black; // of the tone curve
    float gain;
    int32_t low_q8, range_q8, gain_q16; // SBR above low to 4 times 0..255
    rim_tones tint[RIM_TINT_COUNT];     // of a level, 0..255
    // Tiles of RIM_TILE map pixels a side that rise above the scale's low end: how many
    // of them lie before column x and row y. [tiles_y + 1][tiles_x + 1]
    int32_t *tile;
    uint16_t *over; // a row of the map
    int tiles_x, tiles_y, tiles_max, width_max;
    bool any_lit;
} rim_ground;

// Rows for one band's own use.
typedef struct rim_ground_rows {
    uint16_t *sample; // [width]
    uint8_t *level;   // [width]
    int16_t *node[2]; // [width / 4 + 16]
} rim_ground_rows;

// What is painted where. visible and map may be NULL.
typedef struct rim_ground_job {
    const rim_render_kernels *kernels;
    const rim_pane *pane;
    rim_base base;
    rim_tint tint;
    rim_frame *picture;
    rim_rect clip;
    const rim_frame *nir, *visible, *map;
    int scale; // NIR pixels a map pixel
} rim_ground_job;

// How opaque RIM_TINT_VEIL is, 0..256, at a level of the scale, 0..255.
int rim_veil_alpha(int level);

// opacity: of RIM_TINT_VEIL, % of the usual.
RIM_NODISCARD rim_err rim_ground_init(rim_ground *g, int nir_width, int nir_height,
                                      int bits, int black_level, double sbr_low,
                                      double sbr_high, rim_color_map map, int opacity);
void rim_ground_uninit(rim_ground *g);

// Once a frame, before painting: notes where in `map` there is colour to show.
// Returns the map, or NULL where it cannot be shown.
const rim_frame *rim_ground_scan(rim_ground *g, const rim_frame *map);
// Then for each pane with a tint.
void rim_ground_light(const rim_ground *g, rim_pane *pane, int scale);

// The rows of clip within the pane.
void rim_ground_paint(const rim_ground *g, const rim_ground_job *job,
                      rim_ground_rows *rows);

#endif
