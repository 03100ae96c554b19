// outline_path.c: the closed path of steepest outward fall, by dynamic programming.
//
// Edges are Q8 and sums int16, so that a compiler takes eight or sixteen radii at a
// time.
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

static int16_t edge(int fall_q8)
{
    // A factor of two is as good as any.
    return (int16_t)(fall_q8 > 256 ? 256 : fall_q8 < -256 ? -256 : fall_q8);
}

// How much the ray falls from before sample k + 1 to after it; 0 where not known.
static void find_edges(int16_t e[RIM_STEPS], const rim_rays *r, int ray, int side)
{
    const int16_t *l = r->log[ray];
    const int n = r->steps;
    for (int k = 0; k < side; k++)
        e[k] = e[n - 1 - k] = 0;
    if (side == 1)
        for (int k = 0; k < n - 1; k++)
            e[k] = edge((l[k] - l[k + 1]) >> 2);
    else if (side == 2)
        for (int k = 1; k < n - 2; k++)
            e[k] = edge((l[k] + l[k - 1] - l[k + 1] - l[k + 2]) >> 3);
    else
        for (int k = 3; k < n - 4; k++)
            e[k] = edge((l[k] + l[k - 1] + l[k - 2] + l[k - 3] - l[k + 1] - l[k + 2] -
                         l[k + 3] - l[k + 4]) >>
                        4);
    const uint64_t v = r->valid[ray];
    if (v == UINT64_MAX >> (64 - n))
        return;
    uint64_t known = v;
    for (int j = 1; j <= side; j++)
        known &= v >> j & (j < side ? v << j : UINT64_MAX);
    for (int k = 0; k < n; k++)
        if (!(known >> k & 1))
            e[k] = 0;
}

void rim_rays_find_path(rim_rays *r)
{
    enum { LAPS = RIM_RAYS + RIM_RAYS / 2, ROW = RIM_STEPS + 2 * SWING };
    int16_t best[LAPS + 1][ROW]; // [ray][SWING + sample]
    int16_t e[RIM_STEPS];
    const int side = side_of(r), laps = r->count + r->count / 2;
    // Radii within 0.45 to 1.75 of the candidate's.
    int low = (int)(0.45 * r->radius), high = (int)(1.75 * r->radius);
    low = low < 1 ? 1 : low;
    high = high > r->steps - 2 ? r->steps - 2 : high;
    for (int k = 0; k < ROW; k++)
        best[0][k] = k >= low + SWING && k <= high + SWING ? 0 : NEVER;
    for (int i = 0; i < laps; i++) {
        const int16_t *b = best[i];
        int16_t *next = best[i + 1];
        find_edges(e, r, i % r->count, side);
        for (int k = low; k <= high; k++) {
            const int16_t b0 = (int16_t)(b[k] - 4 * BEND),
                          b1 = (int16_t)(b[k + 1] - BEND), b2 = b[k + 2],
                          b3 = (int16_t)(b[k + 3] - BEND),
                          b4 = (int16_t)(b[k + 4] - 4 * BEND);
            const int16_t m0 = b0 > b4 ? b0 : b4, m1 = b1 > b3 ? b1 : b3;
            const int16_t m = m0 > m1 ? m0 : m1;
            next[k + SWING] = (int16_t)((m > b2 ? m : b2) + e[k]);
        }
        for (int k = 0; k < SWING; k++)
            next[low + k] = next[high + SWING + 1 + k] = NEVER;
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
            r->path[i % r->count] = k;
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
