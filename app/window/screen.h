// screen.h: the window's picture: the overlay at the window's size, zoomed and panned,
// and what hands do on it: views, help, the cut surface drawn and edited, a loupe, a
// measured region, the colour scale.
//
// A file gets the whole picture at its own size from an overlay of its own; the code
// is the same. The thread that draws owns a screen; events from another thread are
// handed over first. Drawing allocates nothing; another window size and another colour
// scale do.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_WINDOW_SCREEN_H
#define RIM_APP_WINDOW_SCREEN_H

#include "calib/calib.h"
#include "render/overlay.h"
#include "render/tools.h"
#include "render/window.h"

#include <stdbool.h>

typedef struct rim_screen_options {
    rim_overlay_options overlay; // of the whole picture
    const rim_calib *calib;      // for corrected values; NULL: none
    bool scale_is_fixed;         // a file is being written with this colour scale
} rim_screen_options;

// A frame and what was found in it. visible, sbr and result's lists may be empty.
typedef struct rim_shown {
    const rim_frame *nir, *visible, *sbr;
    int scale; // of sbr, NIR pixels a map pixel
    rim_mask unjudged;
    const rim_result *result;
} rim_shown;

typedef struct rim_screen rim_screen;

// RIM_ERR_ARG and RIM_ERR_MEMORY as rim_overlay_create(). *o's pointers must stay.
RIM_NODISCARD rim_err rim_screen_create(rim_screen **out, const rim_screen_options *o);
void rim_screen_destroy(rim_screen **s);

// Applies an event from the next picture on. False: the event is none of its own, as
// RIM_ACTION_QUIT or RIM_ACTION_PAUSE.
bool rim_screen_apply(rim_screen *s, const rim_event *event);
// Pictures have this size from now on. What cannot be had is logged, and the size
// stays.
void rim_screen_resize(rim_screen *s, int width, int height);

// A surface that was finished since the last call: its corners in NIR pixels, 0: none
// is to be watched any more, -1: nothing was done. Valid until the next event.
int rim_screen_take_surface(rim_screen *s, const rim_point **corner);
// Was the colour scale changed since the last call? See rim_screen_scale().
bool rim_screen_take_scale(rim_screen *s);

rim_view rim_screen_view(const rim_screen *s);       // that is shown
rim_view rim_screen_usual_view(const rim_screen *s); // while no key is held
const rim_overlay_options *rim_screen_scale(const rim_screen *s); // as it is now

// What is going on, at the lower edge for as long as it lasts ("FROZEN"); "": nothing.
void rim_screen_state(rim_screen *s, const char *state);
// A message for some seconds.
__attribute__((format(printf, 2, 3))) void rim_screen_say(rim_screen *s,
                                                          const char *form, ...);
// Has a message had its time, so that the picture must be drawn again?
bool rim_screen_is_stale(const rim_screen *s);
// Shown from now on; NULL: none. Not copied.
void rim_screen_timeline(rim_screen *s, const rim_timeline *line);
// The part of the recording under a place of the picture (0..1 from its corner).
bool rim_screen_time_at(const rim_screen *s, double *part, rim_point at, bool held);
void rim_screen_health(rim_screen *s, const rim_health *health);

// Ahead of rim_screen_draw(), for a frame that is yet to be processed: its white light is
// put into *picture by workers that have nothing else to do, until rim_workers_settle().
void rim_screen_begin(rim_screen *s, rim_frame *picture, const rim_frame *visible);
// Draws into *picture, whose size must be at least the screen's and becomes it.
void rim_screen_draw(rim_screen *s, rim_frame *picture, const rim_shown *shown);

#endif
