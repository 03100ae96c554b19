// glints.h: what is too bright and too narrow to be light out of tissue.
//
// A highlight or a cut duct is as sharp as the lens, and stands in light that knows
// nothing of it. A residual just under the surface can be as narrow, but what of its light
// was scattered lies around it: a halo that falls off over millimetres (finding.h).
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_GLINTS_H
#define RIM_PROCESS_GLINTS_H

#include "process/wound.h"

// Half the side of the square that what is too narrow cannot hold.
#define RIM_GLINT_MM 0.8

// Takes glints and their edges out of the tissue; fills w->fine. w->planes is made for
// RIM_GLINT_MM at least.
void rim_glints_drop(rim_wound *w);

#endif
