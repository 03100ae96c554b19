// quantile.h: the value with a given part of all others below it.
//
// Selection in place without memory of its own (Hoare 1961, CACM 4:321).
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_QUANTILE_H
#define RIM_PROCESS_QUANTILE_H

#include <stdint.h>

// The value with `part` (0..1) of the n > 0 values below it; puts them in another order.
double rim_quantile(double *v, int n, double part);
int rim_quantile_i16(int16_t *v, int n, double part);

#endif
