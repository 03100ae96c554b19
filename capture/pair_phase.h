// pair_phase.h: which frames of one camera are NIR and which visible, where the two
// lights take turns.
//
// The two kinds differ in what they show; frames of one kind resemble each other.
// Small pictures of even and odd frames are averaged; when the two averages are
// clearly apart, the darker (or, if so told, the brighter) is NIR. From then on each
// frame is checked against both: one that looks like the other kind is not used, and
// when several in a row do (a frame was lost that nobody counted), the turn is
// taken to have shifted; lights that no longer take turns are learnt anew. Plain data, no memory; one thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_CAPTURE_PAIR_PHASE_H
#define RIM_CAPTURE_PAIR_PHASE_H

#include "capture/unpack.h"

typedef enum rim_light {
    RIM_LIGHT_UNKNOWN = 0, // not to be used
    RIM_LIGHT_NIR,
    RIM_LIGHT_VISIBLE,
} rim_light;

typedef struct rim_phase {
    bool nir_is_bright;
    bool locked;
    int nir_parity;  // of frame numbers, once locked
    int seen[2];     // frames of each parity averaged so far
    int misses;      // frames in a row that looked like the other kind
    int refused[2];  // frames of a parity in a row that did not fit it
    uint32_t shifts; // times that the turn shifted
    // Averages of each parity, and the mean distance of frames to their own.
    uint16_t mean[2][RIM_THUMB_SIDE * RIM_THUMB_SIDE];
    uint32_t spread[2];
} rim_phase;

void rim_phase_init(rim_phase *p, bool nir_is_bright);
// What frame `seq` is. Its number counts lost frames as far as they are known.
rim_light rim_phase_tell(rim_phase *p, uint64_t seq,
                         const uint16_t thumb[RIM_THUMB_SIDE * RIM_THUMB_SIDE]);

#endif
