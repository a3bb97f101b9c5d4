/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run made ready to be shown: its trials summed up, gathered by variant. Every output is made
 * from this one object. */
#ifndef POOLRIG_RIG_REPORT_REPORT_H
#define POOLRIG_RIG_REPORT_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rig/plan/search.h"
#include "rig/stats/search.h"
#include "rig/stats/spread.h"
#include "rig/store/store.h"

struct report_variant {
	char name[64];
	const json_t *definition; /* borrowed from the report's; NULL: none */
	int outcomes[4];          /* trials by enum trial_outcome, every attempt counted */
	int positions;            /* planned trials of which an attempt is stored */
	int missing;              /* planned trials of which none is; see report.missing */

	/* Of a run with a search: its own, followed to its last trial, and why there is no highest
	 * rate that held, or none that broke. See search.h. */
	struct search *search; /* owned */
	struct search_result result;
	const char *failure; /* of result.failed: borrowed from the trial's step */
	char no_held[320], no_broke[320];
};

/* What a trial said to a search. */
struct report_step {
	bool known; /* false: the trial has no rate of its own */
	double rate;
	enum search_answer answer;
	char why[256];
};

struct report {
	const struct run_view *view; /* borrowed */
	json_t *definition;          /* the experiment; NULL where it can't be read */
	struct report_variant *variants;
	size_t variants_count;
	struct trial_record *summaries; /* [i]: the metrics of view->trials[i] */
	bool searched;                  /* the run had a search: */
	struct search_spec search;
	struct report_step *steps; /* owned: [i]: of view->trials[i] */
	int positions;             /* planned trials of which an attempt is stored */
	int missing; /* planned trials of which none is: a variant's share of them is known
			only where the plan is the same for all */
};

int report_init(struct report *report, const struct run_view *view, struct error *err);
void report_destroy(struct report *report); /* takes a zeroed struct */

/* A metric over the ok trials of a variant; of a search, over those at the highest rate that held,
 * or that rate itself. */
struct report_value {
	struct spread spread; /* count 0: unknown in all of them, or there are none */
	int trials;           /* ok trials */
	const char *reason;   /* where it is unknown in any: the first reason. Borrowed */
};
int report_value(const struct report *report, const char *variant, const char *metric,
		 struct report_value *value, struct error *err);
/* Of the variant's ok trial in one block. false: it has none there, or the metric is unknown. */
bool report_value_in_block(const struct report *report, const char *variant, const char *metric,
			   int block, double *value);
/* The same over the trials that are not ok: to look at, where there are no others. `trials` counts
 * these. */
int report_value_not_ok(const struct report *report, const char *variant, const char *metric,
			struct report_value *value, struct error *err);

/* All metric names of the run in the order of first appearance: an array of borrowed names that the
 * caller frees. Returns how many, or -1. */
ssize_t report_metric_names(const struct report *report, const char ***names, struct error *err);

/* A fact of the host, or "unknown". Borrowed. */
const char *report_fact(const struct report *report, const char *name);

/* "interrupted", or "ended, exit 0 (done)". buf of 64 bytes at least; returns buf. */
const char *report_state(const struct run_summary *summary, char *buf, size_t size);

#endif
