// rays_c.c: what process/outline does with the samples of a ray.
// SPDX-License-Identifier: MIT
#include "process/kernels/kernels.h"

#include <string.h>

static inline int clamp(int v, int most)
{
    return v > most ? most : v < -most ? -most : v;
}

// How much the ray falls from up to l[0] to after it, Q8: a factor of two is as good
// as any.
static inline int fall_at(const int16_t *l, int side)
{
    if (side == 1)
        return clamp((l[0] - l[1]) >> 2, 256);
    if (side == 2)
        return clamp((l[0] + l[-1] - l[1] - l[2]) >> 3, 256);
    return clamp((l[0] + l[-1] + l[-2] + l[-3] - l[1] - l[2] - l[3] - l[4]) >> 4, 256);
}

void rim_path_row_c(int16_t *next, const int16_t *before, const int16_t *log,
                    uint64_t known, int side, int bend, int low, int high)
{
    for (int k = low; k <= high; k++) {
        const int16_t *b = before + k;
        const int far = (b[-2] > b[2] ? b[-2] : b[2]) - 4 * bend;
        const int near = (b[-1] > b[1] ? b[-1] : b[1]) - bend;
        const int bent = far > near ? far : near;
        const int edge = known >> k & 1 ? fall_at(log + k, side) : 0;
        next[k] = (int16_t)((bent > b[0] ? bent : b[0]) + edge);
    }
}

uint64_t rim_below_row_c(const int16_t *v, int level, int n)
{
    uint64_t below = 0;
    for (int k = 0; k < n; k++)
        below |= (uint64_t)(v[k] < level) << k;
    return below;
}

int rim_highest_row_c(const int16_t *v, int n)
{
    int most = v[0];
    for (int k = 1; k < n; k++)
        most = v[k] > most ? v[k] : most;
    return most;
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
int rim_rank_row_c(const int16_t *v, int n, int rank)
{
    const int whole = n / LANES * LANES;
    lanes tail = INT16_MAX - (lanes){0};
    memcpy(&tail, v + whole, (size_t)(n - whole) * sizeof *v);
    int low = v[0], high = v[0];
    for (int i = 1; i < n; i++) {
        low = v[i] < low ? v[i] : low;
        high = v[i] > high ? v[i] : high;
    }
    while (low < high) { // the least value with more than `rank` that are not above it
        const int middle = (low + high) >> 1;
        if (count_to(v, whole, tail, (int16_t)middle) > rank)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
