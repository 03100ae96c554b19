// surface.h: the cut surface: followed with the tissue, judged, and a verdict held.
//
// The marked polygon is kept in tissue coordinates. A pixel of it can be judged where
// it is lit, not saturated, and not much darker than the surface (blood, instruments,
// char). The verdict needs more than one frame to change, so it does not flicker.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_SURFACE_H
#define RIM_PROCESS_SURFACE_H

#include "process/motion.h"
#include "process/tracks.h"

#define RIM_SURFACE_CORNERS_MAX 1024

typedef struct rim_watch {
    const rim_grid *grid;
    bool on;
    bool fresh; // corners are still in grid coordinates of this frame
    bool lost;  // the view changed as a whole; it must be marked anew
    int count;
    rim_point tissue[RIM_SURFACE_CORNERS_MAX];
    rim_point now[RIM_SURFACE_CORNERS_MAX]; // grid coordinates of this frame
    uint8_t *mask;                          // [grid] 1 inside
    rim_surface_state state;
    int steady; // frames that have asked for another state
    rim_surface_state wanted;
    double assessable;
    unsigned why;
} rim_watch;

RIM_NODISCARD rim_err rim_watch_init(rim_watch *w, const rim_grid *grid);
void rim_watch_uninit(rim_watch *w);
// Corners in NIR pixels of the next frame; count 0 stops.
void rim_watch_mark(rim_watch *w, const rim_point *point, int count);

// Moves the polygon to this frame and fills the mask.
void rim_watch_follow(rim_watch *w, const rim_motion *m);
// What can be judged, and the verdict with the strongest residual's log odds
// (-INFINITY: none was measured).
void rim_watch_judge(rim_watch *w, const int16_t *ratio, const uint8_t *valid,
                     const uint8_t *saturated, double strongest);
bool rim_watch_contains(const rim_watch *w, double x, double y);

#endif
