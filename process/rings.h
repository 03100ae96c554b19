// rings.h: large rings, whole or broken, by the votes of ridge pixels.
//
// A rim is a ridge of the ratio. Each ridge pixel votes for centres along its
// normal, on both sides, at radii of 2.4 to 30 mm (cf. radial symmetry, Loy and
// Zelinsky 2003, PAMI 25:959). Votes are counted in bins of place and radius and
// held against the number that a whole ring of that radius would give, so a broken
// ring of any size stands out by the part of it that is there.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_RINGS_H
#define RIM_PROCESS_RINGS_H

#include "base/err.h"
#include "process/candidate.h"
#include "process/pyramid.h"

#define RIM_RING_RADII 12 // bins, each 1.25 times the one before

typedef struct rim_rings {
    const rim_pyramid *pyramid;
    int width, height;   // of the vote planes: pyramid level 1
    int stride;          // of the votes, which a margin of zeros keeps apart
    int16_t *smooth;     // level 0, lightly smoothed
    int16_t *line;       // scratch for that
    rim_ridge *ridge;    // of a row of level 0
    rim_ridge *voter[2]; // those of them that vote, by whether x + y is odd
    int16_t *votes;      // [radii][height][stride], a margin before and after
    int16_t *rows, *sum; // scratch, of one vote plane; more rows behind or before
    int16_t *zeros;      // a row of votes with its margins
    int16_t *nothing;    // a row that is lower than all
    uint16_t *at;        // peaks of a row
    rim_vote_way way[2]; // of ridges where x + y is even, for all radii, and odd
} rim_rings;

RIM_NODISCARD rim_err rim_rings_init(rim_rings *r, const rim_pyramid *pyramid);
void rim_rings_uninit(rim_rings *r);
// Adds to `out`.
void rim_rings_find(rim_rings *r, rim_candidates *out);

#endif
