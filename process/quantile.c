// quantile.c: by exchange (Hoare 1961, CACM 4:321) and by counting.
// SPDX-License-Identifier: MIT
#include "process/quantile.h"

double rim_quantile(double *v, int n, double part)
{
    const int k = (int)(part * (n - 1) + 0.5);
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

// Counting takes many values at a time and never branches on them, so halving the
// range is faster than moving them about.
int rim_quantile_i16(const int16_t *v, int n, double part)
{
    const int k = (int)(part * (n - 1) + 0.5);
    int16_t low = v[0], high = v[0];
    for (int i = 1; i < n; i++) {
        low = v[i] < low ? v[i] : low;
        high = v[i] > high ? v[i] : high;
    }
    while (low < high) { // the least value with more than k that are not above it
        const int16_t middle = (int16_t)((low + high) >> 1);
        int16_t count = 0;
        for (int i = 0; i < n; i++)
            count = (int16_t)(count + (v[i] <= middle));
        if (count > k)
            high = middle;
        else
            low = (int16_t)(middle + 1);
    }
    return low;
}
