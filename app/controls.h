// controls.h: what keys and mouse change in the picture and in what is watched: the
// view, the help, the cut surface that is drawn corner by corner.
//
// The thread that draws owns it; events from another thread are handed over first.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_CONTROLS_H
#define RIM_APP_CONTROLS_H

#include "process/pipeline.h"
#include "render/overlay.h"
#include "render/window.h"

#include <stdbool.h>

typedef struct rim_controls {
    rim_overlay *overlay;
    rim_pipeline *pipeline;
    rim_view view; // the chosen one; white light may hide it while a key is held
    bool help;
    int corners;
    rim_point corner[RIM_SKETCH_MAX]; // NIR pixels
    // The surface was drawn, or taken away (0 corners), since somebody took note.
    bool marked;
    int marked_corners; // of corner[], until the next event
} rim_controls;

// Neither overlay nor pipeline is owned. view: the one that is shown now.
void rim_controls_init(rim_controls *c, rim_overlay *overlay, rim_pipeline *pipeline,
                       rim_view view);
// Applies an event from the next picture on. False: the event is none of these, as
// RIM_ACTION_QUIT or RIM_ACTION_PAUSE.
bool rim_controls_apply(rim_controls *c, const rim_event *event);

#endif
