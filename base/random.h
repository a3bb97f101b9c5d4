/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random numbers that a seed always gives again: the generator is part of what a run is, so it is
 * written out here and depends on no library's version.
 *
 * xoshiro256**: D. Blackman, S. Vigna, Scrambled Linear Pseudorandom Number Generators, ACM TOMS
 * 47(4), 2021. Its state is filled from the seed by SplitMix64 (G. Steele, D. Lea, C. Flood, Fast
 * Splittable Pseudorandom Number Generators, OOPSLA 2014), as the authors advise.
 */
#ifndef POOLRIG_BASE_RANDOM_H
#define POOLRIG_BASE_RANDOM_H

#include <math.h>
#include <stdint.h>

struct random {
	uint64_t state[4];
};

/* The next number of SplitMix64. */
static inline uint64_t random_splitmix(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* What is drawn from one seed for two purposes must not be the same numbers: each purpose has a
 * stream of its own. */
static inline void random_init(struct random *r, uint64_t seed, uint64_t stream)
{
	uint64_t state = stream ? seed ^ random_splitmix(&stream) : seed;

	for (int i = 0; i < 4; i++)
		r->state[i] = random_splitmix(&state);
}

static inline uint64_t random_rotate(uint64_t x, int by)
{
	return (x << by) | (x >> (64 - by));
}

static inline uint64_t random_next(struct random *r)
{
	uint64_t *s = r->state;
	uint64_t result = random_rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = random_rotate(s[3], 45);
	return result;
}

/* Uniform in 0..bound-1, without bias: D. Lemire, Fast Random Integer Generation in an Interval,
 * ACM TOMACS 29(1), 2019. bound 0 gives 0. */
static inline uint64_t random_below(struct random *r, uint64_t bound)
{
	unsigned __int128 product;
	uint64_t threshold;

	if (!bound)
		return 0;
	threshold =
	    -bound % bound; /* 2^64 mod bound: the number of low products that would be too many */
	do {
		product = (unsigned __int128)random_next(r) * bound;
	} while ((uint64_t)product < threshold);
	return (uint64_t)(product >> 64);
}

/* Uniform in (0, 1], 53 bits: never 0, so that its logarithm is finite. */
static inline double random_unit(struct random *r)
{
	return (double)((random_next(r) >> 11) + 1) * 0x1p-53;
}

/* Exponential, mean 1. */
static inline double random_exponential(struct random *r)
{
	return -log(random_unit(r));
}

#endif
