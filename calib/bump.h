// bump.h: do the two pictures still lie upon each other? A look at the edges that both
// cameras see, every few frames, while the program runs.
//
// What shines is not what is seen in white light, but instruments, folds, blood, gauze
// and the edge of the liver are edges in both. Where edges lie and which way they run
// is compared, not how strong they are or which side is brighter (after Haber and
// Modersitzki 2006, normalized gradient fields):
//
//     v = (cos 2a, sin 2a) g^2 / (g^2 + e^2)      a, g: direction and strength of the
//     score(d) = sum over edges p of v_NIR(p) . v_visible(p + d)     edge, after the
//                                                 smooth part of the light is taken off
//
// Edges that only one camera sees run in any direction against the other's and add up
// to nothing. Scores of some seconds are added, since tissue moves but cameras do not;
// the shift d of the peak that is highest above the scores around it is that of the
// pictures, if it stands out. (Above those around it: a large bright thing agrees a
// little at many shifts.) The rim of a round field of view, which stays where it is
// when a scope is bumped, is left out.
//
// Integer; nothing is allocated after creation. One thread owns a bump.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_BUMP_H
#define RIM_CALIB_BUMP_H

#include "base/err.h"
#include "calib/pair_grid.h"

#include <stdbool.h>

typedef struct rim_bump rim_bump;

// By how much the visible picture lies beside where the calibration expects it.
typedef struct rim_bump_state {
    bool known;      // enough edges in both pictures
    double dx, dy;   // NIR pixels
    double shift_px; // their length
    double contrast; // of the peak, in standard deviations of all other shifts
    bool bumped;     // beyond the limit, three looks in a row
} rim_bump_state;

// limit_px: NIR pixels that are no bump. `g` is borrowed. RIM_ERR_MEMORY, logged.
RIM_NODISCARD rim_err rim_bump_create(rim_bump **out, const rim_pair_grid *g,
                                      double limit_px);
void rim_bump_destroy(rim_bump **b);

// A look is taken in RIM_BUMP_STEPS steps of like cost, to be spread over as many
// frames: step 0 takes in what `g` holds, which must stay until after step 1; the last
// one judges.
enum { RIM_BUMP_STEPS = 7 };
void rim_bump_step(rim_bump *b, int step);
const rim_bump_state *rim_bump_get(const rim_bump *b);

#endif
