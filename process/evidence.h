// evidence.h: where lesions are, by a small convolutional network.
//
// It sees the ratio in cells of 4 x 4 grid pixels, a quarter of each by itself, with how
// steep the finest steps in the cell are (what lies on the surface has sharper edges
// than light out of tissue), how many pixels are known and how many saturated. Down to
// cells sixteen times as large and up again (Ronneberger 2015, MICCAI 234), by channels
// and by places apart (Howard 2017, arXiv:1704.04861), it says of each double cell what
// the log odds are that a lesion's centre lies there, where in it, and of what size.
// A rim of which half is seen, is cut or runs into another has a centre as well.
//
// All numbers are integers: the same in every build. Weights are fitted on phantoms by
// bench/evidence.py.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_EVIDENCE_H
#define RIM_PROCESS_EVIDENCE_H

#include "base/err.h"
#include "process/candidate.h"
#include "process/pyramid.h"

#include <stddef.h>
#include <stdint.h>

#define RIM_EVIDENCE_LEVELS 5 // cells of 4, 8, 16, 32, 64 grid pixels

// Channels by twos; zeros around, so that rows and columns beyond can be read.
typedef struct rim_signal {
    int width, height, pairs;
    ptrdiff_t stride, row; // elements between pairs, between rows
    int16_t *held, *at;    // at: the first place
} rim_signal;

typedef struct rim_layer {
    const int16_t *weight;
    const int32_t *bias;
    int pairs, outs, shift; // outs 0: 3 x 3 places of each channel by itself
} rim_layer;

#define RIM_EVIDENCE_LAYERS 31

typedef struct rim_evidence {
    const rim_pyramid *pyramid;
    rim_layer layer[RIM_EVIDENCE_LAYERS];
    rim_signal seen, stem;
    rim_signal level[RIM_EVIDENCE_LEVELS], other[RIM_EVIDENCE_LEVELS]; // from 1 on
    rim_signal
        answer;       // of level 1: log odds Q8 and columns off; rows off, log2 of size
    rim_signal some;  // scratch: some rows of any level
    int16_t *odds;    // those of `answer` alone
    int16_t *nothing; // a row that is lower than all
    int16_t *zeros;   // a row of grid pixels that are not known
    uint16_t *at;     // peaks of a row
} rim_evidence;

// What the network says of a place and a size.
typedef struct rim_opinion {
    double odds; // most log odds (natural) of a centre there
    double off;  // distance of that centre, in radii
    double size; // its radius over this, log2
} rim_opinion;

RIM_NODISCARD rim_err rim_evidence_init(rim_evidence *e, const rim_pyramid *pyramid);
void rim_evidence_uninit(rim_evidence *e);
// ratio, valid, saturated: [grid]; the pyramid is of this ratio. Adds to `out`, best
// first; their score is the log odds (natural) in Q8.
void rim_evidence_find(rim_evidence *e, const int16_t *ratio, const uint8_t *valid,
                       const uint8_t *saturated, rim_candidates *out);
// Of the same frame. x, y, radius: grid pixels.
rim_opinion rim_evidence_of(const rim_evidence *e, double x, double y, double radius);

#endif
