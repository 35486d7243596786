/* The simulator's random numbers: splitmix64 (Steele, Lea, Flood 2014), whole numbers
 * only, so that a seed gives the same bytes on every machine. Two uses: sim_hash answers
 * the same question about the same thing in the same way whenever it is asked (who is
 * customer 17?), sim_rng draws a sequence (what does this visit do?). */
#ifndef IO_SIM_SIM_RNG_H
#define IO_SIM_SIM_RNG_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_GOLDEN UINT64_C(0x9E3779B97F4A7C15)

static inline uint64_t sim_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

/* what: the question; a, b: the thing it is asked about. */
static inline uint64_t sim_hash(uint64_t seed, uint64_t what, uint64_t a, uint64_t b)
{
    uint64_t h = sim_mix(seed + (what + 1) * SIM_GOLDEN);

    h = sim_mix(h + (a + 1) * SIM_GOLDEN);
    return sim_mix(h ^ (b + 1) * UINT64_C(0xD1342543DE82EF95));
}

/* 0 .. n-1 out of 64 random bits. */
static inline uint64_t sim_scale(uint64_t bits, uint64_t n)
{
    return (uint64_t) (((unsigned __int128) bits * n) >> 64);
}

struct sim_rng {
    uint64_t state;
};

static inline uint64_t sim_next(struct sim_rng *r)
{
    r->state += SIM_GOLDEN;
    return sim_mix(r->state);
}

/* lo .. hi, both possible */
static inline int64_t sim_between(struct sim_rng *r, int64_t lo, int64_t hi)
{
    return lo + (int64_t) sim_scale(sim_next(r), (uint64_t) (hi - lo) + 1);
}

/* true in n of 1,000 cases */
static inline bool sim_chance(struct sim_rng *r, int n)
{
    return (int) sim_scale(sim_next(r), 1000) < n;
}

#endif
