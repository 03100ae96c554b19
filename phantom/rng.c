// rng.c: random numbers for scenes.
// SPDX-License-Identifier: MIT
#include "phantom/rng.h"
#include "phantom/exact.h"

#include <math.h>

uint64_t rim_rng_hash(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

void rim_rng_init(rim_rng *r, uint64_t seed, uint64_t stream)
{
    uint64_t x = rim_rng_hash(seed) ^ (stream * UINT64_C(0xd1342543de82ef95));
    for (int i = 0; i < 4; i++) {
        r->s[i] = rim_rng_hash(x);
        x += UINT64_C(0x9e3779b97f4a7c15);
    }
}

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t rim_rng_next(rim_rng *r)
{
    uint64_t *s = r->s;
    const uint64_t out = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return out;
}

double rim_rng_unit(rim_rng *r)
{
    return (double)(rim_rng_next(r) >> 11) * 0x1p-53;
}

double rim_rng_uniform(rim_rng *r, double lo, double hi)
{
    return lo + (hi - lo) * rim_rng_unit(r);
}

double rim_rng_log_uniform(rim_rng *r, double lo, double hi)
{
    return lo * rim_exact_exp(rim_exact_log(hi / lo) * rim_rng_unit(r));
}

int rim_rng_int(rim_rng *r, int lo, int hi)
{
    return lo + (int)((double)(hi - lo + 1) * rim_rng_unit(r));
}

int rim_rng_chance(rim_rng *r, double p)
{
    return rim_rng_unit(r) < p;
}

double rim_rng_normal(rim_rng *r)
{
    const double u = 1.0 - rim_rng_unit(r), v = rim_rng_unit(r);
    return sqrt(-2.0 * rim_exact_log(u)) * rim_exact_cos(2.0 * RIM_PI * v);
}

double rim_rng_log_normal(rim_rng *r, double median, double gsd, double lo, double hi)
{
    const double x = median * rim_exact_exp(rim_exact_log(gsd) * rim_rng_normal(r));
    return x < lo ? lo : x > hi ? hi : x;
}
