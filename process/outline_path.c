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
#define BLOCK   RIM_BLOCK // samples that are taken together; more than asked for

// Samples on either side of an edge: 1, 2 or 4.
static int side_of(const rim_rays *r)
{
    const double side = SIDE_MM / r->scene->grid->mm / r->step;
    return side < 1.5 ? 1 : side < 3.0 ? 2 : 4;
}

static inline int16_t edge(int fall_q8)
{
    // A factor of two is as good as any.
    return (int16_t)(fall_q8 > 256 ? 256 : fall_q8 < -256 ? -256 : fall_q8);
}

// How much the ray falls from up to l[k] to after it, for a block of k from 0 on.
static void find_edges(int16_t *restrict e, const int16_t *restrict l, int side)
{
    if (side == 1)
        for (int k = 0; k < BLOCK; k++)
            e[k] = edge((l[k] - l[k + 1]) >> 2);
    else if (side == 2)
        for (int k = 0; k < BLOCK; k++)
            e[k] = edge((l[k] + l[k - 1] - l[k + 1] - l[k + 2]) >> 3);
    else
        for (int k = 0; k < BLOCK; k++)
            e[k] = edge((l[k] + l[k - 1] + l[k - 2] + l[k - 3] - l[k + 1] - l[k + 2] -
                         l[k + 3] - l[k + 4]) >>
                        4);
}

// An edge of which a part is not known is none.
static void clear_unknown(int16_t e[BLOCK], uint64_t valid, int first, int side)
{
    uint64_t known = valid;
    for (int j = 1; j <= side; j++)
        known &= valid >> j & (j < side ? valid << j : UINT64_MAX);
    for (int k = 0; k < BLOCK && first + k < RIM_STEPS; k++)
        if (!(known >> (first + k) & 1))
            e[k] = 0;
}

// The best sums of edges that end at each of a block of samples, of those that ended
// at each of the ray before.
static void advance(int16_t *restrict next, const int16_t *restrict b,
                    const int16_t *restrict e)
{
    for (int k = 0; k < BLOCK; k++) {
        const int16_t far = b[k - 2] > b[k + 2] ? b[k - 2] : b[k + 2];
        const int16_t near = b[k - 1] > b[k + 1] ? b[k - 1] : b[k + 1];
        const int16_t f = (int16_t)(far - 4 * BEND), n = (int16_t)(near - BEND);
        const int16_t bent = f > n ? f : n;
        next[k] = (int16_t)((bent > b[k] ? bent : b[k]) + e[k]);
    }
}

void rim_rays_find_path(rim_rays *r)
{
    enum { LAPS = RIM_RAYS + RIM_RAYS / 2, ROW = SWING + RIM_STEPS + BLOCK };
    int16_t best[LAPS + 1][ROW]; // [ray][SWING + sample]
    const int side = side_of(r), laps = r->count + r->count / 2;
    const uint64_t all = UINT64_MAX >> (64 - r->steps);
    // Radii within 0.45 to 1.75 of the candidate's, with both sides of an edge there.
    int low = (int)(0.45 * r->radius), high = (int)(1.75 * r->radius);
    low = low < side ? side : low;
    high = high > r->steps - 1 - side ? r->steps - 1 - side : high;
    for (int k = 0; k < ROW; k++)
        best[0][k] = k >= low + SWING && k <= high + SWING ? 0 : NEVER;
    for (int i = 0; i < laps; i++) {
        const int ray = i < r->count ? i : i - r->count;
        int16_t *next = best[i + 1] + SWING;
        for (int k = low; k <= high; k += BLOCK) {
            int16_t e[BLOCK];
            find_edges(e, r->log[ray] + k, side);
            if (r->valid[ray] != all)
                clear_unknown(e, r->valid[ray], k, side);
            advance(next + k, best[i] + SWING + k, e);
        }
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
