// glow.h: the background under lesions, less the glow of all of them.
//
// What a lesion sends out reaches far beyond its outline and, where lesions are bright
// or many, lifts all that is seen between them: a background that is taken from the
// surroundings is too high, a signal over background too low. Beyond the outline, where
// the excess is half of its peak, the glow at a distance d is taken to be
//
//     excess h(d),   h(d) = 1/2 exp(-d / 5 mm) / (1 + d / 1 mm)
//
// (Farrell 1992: an exponential over the distance; 5 mm is 1 / mu_eff of liver with
// little blood). The glow of all lesions at 8 to 13 mm around one, where the background
// was seen, is taken off. Where the light itself, less glow, comes down much further
// within that distance, it is believed instead.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_GLOW_H
#define RIM_PROCESS_GLOW_H

#include "process/grid.h"
#include "process/outline.h"

#define RIM_GLOWS_MAX 64

// One lesion: light above black, in the units of `light` below.
typedef struct rim_glow {
    const rim_spot *spot;
    double peak;
    double background; // in: as seen from around; out: without glow
} rim_glow;

// glow: those that shine most first are better told apart; up to RIM_GLOWS_MAX. light,
// valid: [grid], light with nothing added. Nothing is done where the pitch is not known.
void rim_glow_remove(rim_glow *glow, int count, const rim_grid *grid,
                     const uint16_t *light, const uint8_t *valid);

#endif
