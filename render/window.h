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
    RIM_ACTION_RESIZED,   // pictures of `width` x `height` now fit without scaling
    RIM_ACTION_PAUSE,     // freeze, or go on
    RIM_ACTION_STEP,      // `amount` frames, -1 or 1
    RIM_ACTION_SEEK,      // `amount` seconds
    RIM_ACTION_SEEK_ENDS, // amount -1: to the start, 1: to the end
    RIM_ACTION_SEEK_MARK, // amount -1, 1: to the last, next change of the verdict
    RIM_ACTION_SPEED,     // amount -1: slower, 1: faster, 0: as recorded
    RIM_ACTION_LOOP,      // on, off
    RIM_ACTION_SNAPSHOT,
    RIM_ACTION_RECORD,     // begin a recording, or end it
    RIM_ACTION_VIEW,       // show `view`
    RIM_ACTION_VIEW_NEXT,  // the next in the row
    RIM_ACTION_WHITE_HOLD, // white light alone from now on ...
    RIM_ACTION_WHITE_FREE, // ... until this
    RIM_ACTION_HELP,
    RIM_ACTION_ESCAPE,       // away with what lies over the picture
    RIM_ACTION_HOVER,        // the pointer is at `at`
    RIM_ACTION_LEAVE,        // the pointer is elsewhere
    RIM_ACTION_PRESS,        // at `at`: a corner of the surface, or the time line
    RIM_ACTION_DRAG,         // the pressed button moved to `at`
    RIM_ACTION_RELEASE,      // it was released at `at`
    RIM_ACTION_POINT_UNDO,   // take the last corner back
    RIM_ACTION_POINTS_END,   // the surface is drawn
    RIM_ACTION_EDIT,         // change the surface that is watched
    RIM_ACTION_CLEAR,        // watch no surface any more
    RIM_ACTION_REGION_PRESS, // a rectangle to be measured, from `at` ...
    RIM_ACTION_REGION_DRAG,  // ... to `at`
    RIM_ACTION_REGION_CLEAR,
    RIM_ACTION_LOUPE,      // on, off
    RIM_ACTION_ZOOM,       // `amount` steps in or out, `at` stays in its place
    RIM_ACTION_ZOOM_RESET, // all of the picture
    RIM_ACTION_PAN,        // the picture was dragged by `at`
    RIM_ACTION_SCALE_OPEN, // the colour scale may be changed now, or no more
    RIM_ACTION_SCALE_MAP,  // the next colour map
    RIM_ACTION_SCALE_HIGH, // amount -1, 1: its upper end lower, higher
    RIM_ACTION_SCALE_LOW,  // likewise its lower end
    RIM_ACTION_SCALE_VEIL, // likewise how opaque it is
} rim_action;

typedef struct rim_event {
    rim_action action;
    int amount;
    rim_view view;
    rim_point at;      // of the shown picture: 0..1 from its left and upper edge
    int width, height; // px
} rim_event;

typedef struct rim_window rim_window;

// A window for pictures of width x height, smaller where the screen is. inside_width
// and inside_height above 0: of this size, as it was left the last time.
// RIM_ERR_UNSUPPORTED: no display, or a build without SDL2; logged with the mend.
RIM_NODISCARD rim_err rim_window_create(rim_window **out, const char *title, int width,
                                        int height, int inside_width,
                                        int inside_height);
void rim_window_destroy(rim_window **w);

// Shows a BGRX8 picture of any size, with the shape that was given at creation. While
// the window is minimised, nothing is done. What the display refuses is tried again
// with the next picture.
void rim_window_show(rim_window *w, const rim_frame *picture);

// The next thing that was done, in *event; false when there is none. Full screen,
// another display and the pointer's shape are dealt with inside. The first event is
// RIM_ACTION_RESIZED; another comes when a new size has lasted for a moment. Call it
// at least ten times a second: a window that does not answer is greyed by the desktop.
bool rim_window_poll(rim_window *w, rim_event *event);

// The display is gone (the X server ended, the cable of a remote desktop was cut):
// nothing is shown any more and no events come; the rest of the program goes on.
bool rim_window_lost(const rim_window *w);
// The inside of the window where it is not full screen, px; for the next time.
void rim_window_inside(const rim_window *w, int *width, int *height);
// The longest sides that a picture can be shown with without scaling, px.
void rim_window_most(const rim_window *w, int *width, int *height);

// The keys, for rim_overlay_set_help().
const char *rim_window_help(void);
// How pictures reach the screen: "opengl", "software", ... for --version and logs.
const char *rim_window_path(const rim_window *w);

#endif
