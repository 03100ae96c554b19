// geometry.h: lines of a picture made of what results say of NIR pixels.
//
// Doubles are used with +, -, *, / and the square root only, so that points come out
// the same on every machine.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_GEOMETRY_H
#define RIM_RENDER_GEOMETRY_H

#include "base/result.h"
#include "render/pane.h"

enum { RIM_LINE_MAX = 160 }; // corners; at least RIM_OUTLINE_MAX

double rim_sine_deg(double degrees);

// An ellipse (NIR pixels, degrees) as a closed line in the pane. Returns its corners;
// 0: not finite, or not to be seen from here.
int rim_line_ellipse(rim_pt p[RIM_LINE_MAX], const rim_pane *pane, double x, double y,
                     double a, double b, double angle);
// A closed outline of in->count corners. False: fewer than 3, or as above.
bool rim_line_outline(rim_pt p[RIM_LINE_MAX], const rim_pane *pane,
                      const rim_outline *in);

// The pixels that the corners lie on. count >= 1.
rim_rect rim_line_box(const rim_pt *p, int count);
// Is any of the box on the pane?
bool rim_line_seen(const rim_pane *pane, rim_rect box);
// The corner nearest to `from`.
rim_pt rim_line_nearest(const rim_pt *p, int count, rim_pt from);
// The point of r nearest to `to`.
rim_pt rim_rect_edge(rim_rect r, rim_pt to);
rim_pt rim_rect_center(rim_rect r);

#endif
