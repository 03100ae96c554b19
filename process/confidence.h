// confidence.h: how likely a spot is a lesion.
//
// A network of one small hidden layer on what physics says tells lesions apart:
// contrast, closed fall on all sides, an edge no sharper than light in tissue allows, a
// smooth outline. Its weights are fitted on phantoms by bench/confidence.py;
// docs/algorithm.md lists the features; rimlight evaluate prints how well the number is
// calibrated. What lies on a cut surface is weighed by finding.h.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_CONFIDENCE_H
#define RIM_PROCESS_CONFIDENCE_H

#include "process/grid.h"
#include "process/outline.h"

#define RIM_FEATURES 25

// f[0] is 1. Every feature is finite and about -3..3.
void rim_confidence_features(double f[RIM_FEATURES], const rim_spot *spot,
                             const rim_grid *grid);
// Log odds (natural) of the spot being a lesion, from one frame.
double rim_confidence_lesion(const double f[RIM_FEATURES]);
// Log odds to a probability 0..1.
double rim_confidence_of(double log_odds);

#endif
