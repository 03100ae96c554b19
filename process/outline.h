// outline.h: the outline of one candidate, by rays from its centre.
//
// Along each ray the signal is T = 2^ratio, in units of the background model. A
// closed path of steepest outward fall is found by dynamic programming (on log T, so
// that a faint side counts as much as a bright one); on each ray the outline is then
// where T has come down to half way between its peak and the local background, as
// the report defines it, between two samples. A ray stands out where that fall is
// real: deep enough against the lesion's own and against the noise.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_OUTLINE_H
#define RIM_PROCESS_OUTLINE_H

#include "process/candidate.h"
#include "process/outline_scene.h"

#include <stdbool.h>
#include <stdint.h>

// What the rays of one place say. Lengths in grid pixels unless named.
typedef struct rim_spot {
    double x, y, a, b, angle; // ellipse, angle in degrees
    double sbr;               // peak over local background
    double peak, background;  // in T
    double spread;            // robust deviation of T around, in T
    double core;              // T at the centre
    double inner;             // median over rays of the lowest T inside
    double coverage;          // part of the outline that stands out, 0..1
    double ring;              // part of it that is a ring, higher than the core, 0..1
    double rim_width;         // median; NAN
    double rough;             // rms distance of outline and ellipse over radius
    double edge_mm;           // median width of the outer edge
    double cut;               // part of rays that are cut, 0..1
    double crowd;             // part of the surroundings brighter than half way
    double weakest;           // lowest fall over an eighth of the outline, over median
    double saturated;         // part of the inside at full scale
    double grain;             // fine texture inside over contrast
    double patchy;            // variation of the peak along the outline
    uint64_t stands_out;      // bit i: ray i does
    double outline[RIM_RAYS]; // radius from (x, y) every 1/RIM_RAYS turn from x to y;
                              // the ellipse's where the ray does not stand out
} rim_spot;

// Moves the candidate to the middle of the outline seen from it by a few rays, gives it
// the outline's radius, and says what it promises. False where there is no outline.
bool rim_outline_centre(rim_candidate *c, const rim_scene *scene);
// Measures a candidate whose centre and radius have settled. False likewise.
bool rim_outline_fit(rim_spot *spot, const rim_scene *scene, const rim_candidate *c);

#endif
