// solve.c: elimination without pivoting, which positive definite systems allow.
// SPDX-License-Identifier: MIT
#include "process/solve.h"

bool rim_solve(double *m, double *v, int n)
{
    for (int i = 0; i < n; i++) {
        const double *row = m + i * n;
        if (!(row[i] > 1e-9))
            return false;
        for (int j = i + 1; j < n; j++) {
            const double f = row[j] / row[i];
            for (int k = j; k < n; k++)
                m[j * n + k] -= f * row[k];
            v[j] -= f * v[i];
        }
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++)
            v[i] -= m[i * n + k] * v[k];
        v[i] /= m[i * n + i];
    }
    return true;
}
