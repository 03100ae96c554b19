// exact.h: exp, log, sin, cos that give the same bits on every machine.
//
// libm may differ in the last digit from one system to the next; a phantom must
// not. These use only +, -, *, /, sqrt, floor, frexp and ldexp, which IEEE 754
// fixes (the build forbids fused multiply-add). Relative error below 1e-14 for
// the arguments a scene has: |x| < 700 for exp, |x| < 1e6 for sin and cos.
// Pure functions, any thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_PHANTOM_EXACT_H
#define RIM_PHANTOM_EXACT_H

#define RIM_PI 3.14159265358979323846

double rim_exact_exp(double x);
double rim_exact_log(double x); // x > 0
double rim_exact_sin(double x);
double rim_exact_cos(double x);
double rim_exact_pow(double x, double y);   // x > 0
double rim_exact_atan2(double y, double x); // -pi..pi, 0 for (0, 0)

#endif
