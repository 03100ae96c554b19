// canvas.h: brushes and noise for painting a scene. Internal to phantom/.
// SPDX-License-Identifier: MIT
#ifndef RIM_PHANTOM_CANVAS_H
#define RIM_PHANTOM_CANVAS_H

#include "phantom/scene.h"

// Smooth noise, mostly within -1..1, features one unit apart.
double rim_noise(uint64_t seed, double x, double y);
// The sum of ever finer ones, each half as strong: mostly within -1..1.
double rim_fractal(uint64_t seed, double x, double y, int octaves);
// 0 up to lo, 1 from hi on, smooth between.
double rim_step(double x, double lo, double hi);
// map = max(map, strength) along a line, fading over soft_mm.
void rim_brush_line(const rim_canvas *c, float *map, const rim_segment *s,
                    double soft_mm, double strength);

#endif
