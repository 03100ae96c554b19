// quantile.c: by parting (Hoare 1961, CACM 4:321); by counting: kernels/rays_c.c.
// SPDX-License-Identifier: MIT
#include "process/quantile.h"

static int rank_of(int n, double part)
{
    return (int)(part * (n - 1) + 0.5);
}

// Parts v[low .. high] about the value in its middle: those below it first, then all that
// are alike, then the others. Every value moves, so that nothing depends on a branch that
// nobody can foresee. Returns where the alike begin; *end is where they end.
static int part_about(double *v, int low, int high, int *end)
{
    const double pivot = v[(low + high) / 2];
    int below = low;
    for (int i = low; i <= high; i++) {
        const double x = v[i];
        v[i] = v[below];
        v[below] = x;
        below += x < pivot;
    }
    int alike = below;
    for (int i = below; i <= high; i++) {
        const double x = v[i];
        v[i] = v[alike];
        v[alike] = x;
        alike += !(x > pivot); // the pivot too where it is no number
    }
    *end = alike;
    return below;
}

double rim_quantile(double *v, int n, double part)
{
    const int k = rank_of(n, part);
    int low = 0, high = n - 1;
    while (low < high) {
        int end;
        const int below = part_about(v, low, high, &end);
        if (k < below)
            high = below - 1;
        else if (k >= end)
            low = end;
        else
            break;
    }
    return v[k];
}

int rim_quantile_i16(const rim_process_kernels *kernels, const int16_t *v, int n,
                     double part)
{
    return kernels->rank_row(v, n, rank_of(n, part));
}
