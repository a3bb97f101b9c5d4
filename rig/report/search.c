/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The search of a stored run, followed through its trials. */
#include "rig/report/search.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "rig/report/definition.h"
#include "rig/report/number.h"

static int no_memory(const struct report *report, struct error *err)
{
	return error_host(err, ENOMEM, "run %s: no memory for its search",
			  report->view->summary.id);
}

/* The rules of the run; false: it had no search. */
static bool read_rules(struct report *report, struct search_rules *rules)
{
	const json_t *d = report->definition;
	const char *text = definition_text(d, "trials", "retries");
	const struct search_texts texts = {
	    .metric = definition_text(d, "search", "metric"),
	    .bound = definition_text(d, "search", "bound"),
	    .from = definition_text(d, "search", "from"),
	    .to = definition_text(d, "search", "to"),
	    .resolution = definition_text(d, "search", "resolution"),
	    .confirm = definition_text(d, "search", "confirm"),
	};
	uint64_t retries = 0;

	if (units_count(text ? text : SEARCH_RETRIES, &retries, NULL) < 0 || retries > INT32_MAX ||
	    search_spec_read(&texts, &report->search) < 0)
		return false;
	*rules = search_rules_of(&report->search, (int)retries);
	return true;
}

static struct report_variant *variant_by_name(const struct report *report, const char *name)
{
	for (size_t i = 0; i < report->variants_count; i++)
		if (strcmp(report->variants[i].name, name) == 0)
			return &report->variants[i];
	return NULL;
}

const char *search_rate_text(double rate, char buf[SEARCH_RATE_SIZE])
{
	if (rate == floor(rate))
		return number_show(NUMBER_COUNT, rate, buf, SEARCH_RATE_SIZE);
	snprintf(buf, SEARCH_RATE_SIZE, "%.10g", rate);
	return buf;
}

/* Why no rate held, or none broke, of a search that is over and did not fail. */
static void say_why(const struct report *report, struct report_variant *v)
{
	const struct search_result *r = &v->result;
	const size_t size = sizeof(v->no_held);
	char from[SEARCH_RATE_SIZE], to[SEARCH_RATE_SIZE], unoffered[SEARCH_RATE_SIZE],
	    offered[SEARCH_RATE_SIZE];

	search_rate_text(report->search.from, from);
	search_rate_text(report->search.to, to);
	search_rate_text(r->unoffered, unoffered);
	search_rate_text(r->offered, offered);
	if (!r->has_held && r->has_broke)
		snprintf(v->no_held, size,
			 "it broke at the lowest rate that was asked for, %s a second", from);
	else if (!r->has_held)
		snprintf(v->no_held, size, "the generator could not even offer %s a second",
			 unoffered);
	if (!r->has_broke && !r->has_unoffered)
		snprintf(v->no_broke, size,
			 "it held up to the highest rate that was asked for, %s a second", to);
	else if (!r->has_broke && r->has_offered)
		snprintf(
		    v->no_broke, size,
		    "the generator could not offer more than %s a second (not %s, in %d trials)",
		    offered, unoffered, v->search->rules.retries + 1);
	else if (!r->has_broke)
		snprintf(v->no_broke, size, "the generator could not even offer %s a second",
			 unoffered);
}

static void say_reasons(const struct report *report, struct report_variant *v)
{
	const struct search_result *r = &v->result;
	const size_t size = sizeof(v->no_held);
	char why[sizeof(v->no_held)] = "";

	v->result = search_result(v->search);
	if (r->failed)
		snprintf(why, size, "the search ended, as a trial failed: %.240s", v->failure);
	else if (!r->over)
		snprintf(why, size, "the run ended before the search did");
	else if (r->given_up)
		snprintf(why, size,
			 "the search was given up after %d trials: the answers changed too often",
			 r->trials);
	if (why[0]) {
		snprintf(v->no_held, size, "%s", r->has_held ? "" : why);
		snprintf(v->no_broke, size, "%s", r->has_broke ? "" : why);
	} else {
		say_why(report, v);
	}
}

static void follow(struct report *report)
{
	const struct run_view *view = report->view;

	for (size_t i = 0; i < view->trials_count; i++) {
		const struct trial_record *trial = &view->trials[i];
		struct report_variant *v = variant_by_name(report, trial->variant);
		const struct metric *rate = trial_find_metric(trial, SEARCH_RATE_METRIC);
		struct report_step *step = &report->steps[i];

		if (!rate || !rate->known)
			continue;
		step->known = true;
		step->rate = rate->value;
		step->answer = search_judge(trial, &report->summaries[i], &report->search,
					    step->why, sizeof(step->why));
		if (step->answer == SEARCH_FAILED)
			v->failure = step->why;
		search_tell(v->search, step->rate, step->answer);
	}
}

int report_search_init(struct report *report, struct error *err)
{
	struct search_rules rules;

	report->searched = read_rules(report, &rules);
	if (!report->searched)
		return 0;
	report->steps = calloc(report->view->trials_count + 1, sizeof(*report->steps));
	if (!report->steps)
		return no_memory(report, err);
	for (size_t i = 0; i < report->variants_count; i++) {
		struct report_variant *v = &report->variants[i];

		v->search = malloc(sizeof(*v->search));
		if (!v->search)
			return no_memory(report, err);
		search_init(v->search, &rules);
	}
	follow(report);
	for (size_t i = 0; i < report->variants_count; i++)
		say_reasons(report, &report->variants[i]);
	return 0;
}

const char *report_search_reason(const struct report_variant *v, bool broke)
{
	return broke ? v->no_broke : v->no_held;
}

bool report_search_value(const struct report *report, const char *variant, const char *metric,
			 struct report_value *value)
{
	bool broke = strcmp(metric, "capacity_broke_tasks_per_second") == 0;
	const struct report_variant *v = variant_by_name(report, variant);
	double rate;

	if (!report->searched || !v || (!broke && strcmp(metric, "capacity_tasks_per_second") != 0))
		return false;
	*value = (struct report_value){.trials = v->result.trials};
	if (broke ? v->result.has_broke : v->result.has_held) {
		rate = broke ? v->result.broke : v->result.held;
		value->spread = spread_of(&rate, 1);
	} else {
		value->reason = report_search_reason(v, broke);
	}
	return true;
}

bool report_search_counts(const struct report *report, size_t i)
{
	const struct report_variant *v;

	if (!report->searched)
		return true;
	v = variant_by_name(report, report->view->trials[i].variant);
	return v && v->result.has_held && report->steps[i].known &&
	       report->steps[i].rate == v->result.held;
}
