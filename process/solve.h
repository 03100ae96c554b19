// solve.h: small systems of equations. Pure, any thread.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_SOLVE_H
#define RIM_PROCESS_SOLVE_H

#include <stdbool.h>

// Solves m x = v for a symmetric positive definite m[n][n] of which the diagonal and
// what is right of it are read; x replaces v, m is destroyed. False where m is
// singular; v is then spoiled.
bool rim_solve(double *m, double *v, int n);

#endif
