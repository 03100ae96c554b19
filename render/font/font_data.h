// font_data.h: glyph outlines that font.c turns into pixels of any size.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_FONT_DATA_H
#define RIM_RENDER_FONT_DATA_H

#include <stdint.h>

typedef struct rim_font_glyph {
    uint16_t code;    // Unicode
    int16_t advance;  // font units
    uint16_t outline; // where it starts in rim_font_outline
} rim_font_glyph;

// A glyph: number of contours; a contour: number of points; a point of a quadratic
// TrueType outline: 2 x + (1 if on the curve), y. Font units, y up from the baseline.
extern const int16_t rim_font_outline[];
extern const rim_font_glyph rim_font_glyphs[]; // by rising code
extern const int rim_font_glyph_count;
extern const int rim_font_cap_height; // of an H, in font units

#endif
