// color_map.h: the fixed scale from signal over background to colour.
//
// Two of the three can be told from tissue and within themselves by colour-blind
// eyes: "ice" and "heat" rise steadily in lightness; "green" is what fluorescence
// towers have made familiar. Nothing here follows the content of a frame.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_COLOR_MAP_H
#define RIM_RENDER_COLOR_MAP_H

#include "base/err.h"

#include <stdint.h>

typedef struct rim_color {
    uint8_t r, g, b;
} rim_color;

typedef enum rim_color_map {
    RIM_COLOR_MAP_GREEN = 0,
    RIM_COLOR_MAP_ICE,  // blue, cyan, white
    RIM_COLOR_MAP_HEAT, // black body: red, orange, yellow, white
    RIM_COLOR_MAP_COUNT,
} rim_color_map;

// "green", "ice", "heat". RIM_ERR_ARG: none of these.
RIM_NODISCARD rim_err rim_color_map_from_name(rim_color_map *out, const char *name);
const char *rim_color_map_name(rim_color_map map);

// level: 0..255 along the scale.
rim_color rim_color_map_at(rim_color_map map, int level);

#endif
