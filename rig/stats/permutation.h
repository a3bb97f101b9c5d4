/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The studentised permutation test of two samples: are their means, or their medians, equal? Pure
 * functions.
 *
 * The statistic is the difference by its standard error (for means: Welch's t). Its value is held
 * against those of all ways to deal the same values out to two samples of these sizes. Where the
 * two distributions are the same, the P value is exact, whatever they are. Where only the means, or
 * the medians, are the same, it is right in the limit, because the statistic is studentised
 * (A. Janssen, Studentized Permutation Tests for Non-i.i.d. Hypotheses and the Generalized
 * Behrens-Fisher Problem, Statistics & Probability Letters 36, 1997: means; E. Chung, J. Romano,
 * Exact and Asymptotically Robust Permutation Tests, Annals of Statistics 41, 2013: also medians).
 *
 * The squared standard error of a median is that of the bootstrap, without resampling (B. Efron,
 * Bootstrap Methods: Another Look at the Jackknife, Annals of Statistics 7, 1979, section 3): what
 * the squared distance of a bootstrap sample's middle value from the median is on average; with an
 * even count, of its two middle values, each for a half.
 */
#ifndef POOLRIG_RIG_STATS_PERMUTATION_H
#define POOLRIG_RIG_STATS_PERMUTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum permutation_statistic {
	PERMUTATION_MEANS = 0,
	PERMUTATION_MEDIANS,
};

struct permutation_rules {
	enum permutation_statistic statistic;
	double
	    exact_max;  /* all arrangements are tried if there are no more: PERMUTATION_EXACT_MAX */
	uint64_t draws; /* of the others, drawn by lot: 9,999 */
	uint64_t seed;
};
#define PERMUTATION_EXACT_MAX 2e5 /* two samples of 10 */

struct permutation {
	bool known;        /* each sample has two values; false: p is 1, the rest means nothing */
	double difference; /* of the means or medians: first sample less second */
	double
	    statistic; /* by its standard error; infinite where that is 0 and the difference not */
	double p;      /* two-sided; drawn: (1 + as extreme) / (1 + draws) (B. Phipson, G. Smyth,
			* Permutation P-values Should Never Be Zero, SAGMB 9(1), 2010) */
	bool exact;
	double error; /* the standard error of p that the draw makes; exact: 0 */
};

/* ERROR_INPUT: a value is not finite. ERROR_HOST: no memory. */
int permutation_of(const double *x, size_t x_count, const double *y, size_t y_count,
		   const struct permutation_rules *rules, struct permutation *out,
		   struct error *err);

#endif
