// quantile.c: Hoare's selection, for two types.
// SPDX-License-Identifier: MIT
#include "process/quantile.h"

#define SELECT(type)                                                                   \
    const int k = (int)(part * (n - 1) + 0.5);                                         \
    int low = 0, high = n - 1;                                                         \
    while (low < high) {                                                               \
        const type pivot = v[k];                                                       \
        int i = low, j = high;                                                         \
        while (i <= j) {                                                               \
            while (v[i] < pivot)                                                       \
                i++;                                                                   \
            while (v[j] > pivot)                                                       \
                j--;                                                                   \
            if (i <= j) {                                                              \
                const type swap = v[i];                                                \
                v[i++] = v[j];                                                         \
                v[j--] = swap;                                                         \
            }                                                                          \
        }                                                                              \
        if (j < k)                                                                     \
            low = i;                                                                   \
        if (i > k)                                                                     \
            high = j;                                                                  \
    }                                                                                  \
    return v[k]

double rim_quantile(double *v, int n, double part)
{
    SELECT(double);
}

int rim_quantile_i16(int16_t *v, int n, double part)
{
    SELECT(int16_t);
}
