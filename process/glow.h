// glow.h: the background under lesions, less the glow of all of them.
//
// What a lesion sends out reaches far beyond its outline and, where lesions are bright
// or many, lifts all that is seen between them: a background that is taken from the
// surroundings is too high, a signal over background too low. So the light of the liver
// and the glow are fitted to the whole frame together, in log2 of light:
//
//     L(x, y) = Q(x, y) + log2(1 + sum of C h(d)),   C = 2^(peak - background) - 1
//     h(d) = 1/2 exp(-d / l) / (1 + (d / 1.1 w)^1.75)
//
// Q is a robust quadratic, as in background.h; d the distance beyond a lesion's outline,
// where its excess is half of its peak; w the width of its edge (from 75 % to 25 %), which
// is the wider the deeper it lies; l = 3.9, 4.7 and 6.4 mm in liver with 15, 10 and 5 %
// of blood, weighed by how well each explains the frame. h is within some 20 % of the
// diffusion formula (Farrell 1992, phantom/optics.h) for tops of -1 to 4.5 mm and radii of
// 2 to 10 mm, out to 16 mm.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_GLOW_H
#define RIM_PROCESS_GLOW_H

#include "process/background.h"
#include "process/outline.h"

#define RIM_GLOWS_MAX 64

// One lesion. Levels are log2 of light as rim_background has them.
typedef struct rim_glow {
    const rim_spot *spot;
    double peak;
    double background; // in: as seen from around; out: without glow
} rim_glow;

// glow: those that shine most first are better told apart; up to RIM_GLOWS_MAX.
void rim_glow_remove(rim_glow *glow, int count, const rim_background *model);

#endif
