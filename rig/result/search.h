/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The search of a stored run, followed through its trials by the functions that the run itself
 * decided with. docs/experiment.md is the contract. */
#ifndef POOLRIG_RIG_RESULT_SEARCH_H
#define POOLRIG_RIG_RESULT_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rig/knob/spec.h"
#include "rig/stats/search.h"

struct result;
struct result_value;

/* What a trial said of its rate. */
struct search_step {
	double rate;
	enum search_answer answer;
	char why[256];
};

/* The search of one variant: followed to its last trial, and why there is no highest rate that
 * held, or none that broke ("" where there is one). */
struct variant_search {
	struct search *search; /* owned */
	struct search_result result;
	const char *failure; /* of result.failed: borrowed from the trial's step */
	char no_held[320], no_broke[320];
};

/* A rate as it was tried, without rounding: "141.4", "1,600". Returns buf. */
#define SEARCH_RATE_SIZE 40
const char *search_rate_text(double rate, char buf[SEARCH_RATE_SIZE]);

/* Read the search out of the plan and follow it through the trials. Called by result_init(). */
int search_follow(struct result *result, struct error *err);

/* The capacity of a variant as a metric of it: "capacity_tasks_per_second", the highest rate that
 * held; "capacity_broke_tasks_per_second", the lowest that broke. false: another metric, or no
 * search. */
bool search_value(const struct result *result, size_t variant, const char *metric,
		  struct result_value *value);

/* Does trial i belong to what is said of its variant: one at the highest rate that held? Always so
 * without a search. */
bool search_counts(const struct result *result, size_t variant, size_t i);

#endif
