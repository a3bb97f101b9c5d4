/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between which of the values a quantile of their distribution lies: of n independent values,
 * those below the quantile q are as many as a binomial variable of n trials and chance q says,
 * whatever the distribution (H. David, H. Nagaraja, Order Statistics, 2003, section 7.1). Each
 * bound misses the quantile with a chance of at most (1 - level) / 2; ties make that less. Pure
 * functions.
 *
 * Where even the largest value is below the quantile with more than that chance, there is no upper
 * bound: the quantile can't be told from that number of values.
 */
#ifndef POOLRIG_RIG_STATS_QUANTILE_INTERVAL_H
#define POOLRIG_RIG_STATS_QUANTILE_INTERVAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hdr.h"

/* Of the values in ascending order, counted from 1. low 0: there is no lower bound; high 0: no
 * upper one. */
struct quantile_ranks {
	int64_t low, high;
};

/* 0 < q < 1, 0 < level < 1. Beyond about 100,000 values the binomial distribution is taken as
 * normal, with a correction of its skew, where its variance is large. */
struct quantile_ranks quantile_ranks(int64_t count, double q, double level);

/* The fewest values from which the quantile has both bounds (0.9999 at 0.95: 36,887). */
int64_t quantile_least(double q, double level);

struct quantile_interval {
	bool has_low, has_high;
	double low, high;
};

/* Of ascending values. ERROR_INPUT: one is NaN. */
int quantile_interval_of(const double *ascending, size_t count, double q, double level,
			 struct quantile_interval *out, struct error *err);

/* Of a histogram, in its unit: low is the lowest value equivalent to the one of that rank, high the
 * highest. */
struct quantile_interval quantile_interval_hdr(const struct hdr *h, double q, double level);

#endif
