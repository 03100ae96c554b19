// canvas.h: what can be painted: a band of rows of a picture, and the brushes.
//
// Everything is clipped to the band, so that several threads can paint one picture
// in bands; what a pixel becomes does not depend on how the bands are cut. All in
// integers. Coordinates named px are whole pixels, rim_pt are 24.8 with (0, 0) at
// the top left corner of the top left pixel.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_CANVAS_H
#define RIM_RENDER_CANVAS_H

#include "base/frame.h"
#include "render/color_map.h"
#include "render/font.h"
#include "render/kernels/kernels.h"
#include "render/polygon.h"

#include <stdbool.h>
#include <stdint.h>

// A pixel of RIM_FMT_BGRX8 as it lies in memory, whatever the byte order.
typedef uint32_t rim_pixel;

// One thread's brush, with scratch of its own. For rectangles, panels and text
// kernels, picture and clip are enough.
typedef struct rim_canvas {
    const rim_render_kernels *kernels;
    rim_frame *picture; // BGRX8
    rim_rect clip;      // within the picture
    uint8_t *near;      // [near_size], at least a row of the picture
    int near_size;
    int32_t *cover, *work; // [width + 1] each
} rim_canvas;

rim_pixel rim_pixel_of(rim_color c);

// p with `alpha` (0..256) of c over it, rounded.
static inline rim_pixel rim_pixel_blend(rim_pixel p, rim_pixel c, uint32_t alpha)
{
    const uint32_t even = 0x00ff00ff, half = 0x00800080, keep = 256 - alpha;
    const uint32_t low = (p & even) * keep + (c & even) * alpha + half;
    const uint32_t high = (p >> 8 & even) * keep + (c >> 8 & even) * alpha + half;
    return (low >> 8 & even) | (high & ~even);
}

rim_rect rim_rect_intersect(rim_rect a, rim_rect b);

// alpha: 0..256.
void rim_canvas_fill_rect(rim_canvas *c, rim_rect r, rim_color color, int alpha);
void rim_canvas_fill(rim_canvas *c, const rim_edges *e, rim_color color, int alpha);
// Diagonal stripes `period_px` apart; between those of colour one, two is laid on at
// a quarter of alpha, so that the tissue is seen.
void rim_canvas_hatch(rim_canvas *c, const rim_edges *e, rim_color one, rim_color two,
                      int period_px, int alpha);
// Left end of the baseline at (x, y) px.
void rim_canvas_text(rim_canvas *c, const rim_font *font, int x, int y,
                     const char *text, rim_color color);

// A rectangle with round corners.
void rim_canvas_panel(rim_canvas *c, rim_rect r, int radius_px, rim_color color,
                      int alpha);

// How a line looks across its width: for each distance from its middle, in 1/16 px,
// how much of its dark halo and of its colour is seen (0..256).
enum { RIM_STROKE_REACH = 256 }; // distances, in 1/16 px, that a stroke can have
typedef struct rim_stroke {
    uint16_t halo[RIM_STROKE_REACH], line[RIM_STROKE_REACH];
    int reach; // first distance at which nothing is seen, 1/16 px
} rim_stroke;

// Widths in 1/16 px. gap: 0 for one line, else two lines with that gap between.
void rim_stroke_make(rim_stroke *s, int width_q4, int gap_q4, int halo_q4);
// A stroke in a colour, for rim_canvas_stroke().
void rim_stroke_ink(rim_tones *ink, const rim_stroke *s, rim_color color);

typedef struct rim_dash {
    int on_px, off_px; // on_px 0: solid
} rim_dash;

// Cuts a line through `count` points, closed or not, into at most `most` straight
// pieces; returns how many. The dashes of a closed one are stretched so that they meet.
int rim_stroke_cut(rim_piece *piece, int most, const rim_stroke *s, const rim_pt *p,
                   int count, bool closed, rim_dash dash);
// Pieces of one line, within `box`, as one: no pixel is painted twice. reach, ink: of
// the stroke.
void rim_canvas_stroke(rim_canvas *c, const rim_piece *piece, int count, int reach,
                       const rim_tones *ink, rim_rect box);

#endif
