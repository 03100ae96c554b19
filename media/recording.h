// recording.h: how a recording carries what Matroska has no field for.
//
// - The global tag RIM_RECORDING_TAG holds a JSON object, see rim_recorder.
// - Each block carries as block addition 1, big endian: its frame's number (8 bytes),
//   its time in ns (8 bytes; Matroska's own count milliseconds), and the CRC-32 of the
//   block's data (4 bytes), since the codec has no checksum.
//
// Inside media only, but for the tag's content.
// SPDX-License-Identifier: MIT
#ifndef RIM_MEDIA_RECORDING_H
#define RIM_MEDIA_RECORDING_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define RIM_RECORDING_TAG    "RIMLIGHT"
#define RIM_RECORDING_FORMAT "rimlight-recording"

struct AVPacket;

typedef struct rim_recording_stamp {
    uint64_t seq;
    int64_t t_ns;
    bool intact; // reading: the data are what was written
} rim_recording_stamp;

RIM_NODISCARD rim_err rim_recording_stamp_put(struct AVPacket *packet,
                                              const rim_recording_stamp *stamp);
// False: the packet carries none.
bool rim_recording_stamp_get(rim_recording_stamp *stamp, const struct AVPacket *packet);

#endif
