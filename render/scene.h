// scene.h: what is to be painted over the ground, as a list.
//
// The list is made once a frame by one thread; then any number of threads paint it,
// each in its own band. Its room is taken at creation; what does not fit is left
// out, which the sizes chosen in overlay.c do not let happen.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_SCENE_H
#define RIM_RENDER_SCENE_H

#include "render/canvas.h"

typedef enum rim_shape_kind {
    RIM_SHAPE_NONE = 0,
    RIM_SHAPE_STROKE,
    RIM_SHAPE_FILL,
    RIM_SHAPE_HATCH,
    RIM_SHAPE_RECT,
    RIM_SHAPE_PANEL,
    RIM_SHAPE_TEXT,
} rim_shape_kind;

typedef struct rim_shape {
    rim_shape_kind kind;
    rim_rect box; // px that it may touch
    rim_color color, color2;
    int alpha;            // 0..256
    int first, count;     // of the points or pieces; first of the text
    int reach;            // stroke: of its halo, 1/16 px
    const rim_tones *ink; // stroke
    const rim_font *font; // text
    int period_px;        // hatch
    int radius_px;        // panel
    int x, y;             // text: left end of the baseline, px
} rim_shape;

// A stroke's tones in a colour, kept from frame to frame.
typedef struct rim_ink {
    const rim_stroke *stroke;
    rim_color color;
    rim_tones tones;
} rim_ink;
enum { RIM_INKS_MAX = 128 };

typedef struct rim_scene {
    int shapes, shapes_max, points, points_max, chars, chars_max;
    int pieces, pieces_max, inks;
    rim_shape *shape;
    rim_pt *point;
    rim_piece *piece;
    rim_ink *ink; // [RIM_INKS_MAX]
    char *text;
} rim_scene;

RIM_NODISCARD rim_err rim_scene_init(rim_scene *s, int shapes, int points, int pieces,
                                     int chars);
void rim_scene_uninit(rim_scene *s);
void rim_scene_clear(rim_scene *s);

void rim_scene_stroke(rim_scene *s, const rim_stroke *stroke, const rim_pt *p,
                      int count, bool closed, rim_dash dash, rim_color color);
void rim_scene_fill(rim_scene *s, const rim_pt *p, int count, rim_color color,
                    int alpha);
void rim_scene_hatch(rim_scene *s, const rim_pt *p, int count, rim_color one,
                     rim_color two, int period_px, int alpha);
void rim_scene_rect(rim_scene *s, rim_rect r, rim_color color, int alpha);
// A rectangle with round corners.
void rim_scene_panel(rim_scene *s, rim_rect r, int radius_px, rim_color color,
                     int alpha);
void rim_scene_disc(rim_scene *s, rim_pt center, int radius_q8, rim_color color);
// Left end of the baseline at (x, y) px. Returns the width, px.
int rim_scene_text(rim_scene *s, const rim_font *font, int x, int y, rim_color color,
                   const char *text);

// Everything into c->clip, in the order in which it was added. `edges` is scratch.
void rim_scene_paint(const rim_scene *s, rim_canvas *c, rim_edges *edges);

#endif
