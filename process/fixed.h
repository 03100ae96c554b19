// fixed.h: logarithm, power and angles, the same bits everywhere.
//
// Ratios of light are differences of logarithms: an illumination that is twice as
// bright adds 1024 to a Q10 logarithm, wherever the pixel lies.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_FIXED_H
#define RIM_PROCESS_FIXED_H

#define RIM_LOG2_ONE 1024 // Q10

// Range of a logarithmic ratio: 2^-2 .. 2^6.
#define RIM_RATIO_MIN (-2 * RIM_LOG2_ONE)
#define RIM_RATIO_MAX (6 * RIM_LOG2_ONE)

// 2^x for |x| < 60 and log2(x) for x > 0 in double, from +, * and / alone (relative
// error under 1e-12): what the C library gives differs between machines.
double rim_exp2(double x);
double rim_log2(double x);
// v within low..high; NAN becomes low.
double rim_clip(double v, double low, double high);
// Angle of (x, y) from x towards y in radians, -pi..pi, error under 1e-9.
double rim_atan2(double y, double x);
// sin and cos of 2 pi i / n.
void rim_turn(double *s, double *c, int i, int n);

#endif
