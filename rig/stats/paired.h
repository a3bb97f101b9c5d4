/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * By how much one thing exceeds another, from pairs of values taken side by side: the differences
 * of the pairs (of two latencies: of their logarithms, so that the shift is a ratio), their middle,
 * and an interval for it. Pure functions.
 *
 * The estimate is the Hodges-Lehmann one: the median of the averages of all pairs of differences,
 * each with itself included (Walsh averages; J. Hodges, E. Lehmann, Estimates of Location Based on
 * Rank Tests, Annals of Mathematical Statistics 34, 1963). The interval is that of the shifts that
 * Wilcoxon's signed-rank test does not reject (J. Tukey's: two Walsh averages, counted from both
 * ends; M. Hollander, D. Wolfe, Nonparametric Statistical Methods, section 3.4). It supposes that
 * the differences are independent and lie symmetrically about the shift, and nothing else of their
 * distribution; ties make it wider, never narrower.
 *
 * The P value is of no shift at all. That one holds without any of these suppositions where the
 * order within each pair was drawn by lot: two equal things give each difference either sign with
 * the same chance, whatever the host did over time.
 */
#ifndef POOLRIG_RIG_STATS_PAIRED_H
#define POOLRIG_RIG_STATS_PAIRED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Up to this number of pairs the test's distribution is exact, beyond it normal with a correction
 * for continuity: a bound of the interval may then be its neighbour among the averages. */
#define PAIRED_EXACT_MAX 500

struct paired {
	size_t count;      /* of pairs; 0: the rest means nothing */
	double shift;      /* the estimate */
	bool has_interval; /* count >= paired_least(level) */
	double low, high;  /* low <= shift <= high */
	double p;          /* two-sided, of no shift */
};

/* The fewest pairs of which any outcome gives an interval of that level (0.95: 6). 0 < level < 1.
 */
size_t paired_least(double level);

/* From `count` finite differences, which are sorted in place. ERROR_HOST: no memory. */
int paired_of(double *differences, size_t count, double level, struct paired *out,
	      struct error *err);

/* The k-th smallest Walsh average, counted from 1, of ascending differences; k is at most
 * count * (count + 1) / 2. */
double paired_walsh(const double *ascending, size_t count, size_t k);

#endif
