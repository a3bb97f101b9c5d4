/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rank test of two samples (H. Mann, D. Whitney, On a Test of Whether One of Two Random
 * Variables Is Stochastically Larger than the Other, Annals of Mathematical Statistics 18, 1947).
 * Pure functions.
 *
 * It is a test of equal distributions. As one of equal medians it is wrong: where the medians are
 * equal and the spreads are not, it claims a difference too often, or hardly ever
 * (rig/stats/permutation.h has a test that does not; docs/statistics.md has both in one table).
 */
#ifndef POOLRIG_RIG_STATS_MANN_WHITNEY_H
#define POOLRIG_RIG_STATS_MANN_WHITNEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Without ties, and if neither sample has more values than these, the distribution is exact;
 * otherwise it is normal with corrections for ties and for continuity. */
#define MANN_WHITNEY_EXACT_MAX 49

struct mann_whitney {
	bool known;   /* each sample has a value; false: p is 1, the rest means nothing */
	double u;     /* pairs in which x is above y, and half of those in which they are equal */
	double share; /* u by the number of pairs: 0.5 where neither tends to be above */
	double p;     /* two-sided, of equal distributions */
	bool exact;
};

/* ERROR_INPUT: a value is not finite. ERROR_HOST: no memory. */
int mann_whitney_of(const double *x, size_t x_count, const double *y, size_t y_count,
		    struct mann_whitney *out, struct error *err);

#endif
