// rng.h: random numbers for scenes: the same on every machine for the same seed.
//
// xoshiro256++ (Blackman and Vigna, 2019), seeded through splitmix64. Each part
// of a scene draws from a stream of its own, so that one more number drawn in
// one place changes nothing elsewhere. Draw one number a statement: C leaves the order of
// arguments to the compiler. One thread owns a generator.
// SPDX-License-Identifier: MIT
#ifndef RIM_PHANTOM_RNG_H
#define RIM_PHANTOM_RNG_H

#include <stdint.h>

typedef struct rim_rng {
    uint64_t s[4];
} rim_rng;

void rim_rng_init(rim_rng *r, uint64_t seed, uint64_t stream);
uint64_t rim_rng_next(rim_rng *r);
double rim_rng_unit(rim_rng *r);                          // 0 <= x < 1
double rim_rng_uniform(rim_rng *r, double lo, double hi); // lo <= x < hi
double rim_rng_log_uniform(rim_rng *r, double lo, double hi);
int rim_rng_int(rim_rng *r, int lo, int hi); // lo..hi, both included
int rim_rng_chance(rim_rng *r, double p);    // 1 with probability p
double rim_rng_normal(rim_rng *r);           // mean 0, standard deviation 1
// Median, geometric standard deviation; clipped to lo..hi.
double rim_rng_log_normal(rim_rng *r, double median, double gsd, double lo, double hi);

// Scrambles 64 bits: neighbours in, nothing alike out.
uint64_t rim_rng_hash(uint64_t x);

#endif
