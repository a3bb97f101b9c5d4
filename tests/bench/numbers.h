/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the benchmarks share: series of measurements, their quantiles, and the line that says
 * whether a goal was met. Programs that measure print; these are no part of the rig. */
#ifndef POOLRIG_TESTS_BENCH_NUMBERS_H
#define POOLRIG_TESTS_BENCH_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define SERIES_MAX 2000

struct series {
	size_t count;
	double values[SERIES_MAX]; /* in the order of measuring */
};

/* What does not fit any more is not kept: a caller measures no more than SERIES_MAX. */
void series_add(struct series *s, double value);
/* Nearest rank, q from 0 to 1. Of an empty series: NaN. */
double series_quantile(const struct series *s, double q);

/* CPU time of this process and of its children that were waited for, in ns. */
int64_t cpu_time_ns(void);

/* "NAME VALUE UNIT (goal <= BOUND, aim AIM) met", or missed; scripts/bench gathers these lines. */
void goal_at_most(const char *name, double value, const char *unit, double bound, const char *aim);
/* "NAME VALUE UNIT (goal >= BOUND) met", or missed. */
void goal_at_least(const char *name, double value, const char *unit, double bound);
/* "NAME n/a REASON" */
void goal_not_measured(const char *name, const char *reason);

/* Print the error and return the exit code of a benchmark that could not measure. */
int could_not_measure(const struct error *err);

#endif
