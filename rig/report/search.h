/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the trials of a search say, and what it has found: of a trial under way and, by the same
 * functions, of a stored run. docs/experiment.md is the contract.
 */
#ifndef POOLRIG_RIG_REPORT_SEARCH_H
#define POOLRIG_RIG_REPORT_SEARCH_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"
#include "rig/plan/search.h"
#include "rig/record/trial_record.h"
#include "rig/report/report.h"
#include "rig/report/text.h"
#include "rig/stats/search.h"

struct search_rules search_rules_of(const struct search_spec *spec, int retries);

/* "held", "broke", "void", "failed". */
const char *search_answer_name(enum search_answer answer);

/*
 * What a trial says of its rate. It held where every task that was offered was completed and the
 * metric is not above the bound; rejected and abandoned tasks break it, and so does a workload that
 * fails under the load (killed at a limit, crashed). Void: the generator was late, by the trial's
 * own bound, or by the search's: where the metric is above it and the generator's own lateness is,
 * too. Failed: it never reached its start instant, does not record what is asked for, or the rig
 * failed. `why` becomes one sentence. `summary` is summary_init()'s of it.
 */
enum search_answer search_judge(const struct trial_record *trial,
				const struct trial_record *summary, const struct search_spec *spec,
				char *why, size_t size);

/* -- of a report: nothing to do or to print where its run has no search -------------------------
 */

/* A rate as it was tried, without rounding: "141.4", "1,600". Returns buf. */
#define SEARCH_RATE_SIZE 40
const char *search_rate_text(double rate, char buf[SEARCH_RATE_SIZE]);

/* Read the search out of the definition and follow it through the trials. Called by
 * report_init(). */
int report_search_init(struct report *report, struct error *err);

/* The capacity of a variant as a metric of it: "capacity_tasks_per_second", the highest rate that
 * held; "capacity_broke_tasks_per_second", the lowest that broke. false: another metric, or no
 * search. */
bool report_search_value(const struct report *report, const char *variant, const char *metric,
			 struct report_value *value);

/* Does trial i belong to what is said of its variant: one at the highest rate that held? Always so
 * without a search. */
bool report_search_counts(const struct report *report, size_t i);

/* Why there is no such rate; "" where there is. Borrowed from the variant. */
const char *report_search_reason(const struct report_variant *v, bool broke);

/* The section of the table, and what belongs to a variant and to a trial in JSON (null without a
 * search). NULL: no memory. */
int search_section(const struct report *report, const struct style *style, struct error *err);
json_t *search_json_variant(const struct report *report, const struct report_variant *v);
json_t *search_json_trial(const struct report *report, size_t i);

#endif
