/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Has a series (one value a slice, or a trial) a steady state, and is that its best? The classes
 * are those of E. Barrett, C. F. Bolz-Tereick, R. Killick, S. Mount, L. Tratt, Virtual Machine
 * Warmup Blows Hot and Cold, PACMPL 1 (OOPSLA), 2017, section 4. Pure functions.
 *
 *  1. Noise: the median of the distances of neighbours by that of normal ones, 0.9539 standard
 *     deviations. Where it is 0 (most neighbours are equal), their mean distance takes its place. A
 *     change of level is in one distance only, and an outlier in two.
 *  2. Outliers: a value farther than 5 times the noise from the median of the five values about it
 *     (at the end: of the last five). It is counted and left out. The first value has no window,
 *     the second has one of three: there a few slow values are no outliers but a warm-up. So one
 *     wild value, or two in a row, change nothing, unless a change is that near, whose place they
 * may move; a new level lasts three values at least.
 *  3. Segments: changepoint.h, of what is left, with the noise as deviation and a penalty of
 *     STEADY_PENALTY * log(count). Neighbours are supposed to be independent: what is
 *     autocorrelated has more segments.
 *  4. Two segments are equivalent where their means are not farther apart than the noise, or than
 *     `tolerance` times the mean of the last one, whichever is more. (In the paper it is the
 *     variance of the last segment, or 1 ms.)
 *  5. The steady state begins with the first segment from which on all are equivalent to the last.
 *     There is none where it begins in the last quarter of the series (in the paper: in the last
 *     500 of 2,000).
 */
#ifndef POOLRIG_RIG_STATS_STEADY_H
#define POOLRIG_RIG_STATS_STEADY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define STEADY_LEAST   12  /* values; of fewer nothing can be told */
#define STEADY_PENALTY 4.0 /* times log(count); a change in mean alone has 2 by BIC */

enum steady_class {
	STEADY_UNKNOWN = 0, /* too few values */
	STEADY_FLAT,        /* all segments are equivalent */
	STEADY_WARMUP,      /* a steady state, and no segment is better */
	STEADY_SLOWDOWN,    /* a steady state, but a segment before it is better */
	STEADY_NONE,
};

/* "unknown", "flat", "warm-up", "slow-down", "no steady state". */
const char *steady_class_text(enum steady_class class);

struct steady_rules {
	bool lower_is_better;
	double tolerance; /* 0.01; 0: the noise alone decides what is equivalent */
};

struct steady {
	enum steady_class class;
	double noise;
	size_t outliers;
	size_t segments; /* 0: unknown */
	/* Of flat, warm-up and slow-down: the place, counted from 0, of the first value of the
	 * steady state, and the mean of its values without outliers. */
	size_t from;
	double level;
};

/* starts has room for `count`, and becomes the place of each segment's first value. ERROR_INPUT: a
 * value is not finite. ERROR_HOST: no memory. */
int steady_of(const double *values, size_t count, const struct steady_rules *rules, size_t *starts,
	      struct steady *out, struct error *err);

#endif
