// outline_path.c: the closed path of steepest outward fall, by dynamic programming.
//
// Edges are Q8 and sums int16: a kernel takes eight or sixteen radii at a time.
// SPDX-License-Identifier: MIT
#include "process/outline_rays.h"

#define SIDE_MM 0.6 // over which the inside and outside of an edge are averaged
#define SWING   2   // samples that the path moves from ray to ray, at most
#define BEND    6   // Q8, times the square of that move
#define NEVER   (-16000)

// Samples on either side of an edge: 1, 2 or 4.
static int side_of(const rim_rays *r)
{
    const double side = SIDE_MM / r->scene->grid->mm / r->step;
    return side < 1.5 ? 1 : side < 3.0 ? 2 : 4;
}

// Edges of which all is known.
static uint64_t known_edges(const rim_rays *r, int ray, int side)
{
    const uint64_t valid = r->valid[ray];
    if (valid == UINT64_MAX >> (64 - r->steps))
        return UINT64_MAX;
    uint64_t known = valid;
    for (int j = 1; j <= side; j++)
        known &= valid >> j & (j < side ? valid << j : UINT64_MAX);
    return known;
}

void rim_rays_find_path(rim_rays *r)
{
    enum {
        LAPS = RIM_RAYS + RIM_RAYS / 2,
        ROW = SWING + RIM_STEPS + RIM_BLOCK + SWING
    };
    int16_t best[LAPS + 1][ROW]; // [ray][SWING + sample]
    const int side = side_of(r), laps = r->count + r->count / 2;
    // Radii within 0.45 to 1.75 of the candidate's, with both sides of an edge there.
    int low = (int)(0.45 * r->radius), high = (int)(1.75 * r->radius);
    low = low < side ? side : low;
    high = high > r->steps - 1 - side ? r->steps - 1 - side : high;
    for (int k = 0; k < ROW; k++)
        best[0][k] = k >= low + SWING && k <= high + SWING ? 0 : NEVER;
    for (int i = 0; i < laps; i++) {
        const int ray = i < r->count ? i : i - r->count;
        int16_t *next = best[i + 1] + SWING;
        r->scene->kernels->path_row(next, best[i] + SWING, r->log[ray],
                                    known_edges(r, ray, side), side, BEND, low, high);
        for (int k = 1; k <= SWING; k++)
            next[low - k] = next[high + k] = NEVER;
    }
    int k = low;
    for (int j = low + 1; j <= high; j++)
        if (best[laps][j + SWING] > best[laps][k + SWING])
            k = j;
    // The first quarter of the turn after next knows not where it came from, the last
    // not where it leads: the turn between them counts.
    const int first = r->count / 4;
    for (int i = laps - 1; i >= first; i--) {
        if (i < first + r->count)
            r->path[i < r->count ? i : i - r->count] = k;
        const int16_t *b = best[i] + SWING + k;
        int from = 0, top = b[0];
        for (int d = 1; d <= SWING; d++) {
            const int in = b[-d] - BEND * d * d, out = b[d] - BEND * d * d;
            if (in > top) {
                top = in;
                from = -d;
            }
            if (out > top) {
                top = out;
                from = d;
            }
        }
        k += from;
    }
}
