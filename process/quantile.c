// quantile.c: by exchange (Hoare 1961, CACM 4:321); by counting: kernels/rays_c.c.
// SPDX-License-Identifier: MIT
#include "process/quantile.h"

static int rank_of(int n, double part)
{
    return (int)(part * (n - 1) + 0.5);
}

double rim_quantile(double *v, int n, double part)
{
    const int k = rank_of(n, part);
    int low = 0, high = n - 1;
    while (low < high) {
        const double pivot = v[k];
        int i = low, j = high;
        while (i <= j) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i <= j) {
                const double swap = v[i];
                v[i++] = v[j];
                v[j--] = swap;
            }
        }
        if (j < k)
            low = i;
        if (i > k)
            high = j;
    }
    return v[k];
}

int rim_quantile_i16(const rim_process_kernels *kernels, const int16_t *v, int n,
                     double part)
{
    return kernels->rank_row(v, n, rank_of(n, part));
}
