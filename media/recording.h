// recording.h: how a recording carries what Matroska has no field for.
//
// - The global tag RIM_RECORDING_TAG holds a JSON object, see rim_recorder.
// - Each block carries as block addition 1 a JSON object with the stamp below (a
//   member that is not known is left out):
//
//       {"seq":12,"t_ns":400000000,"lost":2,"left_out":1,"processed":false,
//        "visible":11,"exposure_us":8000,"gain":4,"light":"nir",
//        "cut_surface":[[600,300],...],"adler32":"0a1b2c3d"}
//
//   adler32 is that of the block's data followed by the text before its own comma.
// - Version 1 had 20 bytes there, big endian: number, time, CRC-32 of the data.
//
// docs/recording.md is the same for people. Inside media only, but for the tag.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_RECORDING_H
#define RIM_MEDIA_RECORDING_H

#include "base/err.h"
#include "base/result.h"

#include <stdbool.h>
#include <stdint.h>

#define RIM_RECORDING_TAG     "RIMLIGHT"
#define RIM_RECORDING_FORMAT  "rimlight-recording"
#define RIM_RECORDING_VERSION 2

struct AVPacket;

// What is told of a frame beside its pixels. All zero: a frame by itself.
typedef struct rim_recording_stamp {
    uint64_t seq;
    int64_t t_ns;          // since the start of the recording
    uint64_t lost;         // by the camera, before this frame
    uint64_t left_out;     // of the recording, before this frame: it could not keep up
    bool unprocessed;      // live had no time for it
    bool has_visible;      // `visible` is told
    int64_t visible;       // seq of the visible frame it was shown with; -1: none
    bool has_exposure;     // exposure_us is told
    bool has_gain;         // gain is told
    double exposure_us;    // as the camera told it
    double gain;           // in the camera's own unit
    const char *light;     // writing: "nir", "visible"; NULL: not known
    const rim_point *mark; // the cut surface from this frame on; see mark_count
    int mark_count;        // corners; -1: no longer watched; 0: no news
    bool intact;           // reading: the data are what was written
} rim_recording_stamp;

RIM_NODISCARD rim_err rim_recording_stamp_put(struct AVPacket *packet,
                                              const rim_recording_stamp *stamp);
// *mark: corners that were taken for stamp->mark, to be freed; NULL where none. False:
// the packet carries no stamp, or one that cannot be read.
bool rim_recording_stamp_get(rim_recording_stamp *stamp, rim_point **mark,
                             const struct AVPacket *packet);

#endif
