// fixed.h: logarithm and power of two in fixed point, the same bits everywhere.
//
// Ratios of light are differences of logarithms: an illumination that is twice as
// bright adds 1024 to a Q10 logarithm, wherever the pixel lies. Tables are built
// once with integers only. Read-only after rim_fixed_init(); any thread may read.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_FIXED_H
#define RIM_PROCESS_FIXED_H

#include <stdint.h>

#define RIM_LOG2_ONE 1024 // Q10

// Range of a logarithmic ratio that rim_exp2_q8() takes: 2^-2 .. 2^6.
#define RIM_RATIO_MIN (-2 * RIM_LOG2_ONE)
#define RIM_RATIO_MAX (6 * RIM_LOG2_ONE)

// log2(v) in Q10 for v = 1..2^20, within 1/1024; 0 for v < 1.
int rim_log2_q10(uint32_t v);
// 2^(e / 1024) in Q8 for e in RIM_RATIO_MIN..RIM_RATIO_MAX (clamped).
int rim_exp2_q8(int e_q10);
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
