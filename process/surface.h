// surface.h: the cut surface: followed with the tissue, judged, and a verdict held.
//
// The marked polygon is kept in tissue coordinates. wound.h tells what of it can be
// judged, residuals.h what fluoresces there. A verdict needs more than one frame, so it
// does not flicker; that a frame cannot be judged is said of that very frame. When a
// frame has nothing in common with the one before (another view, a flash, darkness), the
// surface is lost until its own picture is found again (relocate.h).
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_SURFACE_H
#define RIM_PROCESS_SURFACE_H

#include "process/motion.h"
#include "process/relocate.h"
#include "process/residuals.h"
#include "process/tracks.h"
#include "process/wound.h"

#define RIM_SURFACE_CORNERS_MAX 1024

typedef struct rim_watch {
    const rim_grid *grid;
    bool on;
    bool fresh; // corners are still in grid coordinates of this frame
    bool lost;  // the view is not the one that was marked, as far as can be told
    bool fast;  // the tissue moved fast when it was last followed
    int count;
    rim_point tissue[RIM_SURFACE_CORNERS_MAX];
    rim_point now[RIM_SURFACE_CORNERS_MAX]; // grid coordinates of this frame
    uint8_t *mask;                          // [grid] 1 inside
    uint8_t *unjudged;  // [grid] 1: inside, but nothing can be said here in this frame
    rim_relocate place; // the view, to find it again
    rim_point kept[RIM_SURFACE_CORNERS_MAX]; // the polygon on it
    rim_similarity tissue_kept;              // tissue coordinates to it
    bool apart;  // tissue coordinates have started anew since
    int age;     // frames since it was kept
    bool veiled; // smoke lay on all of it in the last frame
    rim_wound wound;
    rim_residuals residuals;
    rim_surface_state state;
    int steady; // frames that have asked for another state
    rim_surface_state wanted;
    double assessable;
    double sight_mm; // NAN where it is not known
    unsigned why;
} rim_watch;

RIM_NODISCARD rim_err rim_watch_init(rim_watch *w, const rim_background *b);
void rim_watch_uninit(rim_watch *w);
// Corners in NIR pixels of the next frame; count 0 stops.
void rim_watch_mark(rim_watch *w, const rim_point *point, int count);

// Moves the polygon to this frame and fills the mask. b: of this frame.
void rim_watch_follow(rim_watch *w, const rim_motion *m, const rim_background *b);
// What of it can be judged in this frame, and what fluoresces (w->residuals).
void rim_watch_look(rim_watch *w, const rim_scene *scene, const rim_background *b);
// Whether (x, y) lies inside.
bool rim_watch_contains(const rim_watch *w, double x, double y);
// Whether a spot owes its contrast to blood or the like on the surface beside it.
bool rim_watch_hides(const rim_watch *w, const rim_spot *spot);
// The verdict, after rim_watch_look(), with the strongest residual's log odds
// (-INFINITY: none was measured).
void rim_watch_judge(rim_watch *w, double strongest);

#endif
