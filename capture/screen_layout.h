// screen_layout.h: recorded tower screens whose geometry is known: which part of the
// screen is NIR, which is white light.
//
// A layout is built in under a name, or a text file:
//
//     rimlight-layout 1
//     # what stands behind # is for people
//     description PINPOINT: three panels at the left, one big view
//     screen 1920x1080
//     panel white 0,0,480,360
//     panel nir 0,360,480,360
//     panel overlay 0,720,480,360
//     panel big 480,0,1440,1080
//     nir nir
//     visible white
//     nir-from gray
//
// A panel is left, top, width, height in pixels of `screen`; a recording of another size
// but the same shape is cut in proportion. `nir` and `visible` name the panels that are
// taken (`visible` may be missing); `nir-from` is that of rimlight replay.
// SPDX-License-Identifier: MIT
#ifndef RIM_CAPTURE_SCREEN_LAYOUT_H
#define RIM_CAPTURE_SCREEN_LAYOUT_H

#include "base/err.h"
#include "capture/source.h"

enum { RIM_SCREEN_PANELS = 16 };

typedef struct rim_screen_panel {
    char name[24];
    rim_crop at; // px of the layout's screen
} rim_screen_panel;

typedef struct rim_screen_layout {
    char name[256]; // as it was asked for: a built-in name, or a path
    char description[160];
    int width, height; // of the screen that the panels are given for
    int panel_count;
    rim_screen_panel panel[RIM_SCREEN_PANELS];
    int nir, visible; // of panel[]; visible -1: none
    rim_nir_from nir_from;
} rim_screen_layout;

// text: a built-in name or the path of a file, and behind a colon other panels for this
// time: "pinpoint", "pinpoint:nir=big", "tower.layout:nir=left,visible=right".
// RIM_ERR_NOT_FOUND, RIM_ERR_FORMAT, RIM_ERR_ARG (no such panel). Logged.
RIM_NODISCARD rim_err rim_screen_layout_load(rim_screen_layout *out, const char *text);
// Built-in layouts, i from 0: false behind the last.
bool rim_screen_layout_at(rim_screen_layout *out, int i);
// A panel on a screen of width x height. RIM_ERR_FORMAT, logged with `input`: the screen
// has another shape (by more than 2 %).
RIM_NODISCARD rim_err rim_screen_layout_crop(rim_crop *out, const rim_screen_layout *l,
                                             int panel, int width, int height,
                                             const char *input);

#endif
