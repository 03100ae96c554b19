// tracks.h: the same thing from frame to frame.
//
// A track lives in tissue coordinates (motion.h), so it stays where it is while the
// scope moves, and waits where nothing can be seen: beyond the frame, under an
// instrument. Its log odds are the mean over the recent frames: one frame gives what
// one frame can tell, more frames take out the noise. Nothing is reported of a track
// in a frame where it was not measured.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_TRACKS_H
#define RIM_PROCESS_TRACKS_H

#include "process/detect.h"
#include "process/motion.h"

#define RIM_TRACKS_MAX 64

typedef struct rim_track {
    int id;     // 0 until it is first reported
    bool seen;  // measured in this frame
    int hits;   // frames measured
    int sure;   // of those, frames in which it was more likely a lesion than not
    int missed; // frames in a row where it should have been seen
    int hidden; // frames in a row where it could not
    double log_odds;
    rim_point tissue; // centre
    double radius;    // sqrt(a b), tissue scale
    rim_spot spot;    // smoothed, in this frame's grid coordinates
} rim_track;

typedef struct rim_tracks {
    const rim_grid *grid;
    int count;
    rim_track at[RIM_TRACKS_MAX];
    int next_id; // from 1
} rim_tracks;

void rim_tracks_init(rim_tracks *t, const rim_grid *grid);

// Places where tracks are expected in this frame, added to `out`.
void rim_tracks_expect(const rim_tracks *t, const rim_motion *m, rim_candidates *out);

// found[i]: a detection with its log odds. valid: [grid] of this frame.
typedef struct rim_found {
    const rim_spot *spot;
    double log_odds;
} rim_found;
void rim_tracks_update(rim_tracks *t, const rim_motion *m, const uint8_t *valid,
                       const rim_found *found, int count);

#endif
