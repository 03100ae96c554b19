// recording.h: how a recording carries what Matroska has no field for.
//
// - The global tag RIM_RECORDING_TAG holds a JSON object, see rim_recorder.
// - Each block carries its frame's number and time in nanoseconds, 16 bytes, big
//   endian, as block addition 1: Matroska's own time stamps count milliseconds.
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

RIM_NODISCARD rim_err rim_recording_stamp_put(struct AVPacket *packet, uint64_t seq,
                                              int64_t t_ns);
// False: the packet carries none.
bool rim_recording_stamp_get(uint64_t *seq, int64_t *t_ns,
                             const struct AVPacket *packet);

#endif
