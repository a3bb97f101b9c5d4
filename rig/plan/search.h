/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The `search` of an experiment: the bound whose highest rate is looked for. The experiment's
 * reader checks it, and the report reads the same texts again out of the stored experiment with
 * search_spec_read(), so that it finds what the run found. docs/experiment.md is the contract;
 * rig/stats/search.h the algorithm.
 */
#ifndef POOLRIG_RIG_PLAN_SEARCH_H
#define POOLRIG_RIG_PLAN_SEARCH_H

#include <stdint.h>

#include "base/error.h"

/* The defaults, as they would be written. */
#define SEARCH_METRIC     "start_latency_seconds.p99"
#define SEARCH_RESOLUTION "5%"
#define SEARCH_CONFIRM    "3"
#define SEARCH_RETRIES    "3" /* of trials.retries */

/* A trial's own rate, as a metric of it. */
#define SEARCH_RATE_METRIC "load_rate_tasks_per_second"

struct search_spec {
	char metric[64];   /* of a trial, in seconds */
	int64_t bound_ns;  /* it held where the metric is not above */
	double from, to;   /* tasks a second */
	double resolution; /* 0.05: 5 % */
	int confirm;
};

/* As they are written; NULL where a key is not given. */
struct search_texts {
	const char *metric, *bound, *from, *to, *resolution, *confirm;
};

/* Is it the name of a latency that every trial has one number of: NAME_seconds.PART, PART as
 * docs/result.md has them, or NAME_seconds? Errors: `"NAME": reason; way out`. */
int search_metric_check(const char *metric, struct error *err);

/* Read texts that were checked when they were run. Returns -1 where one is missing or wrong. */
int search_spec_read(const struct search_texts *texts, struct search_spec *spec);

#endif
