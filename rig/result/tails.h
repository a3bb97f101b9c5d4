/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far the slowest tasks of each variant go: the quantiles P99, P99.9 and P99.99 of all that the
 * valid trials of a variant recorded in a histogram, with intervals, and the tail that they follow
 * (rig/stats/tail.h): the model that every output of it renders. The tasks of all trials count as
 * one sample: what differs from trial to trial is not in the intervals.
 */
#ifndef POOLRIG_RIG_RESULT_TAILS_H
#define POOLRIG_RIG_RESULT_TAILS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "rig/result/result.h"
#include "rig/stats/tail.h"

#define TAILS_LEVEL 0.95 /* of confidence */

enum { TAILS_QUANTILES = 3 };
extern const double tails_quantiles[TAILS_QUANTILES];

struct tails_row {
	size_t variant;
	int trials;     /* valid ones with this histogram */
	int without;    /* valid ones without it, or with an empty one */
	int64_t values; /* 0: the rest means nothing, and the reason says why */
	bool has_tail;  /* false: the reason says why */
	struct tail tail;
	struct tail_quantile quantiles[TAILS_QUANTILES];
	char reason[256];
};

struct tails {
	const struct result *result; /* borrowed */
	char histogram[48];          /* "start_latency" */
	char metric[64];             /* "start_latency_seconds"; its unit is that of all values */
	struct tails_row *rows;      /* owned: a variant each, in the order of the plan */
	size_t count;
};

/* ERROR_INPUT: no valid trial has a histogram of that name (the text has those that there are), or
 * the run is a search (its trials have rates of their own). */
int tails_init(struct tails *tails, const struct result *result, const char *histogram,
	       struct error *err);
void tails_destroy(struct tails *tails); /* takes a zeroed struct */

#endif
