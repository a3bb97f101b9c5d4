/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random numbers for made traffic: xoshiro256** (D. Blackman and S. Vigna, ACM Trans. Math. Softw.
 * 47, 2021), seeded by SplitMix64. The same seed gives the same numbers for ever.
 */
#ifndef POOLRIG_POOL_POLICY_RANDOM_H
#define POOLRIG_POOL_POLICY_RANDOM_H

#include <math.h>
#include <stdint.h>

struct made_random {
	uint64_t state[4];
};

static inline uint64_t made_random_split(uint64_t *x)
{
	uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline void made_random_init(struct made_random *r, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		r->state[i] = made_random_split(&seed);
}

static inline uint64_t made_random_next(struct made_random *r)
{
	uint64_t *s = r->state, x = s[1] * 5, result = (x << 7 | x >> 57) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = s[3] << 45 | s[3] >> 19;
	return result;
}

/* In [0, 1), in steps of 2^-53. */
static inline double made_random_unit(struct made_random *r)
{
	return (double)(made_random_next(r) >> 11) * 0x1p-53;
}

/* Exponential, mean 1. */
static inline double made_random_exponential(struct made_random *r)
{
	return -log1p(-made_random_unit(r));
}

#endif
