// ellipse.h: the ellipse through what is seen of an outline.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_ELLIPSE_H
#define RIM_PROCESS_ELLIPSE_H

#include "base/result.h"

#include <stdbool.h>

#define RIM_ELLIPSE_POINTS 64

// Least squares of the distances along rays from the centre, by Gauss-Newton from the
// circle `guess` (radius a); points that lie far off the ellipse lose their weight
// (Geman and McClure 1987). Where little of the outline is seen, what the points leave
// open is near the guess's place and size, and round. miss[i] becomes the point's
// distance from the ellipse, outwards. False: fewer than 4 points with weight, or no
// ellipse within 2.5 radii of the guess. count: up to RIM_ELLIPSE_POINTS.
bool rim_ellipse_fit(rim_ellipse *e, double *miss, const rim_point *point,
                     const double *weight, int count, const rim_ellipse *guess);

// 1 / r^2 = xx dx^2 + xy dx dy + yy dy^2 in the direction (dx, dy) from the centre.
typedef struct rim_ellipse_form {
    double xx, xy, yy;
} rim_ellipse_form;
rim_ellipse_form rim_ellipse_form_of(const rim_ellipse *e);

// Distance from the centre to the ellipse in the direction of (dx, dy), a unit vector.
double rim_ellipse_radius(const rim_ellipse_form *f, double dx, double dy);

#endif
