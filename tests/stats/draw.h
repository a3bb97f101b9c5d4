/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of the distributions that the simulations use. */
#ifndef POOLRIG_TESTS_STATS_DRAW_H
#define POOLRIG_TESTS_STATS_DRAW_H

#include <math.h>

#include "base/random.h"

/* Normal, standard: G. Box, M. Muller, A Note on the Generation of Random Normal Deviates, Annals
 * of Mathematical Statistics 29, 1958. */
static inline double draw_normal(struct random *r)
{
	double radius = sqrt(2 * random_exponential(r));

	return radius * cos(2 * M_PI * random_unit(r));
}

/* About 0, density exp(-|x|) / 2. */
static inline double draw_laplace(struct random *r)
{
	double above = random_exponential(r);

	return above - random_exponential(r);
}

static inline double draw_cauchy(struct random *r)
{
	return tan(M_PI * (random_unit(r) - 0.5));
}

/* Median 1. */
static inline double draw_lognormal(struct random *r)
{
	return exp(draw_normal(r));
}

#endif
