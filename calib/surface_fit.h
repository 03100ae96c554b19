// surface_fit.h: a polynomial surface through weighted samples.
// SPDX-License-Identifier: MIT
#ifndef RIM_CALIB_SURFACE_FIT_H
#define RIM_CALIB_SURFACE_FIT_H

#include "base/err.h"

#include <stdbool.h>

enum { RIM_SURFACE_DEGREE = 6, RIM_SURFACE_TERMS = 28 };

typedef struct rim_surface_sample {
    double x, y; // -1..1
    double value, weight;
} rim_surface_sample;

// Least squares of Chebyshev products T_i(x) T_j(y), i + j <= RIM_SURFACE_DEGREE.
// false: too few samples to tell the terms apart.
bool rim_surface_fit(double term[RIM_SURFACE_TERMS], const rim_surface_sample *sample,
                     int count);
double rim_surface_value(const double term[RIM_SURFACE_TERMS], double x, double y);

#endif
