/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What pairs of trials say of two variants at one metric: the ratio, how well it is known, and the
 * verdict. Pure functions.
 */
#ifndef POOLRIG_RIG_STATS_COMPARISON_H
#define POOLRIG_RIG_STATS_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rig/stats/paired.h"

#define COMPARISON_LEVEL 0.95 /* of confidence, where no other is asked for */

enum comparison_verdict {
	COMPARISON_INCONCLUSIVE = 0,
	COMPARISON_BETTER,
	COMPARISON_WORSE,
	COMPARISON_EQUIVALENT, /* within the margin */
};

/* "inconclusive", "better", "worse", "equivalent". */
const char *comparison_verdict_text(enum comparison_verdict verdict);

struct comparison_rules {
	double level;  /* of confidence, 0.95; 0 < level < 1 */
	double margin; /* 0.02: ratios of 1/1.02 to 1.02 are equivalent; 0: none is */
	bool lower_is_better;
	bool
	    sequential; /* the number of pairs depended on what they were: rig/stats/sequential.h */
};

struct comparison {
	size_t pairs;
	double ratio; /* variant by baseline: exp of the shift of the log-ratios */
	bool has_interval;
	double low, high; /* of the ratio */
	double p;         /* of a ratio of 1, adjusted where it is one of several */
	enum comparison_verdict verdict;
	/* Further pairs after which the same spread would decide; 0: it is decided, or can't be
	 * told. */
	size_t needed;
};

/* Of `count` finite log-ratios, which are sorted in place, without the verdict. ERROR_HOST: no
 * memory. */
int comparison_of(double *log_ratios, size_t count, const struct comparison_rules *rules,
		  struct comparison *out, struct error *err);

/* Adjust the P values of `count` comparisons that are decided together, so that the chance of any
 * wrong difference among them stays 1 - level (S. Holm, A Simple Sequentially Rejective Multiple
 * Test Procedure, Scandinavian Journal of Statistics 6, 1979). ERROR_HOST: no memory. */
int comparison_adjust(struct comparison **list, size_t count, struct error *err);

/* Fill verdict and needed. A difference needs a P value of 1 - level at most; equivalence, that the
 * whole interval lies within the margin, and comes first. */
void comparison_judge(struct comparison *c, const struct comparison_rules *rules);

#endif
