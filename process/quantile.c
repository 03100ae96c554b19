// quantile.c: by exchange (Hoare 1961, CACM 4:321) and by counting.
// SPDX-License-Identifier: MIT
#include "process/quantile.h"

#include <string.h>

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

// Eight values at a time, on any machine (a GCC and Clang extension).
enum { LANES = 8 };
typedef int16_t lanes __attribute__((vector_size(LANES * sizeof(int16_t))));

static inline lanes load(const int16_t *v)
{
    lanes x;
    memcpy(&x, v, sizeof x);
    return x;
}

// How many of n values (a multiple of LANES) and of the tail lie at or below `most`.
static inline int count_to(const int16_t *v, int n, lanes tail, int16_t most)
{
    const lanes limit = most - (lanes){0};
    lanes count = tail <= limit; // -1 each
    for (int i = 0; i < n; i += LANES)
        count += load(v + i) <= limit;
    uint64_t pair[2];
    count = -count;
    memcpy(pair, &count, sizeof pair);
    return (int)((pair[0] + pair[1]) * UINT64_C(0x0001000100010001) >> 48);
}

// Counting never branches on a value, so halving the range is faster than moving
// values about.
int rim_quantile_i16(const int16_t *v, int n, double part)
{
    const int k = (int)(part * (n - 1) + 0.5), whole = n / LANES * LANES;
    lanes tail = INT16_MAX - (lanes){0};
    memcpy(&tail, v + whole, (size_t)(n - whole) * sizeof *v);
    int low = v[0], high = v[0];
    for (int i = 1; i < n; i++) {
        low = v[i] < low ? v[i] : low;
        high = v[i] > high ? v[i] : high;
    }
    while (low < high) { // the least value with more than k that are not above it
        const int middle = (low + high) >> 1;
        if (count_to(v, whole, tail, (int16_t)middle) > k)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
