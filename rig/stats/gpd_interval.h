/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How well the shape and the levels of a generalised Pareto distribution are known from the
 * excesses that it was fitted to: the values at which the likelihood, with the other parameter at
 * its best, is less than the highest by at most half the quantile of the chi-squared distribution
 * of one degree (S. Coles, An Introduction to Statistical Modeling of Extreme Values, 2001,
 * sections 2.6.6 and 4.3.3). Such an interval is longer on the side of the longer tail. It supposes
 * independent excesses, and a share above the threshold that is known: true enough for levels far
 * above it. Pure functions.
 */
#ifndef POOLRIG_RIG_STATS_GPD_INTERVAL_H
#define POOLRIG_RIG_STATS_GPD_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "rig/stats/gpd.h"

struct gpd_interval {
	bool has_low, has_high; /* false: nothing on this side is too far off */
	double low, high;
};

/* `fit` is gpd_fit()'s of the excesses; 0 < level < 1. Shapes of -1 to 8 are considered. */
struct gpd_interval gpd_interval_shape(const struct gpd *fit, const double *excesses, size_t count,
				       double level);

/* Of gpd_level(fit, above), 0 < above < 1. */
struct gpd_interval gpd_interval_level(const struct gpd *fit, const double *excesses, size_t count,
				       double above, double level);

#endif
