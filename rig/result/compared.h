/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The variants of a run held against one of them, metric by metric: the model that every output of
 * a comparison renders. What is compared are trials of one block, which ran close to each other.
 */
#ifndef POOLRIG_RIG_RESULT_COMPARED_H
#define POOLRIG_RIG_RESULT_COMPARED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rig/result/result.h"
#include "rig/stats/comparison.h"

struct compared_wish {
	const char *baseline; /* NULL: the first variant */
	/* What is decided, as names or labels; the verdicts are adjusted for all of them together.
	 * 0: those that the experiment declares under `compare`; where it declares none, those of
	 * the first screen, exploratory: none of them is adjusted. */
	const char *const *metrics;
	size_t metrics_count;
	double level, margin; /* as in struct comparison_rules */
	bool mixed_grades;    /* also pairs of different grades */
};

/* One variant at one metric. */
struct compared_row {
	const char *metric; /* borrowed from the result */
	size_t variant;
	struct comparison comparison; /* pairs 0: there is none, and the reason says why */
	size_t unknown;               /* blocks where a value is not known, or not above 0 */
	size_t mixed;                 /* blocks left out for different grades */
	const char *reason;           /* NULL, or why there are no pairs. Static */
};

struct compared {
	const struct result *result; /* borrowed */
	size_t baseline;
	bool exploratory;
	bool sequential; /* the run ended by its precision: rig/stats/sequential.h */
	double level, margin;
	struct compared_row *rows; /* owned: by metric, then by variant */
	size_t count;
};

/* ERROR_INPUT: no such variant or metric, one without a better direction, one variant only, a run
 * with a search (its trials have rates of their own). */
int compared_init(struct compared *compared, const struct result *result,
		  const struct compared_wish *wish, struct error *err);
/* What the experiment declares under `compare`, at COMPARISON_LEVEL. Returns 1; 0 where it declares
 * nothing that can be compared; -1: ERROR_HOST. */
int compared_declared(struct compared *compared, const struct result *result, struct error *err);
/* What the ratio is, in words. Static. */
const char *compared_estimand(const struct compared *compared);
void compared_destroy(struct compared *compared); /* takes a zeroed struct */

#endif
