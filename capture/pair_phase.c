// pair_phase.c: two running averages and a comparison.
// SPDX-License-Identifier: MIT
#include "capture/pair_phase.h"

#include <string.h>

enum {
    CELLS = RIM_THUMB_SIDE * RIM_THUMB_SIDE,
    LEARN = 6,    // frames of each parity before a decision
    SHIFT = 3,    // frames in a row that show the turn has shifted
    UNCLEAR = 30, // frames of a parity in a row that do not fit it: learn anew
    // Means of the two kinds must differ by a quarter, and by more than this (of
    // 65535) where both are dark.
    LEAST_APART = 256,
};

void rim_phase_init(rim_phase *p, bool nir_is_bright)
{
    memset(p, 0, sizeof *p);
    p->nir_is_bright = nir_is_bright;
}

// Mean absolute difference, 0..65535.
static uint32_t distance(const uint16_t *a, const uint16_t *b)
{
    uint32_t sum = 0;
    for (int i = 0; i < CELLS; i++)
        sum += (uint32_t)(a[i] > b[i] ? a[i] - b[i] : b[i] - a[i]);
    return sum / CELLS;
}

static uint32_t level(const uint16_t *a)
{
    uint32_t sum = 0;
    for (int i = 0; i < CELLS; i++)
        sum += a[i];
    return sum / CELLS;
}

// Into the average of a parity; a quarter each time, so that it follows the scene.
static void average(rim_phase *p, int parity, const uint16_t *thumb)
{
    uint16_t *mean = p->mean[parity];
    if (p->seen[parity] == 0) {
        memcpy(mean, thumb, sizeof p->mean[parity]);
    } else {
        const uint32_t off = distance(mean, thumb);
        p->spread[parity] =
            p->seen[parity] == 1 ? off : (3 * p->spread[parity] + off) / 4;
        for (int i = 0; i < CELLS; i++)
            mean[i] = (uint16_t)((3u * mean[i] + thumb[i] + 2) / 4);
    }
    if (p->seen[parity] < LEARN)
        p->seen[parity]++;
}

static void start_over(rim_phase *p)
{
    p->locked = false;
    p->seen[0] = p->seen[1] = 0;
    p->misses = 0;
    p->refused[0] = p->refused[1] = 0;
}

static void try_lock(rim_phase *p)
{
    if (p->seen[0] < LEARN || p->seen[1] < LEARN)
        return;
    const uint32_t even = level(p->mean[0]), odd = level(p->mean[1]);
    const uint32_t high = even > odd ? even : odd, low = even > odd ? odd : even;
    const uint32_t apart = distance(p->mean[0], p->mean[1]);
    if (high - low < high / 4 || high - low < LEAST_APART ||
        apart < 2 * (p->spread[0] + p->spread[1]))
        return;
    p->locked = true;
    p->nir_parity = (odd < even) != p->nir_is_bright;
}

static rim_light light_of(const rim_phase *p, int parity)
{
    return parity == p->nir_parity ? RIM_LIGHT_NIR : RIM_LIGHT_VISIBLE;
}

static void shift(rim_phase *p)
{
    uint16_t keep[CELLS];
    memcpy(keep, p->mean[0], sizeof keep);
    memcpy(p->mean[0], p->mean[1], sizeof keep);
    memcpy(p->mean[1], keep, sizeof keep);
    const uint32_t spread = p->spread[0];
    p->spread[0] = p->spread[1];
    p->spread[1] = spread;
    p->nir_parity = !p->nir_parity;
    p->misses = 0;
    p->shifts++;
}

// Lights that no longer take turns (one is off) leave one parity without frames.
static rim_light refuse(rim_phase *p, int parity)
{
    if (++p->refused[parity] >= UNCLEAR)
        start_over(p);
    return RIM_LIGHT_UNKNOWN;
}

rim_light rim_phase_tell(rim_phase *p, uint64_t seq, const uint16_t thumb[CELLS])
{
    const int parity = (int)(seq & 1);
    if (!p->locked) {
        average(p, parity, thumb);
        try_lock(p);
        return p->locked ? light_of(p, parity) : RIM_LIGHT_UNKNOWN;
    }
    const uint32_t own = distance(thumb, p->mean[parity]);
    const uint32_t other = distance(thumb, p->mean[!parity]);
    if (own < other - other / 4) {
        p->misses = 0;
    } else if (other < own - own / 4) {
        if (++p->misses < SHIFT)
            return refuse(p, parity);
        shift(p);
    } else {
        p->misses = 0;
        return refuse(p, parity);
    }
    p->refused[parity] = 0;
    average(p, parity, thumb);
    return light_of(p, parity);
}
