// window.h: the picture on a screen, and what the team does with keys and mouse.
//
// One thread, the main one, owns the window and makes every call here. The window
// keeps the picture's shape when it is resized, and shows pixels only: all that is
// drawn comes from overlay.h, so a file and the window show the same.
// Nothing here waits for longer than the display takes to swap pictures.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_WINDOW_H
#define RIM_RENDER_WINDOW_H

#include "base/err.h"
#include "base/frame.h"
#include "base/result.h"
#include "render/overlay.h"

#include <stdbool.h>

typedef enum rim_action {
    RIM_ACTION_NONE = 0,
    RIM_ACTION_QUIT,
    RIM_ACTION_PAUSE,     // freeze, or go on
    RIM_ACTION_STEP,      // `amount` frames, -1 or 1
    RIM_ACTION_SEEK,      // `amount` seconds
    RIM_ACTION_SEEK_ENDS, // amount -1: to the start, 1: to the end
    RIM_ACTION_SPEED,     // amount -1: slower, 1: faster, 0: as recorded
    RIM_ACTION_SNAPSHOT,
    RIM_ACTION_VIEW,       // show `view`
    RIM_ACTION_VIEW_NEXT,  // the next in the row
    RIM_ACTION_WHITE_HOLD, // white light alone from now on ...
    RIM_ACTION_WHITE_FREE, // ... until this
    RIM_ACTION_HELP,
    RIM_ACTION_POINT,      // a corner of the surface, at `at`
    RIM_ACTION_POINT_UNDO, // take the last corner back
    RIM_ACTION_POINTS_END, // the surface is drawn
    RIM_ACTION_CLEAR,      // watch no surface any more
} rim_action;

typedef struct rim_event {
    rim_action action;
    int amount;
    rim_view view;
    rim_point at; // pixel of the picture; see rim_overlay_to_nir()
} rim_event;

typedef struct rim_window rim_window;

// A window for pictures of width x height, smaller where the screen is.
// RIM_ERR_UNSUPPORTED: no display, or a build without SDL2; logged with the mend.
RIM_NODISCARD rim_err rim_window_create(rim_window **out, const char *title, int width,
                                        int height);
void rim_window_destroy(rim_window **w);

// Shows a BGRX8 picture of the stated size. While the window is minimised, nothing is
// done. What the display refuses is tried again with the next picture.
void rim_window_show(rim_window *w, const rim_frame *picture);

// The next thing that was done, in *event; false when there is none. Full screen and
// new sizes are dealt with inside. Call it at least ten times a second: a window that
// does not answer is greyed by the desktop.
bool rim_window_poll(rim_window *w, rim_event *event);

// The keys, for rim_overlay_set_help().
const char *rim_window_help(void);
// How pictures reach the screen: "opengl", "software", ... for --version and logs.
const char *rim_window_path(const rim_window *w);

#endif
