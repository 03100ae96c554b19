// quantile.h: the value with a given part of all others below it.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_QUANTILE_H
#define RIM_PROCESS_QUANTILE_H

#include "process/kernels/kernels.h"

// The value with `part` (0..1) of the n > 0 values below it; puts them in another order.
double rim_quantile(double *v, int n, double part);
// The same of up to 32752 values, which stay where they are; up to the next multiple of
// 16 can be read.
int rim_quantile_i16(const rim_process_kernels *kernels, const int16_t *v, int n,
                     double part);

#endif
