// camera_sequence.h: numbers frames of a camera, and counts those that are lost.
//
// A driver counts frames in 32 bits that wrap, and starts anew when the camera
// was unplugged; some drivers do not count at all. Numbers here only ever rise: a
// gap is as long as the driver says where its count can be true, else as long as
// the time that passed. Plain data, no memory.
// SPDX-License-Identifier: MIT
#ifndef RIM_CAPTURE_CAMERA_SEQUENCE_H
#define RIM_CAPTURE_CAMERA_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct rim_sequence {
    uint64_t number;      // of the last frame
    uint64_t lost;        // in all
    int64_t interval_ns;  // between frames, measured; 0: not known
    int64_t captured_ns;  // of the last frame
    uint32_t driver;      // its number at the driver
    bool started;         // there was a frame
    bool restarted;       // the driver's count starts anew with the next frame
    uint32_t since_start; // frames since then
} rim_sequence;

// interval_ns: what the driver promises; 0: not known.
void rim_sequence_init(rim_sequence *s, int64_t interval_ns);
// The stream was set up anew: the driver's next number means nothing.
void rim_sequence_restart(rim_sequence *s);
// Takes the next frame; s->number becomes its number. Returns the frames lost
// between the one before and this.
uint32_t rim_sequence_next(rim_sequence *s, uint32_t driver, int64_t captured_ns);

#endif
