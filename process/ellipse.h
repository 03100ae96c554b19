// ellipse.h: the ellipse through points of an outline.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_ELLIPSE_H
#define RIM_PROCESS_ELLIPSE_H

#include "base/result.h"

#include <stdbool.h>

// Direct least squares (Fitzgibbon, Pilu, Fisher 1999, PAMI 21:476, in the stable
// form of Halir and Flusser 1998). weight may hold zeros. False: fewer than 6 points
// with weight, or no ellipse fits.
bool rim_ellipse_fit(rim_ellipse *e, const rim_point *point, const double *weight,
                     int count);

// Distance from the centre to the ellipse in the direction of (dx, dy), a unit vector.
double rim_ellipse_radius(const rim_ellipse *e, double dx, double dy);

#endif
