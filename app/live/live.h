// live.h: cameras through the chain, in threads.
//
//     NIR camera -----+
//                     +-> pairing --> process, draw --> queue --> show (the caller)
//     visible camera -+                    |
//                                          +--> queues --> report, recording, pictures
//
// Four NIR frames may wait for a chain that was held up, one picture for the display;
// where there is no room the newest wins, and what is displaced is counted. Nothing on
// the way from camera to picture waits for a file. With threads 0 the caller runs all
// stages in one loop. When no frame came for two and a half frame intervals after
// the last, NO SIGNAL takes the picture's place, until there are frames again.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_LIVE_LIVE_H
#define RIM_APP_LIVE_LIVE_H

#include "app/live/stats.h"
#include "app/run_options.h"
#include "capture/camera.h"

typedef struct rim_live_options {
    rim_run_options run;
    rim_camera_options nir, visible; // visible.device NULL: none
    bool interleaved;                // NIR and visible take turns on the NIR camera
    bool nir_is_bright; // of the two lights, NIR makes the brighter picture
    int black_level;    // counts; -1: as the format says
    bool realtime;
    bool show_age;     // p50, p95, p99, max on the picture
    int frames;        // end after so many were processed; 0: go on
    double seconds;    // end after so many; 0: go on
    const char *stats; // file, or NULL
} rim_live_options;

// Runs until it is stopped by a signal, by the window, or as the options say.
// The first error, all are logged; a report or recording that cannot be written any
// more does not end the show, but is the error returned.
RIM_NODISCARD rim_err rim_live_run(rim_live_options *o, rim_live_stats *stats);

#endif
