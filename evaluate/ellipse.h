// ellipse.h: how far two outlines lie apart and how much they share.
//
// Internal to evaluate/. Lengths in px, angles in degrees from x towards y. An
// ellipse without an area (a or b not above 0, NAN) shares nothing with others; an
// angle of NAN counts as 0.
// SPDX-License-Identifier: MIT
#ifndef RIM_EVALUATE_ELLIPSE_H
#define RIM_EVALUATE_ELLIPSE_H

#include "base/result.h"

// Intersection over union of the filled ellipses, 0..1.
double rim_ellipse_iou(const rim_ellipse *p, const rim_ellipse *q);
// Twice the intersection over the sum of the areas, 0..1.
double rim_ellipse_dice(const rim_ellipse *p, const rim_ellipse *q);
// The same of the rings that lie inside the ellipses, pw and qw px wide.
double rim_ring_dice(const rim_ellipse *p, double pw, const rim_ellipse *q, double qw);
// Mean distance, along the contour, from each contour to the nearest point of the
// other; the mean of both directions. NAN without an area.
double rim_ellipse_distance(const rim_ellipse *p, const rim_ellipse *q);

#endif
