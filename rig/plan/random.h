/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random numbers that a stored seed gives again for ever: the generator is part of what a run is,
 * so it is written out here and depends on no library's version.
 *
 * xoshiro256**: D. Blackman, S. Vigna, Scrambled Linear Pseudorandom Number Generators, ACM TOMS
 * 47(4), 2021. Its state is filled from the seed by SplitMix64 (G. Steele, D. Lea, C. Flood, Fast
 * Splittable Pseudorandom Number Generators, OOPSLA 2014), as the authors advise.
 */
#ifndef POOLRIG_RIG_PLAN_RANDOM_H
#define POOLRIG_RIG_PLAN_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state[4];
};

/* What is drawn from one seed for two purposes must not be the same numbers: each has a stream. */
enum random_stream { RANDOM_STREAM_PLAN = 0, RANDOM_STREAM_SCHEDULE = 1 };

void random_init(struct random *r, uint64_t seed, enum random_stream stream);

uint64_t random_next(struct random *r);

/* Uniform in 0..bound-1, without bias: D. Lemire, Fast Random Integer Generation in an Interval,
 * ACM TOMACS 29(1), 2019. bound 0 gives 0. */
uint64_t random_below(struct random *r, uint64_t bound);

/* Uniform in (0, 1], 53 bits: never 0, so that its logarithm is finite. */
double random_unit(struct random *r);

/* The next number of SplitMix64. */
uint64_t random_splitmix(uint64_t *state);

#endif
