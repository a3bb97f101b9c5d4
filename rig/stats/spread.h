/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The middle and the spread of a few values, one of each trial. Pure functions. */
#ifndef POOLRIG_RIG_STATS_SPREAD_H
#define POOLRIG_RIG_STATS_SPREAD_H

#include <stdbool.h>
#include <stddef.h>

/* Fewer values than these have no quartiles worth the name: the range says as much. */
#define SPREAD_QUARTILES_MIN 5

struct spread {
	size_t count;
	double median, min, max; /* valid where count > 0 */
	bool has_quartiles;      /* count >= SPREAD_QUARTILES_MIN */
	double q1, q3;
};

/* Of count finite values, which are sorted in place. */
struct spread spread_of(double *values, size_t count);

/*
 * The quantile q (0..1) of ascending values, by linear interpolation between the two nearest:
 * definition 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American
 * Statistician 50 (1996), the default of R and NumPy. count > 0.
 */
double spread_quantile(const double *ascending, size_t count, double q);

/* Ascending order for qsort(3), without the subtraction that cuts a difference to int. */
int spread_compare(const void *a, const void *b);

#endif
