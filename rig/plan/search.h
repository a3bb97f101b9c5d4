/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The `search` of an experiment as texts, for a report: it reads the search again out of the stored
 * experiment, so that it finds what the run found. docs/experiment.md is the contract;
 * rig/stats/search.h the algorithm. */
#ifndef POOLRIG_RIG_PLAN_SEARCH_H
#define POOLRIG_RIG_PLAN_SEARCH_H

#include "rig/knob/spec.h"

/* A trial's own rate, as a metric of it. */
#define SEARCH_RATE_METRIC "load_rate_tasks_per_second"

/* As they are written; NULL where a key is not given. */
struct search_texts {
	const char *metric, *bound, *from, *to, *resolution, *confirm;
};

/* Read texts that were checked when they were run. Returns -1 where one is missing or wrong. */
int search_spec_read(const struct search_texts *texts, struct search_spec *spec);

#endif
