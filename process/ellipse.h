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

// 1 / r^2 = xx dx^2 + xy dx dy + yy dy^2 in the direction (dx, dy) from the centre.
typedef struct rim_ellipse_form {
    double xx, xy, yy;
} rim_ellipse_form;
rim_ellipse_form rim_ellipse_form_of(const rim_ellipse *e);

// Distance from the centre to the ellipse in the direction of (dx, dy), a unit vector.
double rim_ellipse_radius(const rim_ellipse_form *f, double dx, double dy);

#endif
