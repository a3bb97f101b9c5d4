/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of a result: a metric over the trials of a variant, and which metrics and which values
 * stand out. */
#ifndef POOLRIG_RIG_RESULT_VALUE_H
#define POOLRIG_RIG_RESULT_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rig/stats/spread.h"

struct result;

/* A metric over the valid trials of a variant; of a search, over those at the highest rate that
 * held, or that rate itself. */
struct result_value {
	struct spread spread; /* count 0: unknown in all of them, or there are none */
	int trials;           /* valid trials */
	const char *reason;   /* where it is unknown in any: the first reason. Borrowed */
};
struct result_value result_value(const struct result *result, size_t variant, const char *metric);
/* To look at where a variant can't be compared: the same over its trials that are not valid. */
struct result_value result_shown_value(const struct result *result, size_t variant,
				       const char *metric);
/* Of the variant's valid trial in one block. false: it has none there, or the metric is unknown. */
bool result_value_in_block(const struct result *result, size_t variant, const char *metric,
			   int block, double *value);
/* Does any variant know it? */
bool result_knows(const struct result *result, const char *metric);
/* The metrics of the first screen: those that the experiment names, or else those of the table of
 * metrics. Returns how many (at most max). */
#define RESULT_COLUMNS_MAX 16
size_t result_columns(const struct result *result, const char *names[RESULT_COLUMNS_MAX]);
/* The metric of a name or label of which any trial knows something; NULL: ERROR_INPUT, with those
 * that are close. Borrowed. */
const char *result_metric(const struct result *result, const char *name, struct error *err);
/* Is this the best median among the variants? Never so where it is that of all of them. */
bool result_is_best(const struct result *result, size_t variant, const char *metric);

#endif
