// screen_internal.h: what the files of the window's picture share.
//
//     screen_hands.c   events: views, zoom, the colour scale
//     screen_draw.c    the picture, and the line below
//     screen_surface.c the cut surface, drawn and edited
//     screen_values.c  loupe and region
//     screen.c         creation, sizes, places, words
//
// Each knows those below it only.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_WINDOW_SCREEN_INTERNAL_H
#define RIM_APP_WINDOW_SCREEN_INTERNAL_H

#include "app/window/screen.h"
#include "render/scale.h"

#include <stdint.h>

enum { RIM_SCREEN_ZOOM_MAX = 32 };

// A surface that is being drawn or changed.
typedef struct rim_sketch {
    int count;
    rim_point corner[RIM_SKETCH_MAX]; // NIR pixels
    bool editing;                     // it was the watched one
    int held;                         // corner under the pressed button, -1: none
    int stroke;                       // corners that the present stroke has added
} rim_sketch;

// A rectangle of the NIR frame, measured in every frame.
typedef struct rim_measure {
    bool on;
    rim_point from, to; // NIR pixels
    int samples;
    float sbr[RIM_CURVE_MAX];
    int64_t t_ns[RIM_CURVE_MAX];
    uint64_t seq; // of the last sample
} rim_measure;

struct rim_screen {
    rim_screen_options o; // with the colour scale as it is now
    int width, height;
    rim_overlay *overlay;
    rim_tools *tools;
    rim_frame scaled;  // the visible picture at this size
    rim_scaling begun; // white light ahead of its picture; dst NULL: none
    rim_part begun_part;
    rim_part part;
    double zoom, x, y; // x, y: the middle of what is shown, px of the whole picture

    rim_view view;
    bool white_held, help;
    bool scale_open, scale_changed;
    int64_t scale_until_ns; // then it closes by itself
    rim_sketch sketch;
    rim_outline watched; // the surface of the last frame
    int finished;        // corners of the sketch that was finished, -1: none
    rim_point surface[RIM_SKETCH_MAX];

    bool loupe, pointer_on;
    rim_point pointer; // 0..1
    rim_measure measure;
    rim_loupe loupe_shown; // scratch
    rim_region region_shown;

    char state[64], message[RIM_SKETCH_MAX];
    int64_t message_until_ns;
    const rim_timeline *timeline;
};

// The pixel of the picture at a place of it.
rim_point rim_screen_pixel(const rim_screen *s, rim_point at);
// The NIR pixel there; false: none is.
bool rim_screen_nir(const rim_screen *s, rim_point *nir, rim_point at);
// Makes overlay and tools anew.
rim_err rim_screen_remake(rim_screen *s);
// After zoom, x or y were changed.
void rim_screen_aim(rim_screen *s);

bool rim_screen_apply_surface(rim_screen *s, const rim_event *event);
bool rim_screen_apply_values(rim_screen *s, const rim_event *event);
void rim_screen_drop_sketch(rim_screen *s);
void rim_screen_draw_values(rim_screen *s, rim_frame *picture, const rim_shown *shown);

#endif
