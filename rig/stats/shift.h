/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * By how much the deciles of one group of values exceed those of another (the shift function of K.
 * Doksum, Annals of Statistics 2, 1974, at nine points): a variant may be better for most tasks
 * and worse for the slowest. The deciles are Harrell-Davis estimates; each has a standard error by
 * bootstrap, the two groups drawn from apart; the intervals hold together, with a chance of about
 * 95 % that none of the nine misses (R. Wilcox, Comparing Two Independent Groups Via Multiple
 * Quantiles, The Statistician 44, 1995: the critical value is 80.1 / min(n, m)^2 + 2.73). That
 * supposes independent values in both groups. Pure function.
 */
#ifndef POOLRIG_RIG_STATS_SHIFT_H
#define POOLRIG_RIG_STATS_SHIFT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { SHIFT_DECILES = 9 };

struct shift {
	struct shift_decile {
		double baseline, variant; /* the decile in each group */
		double shift;             /* variant - baseline */
		double error;             /* standard error of the shift */
		double low, high;
	} deciles[SHIFT_DECILES]; /* the tenth to nine tenths */
};

struct shift_rules {
	int resamples; /* 2 or more; Wilcox has 100: the standard errors then vary by about 7 % */
	uint64_t seed;
};

/* Of two groups of finite values, at least two each, which are sorted in place. ERROR_INPUT: they
 * are fewer, more than HARRELL_DAVIS_MAX, or one is not finite; ERROR_HOST: no memory. */
int shift_of(double *baseline, size_t baseline_count, double *variant, size_t variant_count,
	     const struct shift_rules *rules, struct shift *out, struct error *err);

#endif
