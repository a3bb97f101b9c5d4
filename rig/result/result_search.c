/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "rig/knob/knob.h"
#include "rig/result/result.h"
#include "rig/stats/search_judge.h"

/* The rules of the run; false: it had no search. */
static bool read_rules(struct result *result, struct search_rules *rules)
{
	const char *text = result_plan(result, "trials.retries");
	const struct search_spec *spec = &result->search;
	uint64_t retries = 0;
	char path[32];

	if (!text || units_count(text, &retries, NULL) < 0 || retries > INT32_MAX)
		return false;
	for (const struct field *row = knob_search; row->type != FIELD_END; row++) {
		snprintf(path, sizeof(path), "search.%s", row->name);
		text = result_plan(result, path);
		if (!text || field_parse(row, text, &result->search, NULL) < 0)
			return false;
	}
	*rules = (struct search_rules){spec->from, spec->to, spec->resolution, spec->confirm,
				       (int)retries};
	return spec->from < spec->to;
}

const char *search_rate_text(double rate, char buf[SEARCH_RATE_SIZE])
{
	if (rate == floor(rate))
		return units_show(UNITS_COUNT, rate, false, buf, SEARCH_RATE_SIZE);
	snprintf(buf, SEARCH_RATE_SIZE, "%.10g", rate);
	return buf;
}

/* Why no rate held, or none broke, of a search that is over and did not fail. */
static void say_why(const struct result *result, struct variant_search *v)
{
	const struct search_result *r = &v->result;
	const size_t size = sizeof(v->no_held);
	char from[SEARCH_RATE_SIZE], to[SEARCH_RATE_SIZE], unoffered[SEARCH_RATE_SIZE],
	    offered[SEARCH_RATE_SIZE];

	search_rate_text(result->search.from, from);
	search_rate_text(result->search.to, to);
	search_rate_text(r->unoffered, unoffered);
	search_rate_text(r->offered, offered);
	if (!r->has_held && r->has_broke)
		snprintf(v->no_held, size,
			 "it broke at the lowest rate that was asked for, %s tasks/s", from);
	else if (!r->has_held)
		snprintf(v->no_held, size, "the generator could not even offer %s tasks/s",
			 unoffered);
	if (!r->has_broke && !r->has_unoffered)
		snprintf(v->no_broke, size,
			 "it held up to the highest rate that was asked for, %s tasks/s", to);
	else if (!r->has_broke && r->has_offered)
		snprintf(
		    v->no_broke, size,
		    "the generator could not offer more than %s tasks/s (not %s, in %d trials)",
		    offered, unoffered, v->search->rules.retries + 1);
	else if (!r->has_broke)
		snprintf(v->no_broke, size, "the generator could not even offer %s tasks/s",
			 unoffered);
}

static void say_reasons(const struct result *result, struct variant_search *v)
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
		say_why(result, v);
	}
}

static void follow(struct result *result)
{
	const struct search_bound bound = {result->search.metric,
					   (double)result->search.bound_ns / 1e9};

	for (size_t i = 0; i < result->view->trials_count; i++) {
		struct result_trial *trial = &result->trials[i];
		const struct metric *rate = trial_find_metric(trial->record, SEARCH_RATE_METRIC);
		struct search_step *step = &trial->said;
		struct variant_search *v;

		if (!rate || !rate->known)
			continue;
		v = &result->variants[result_variant(result, trial->record->variant)].search;
		trial->step = step;
		step->rate = rate->value;
		step->answer = search_judge(trial->record, &trial->summary, &bound, step->why,
					    sizeof(step->why));
		if (step->answer == SEARCH_FAILED)
			v->failure = step->why;
		search_tell(v->search, step->rate, step->answer);
	}
}

int search_follow(struct result *result, struct error *err)
{
	struct search_rules rules;

	result->searched = read_rules(result, &rules);
	if (!result->searched)
		return 0;
	for (size_t i = 0; i < result->variants_count; i++) {
		struct variant_search *v = &result->variants[i].search;

		v->search = malloc(sizeof(*v->search));
		if (!v->search)
			return error_host(err, ENOMEM, "no memory for a search");
		search_init(v->search, &rules);
	}
	follow(result);
	for (size_t i = 0; i < result->variants_count; i++)
		say_reasons(result, &result->variants[i].search);
	return 0;
}

bool search_value(const struct result *result, size_t variant, const char *metric,
		  struct result_value *value)
{
	bool broke = strcmp(metric, "capacity_broke_tasks_per_second") == 0;
	const struct variant_search *v = &result->variants[variant].search;
	double rate;

	if (!result->searched || (!broke && strcmp(metric, "capacity_tasks_per_second") != 0))
		return false;
	*value = (struct result_value){.trials = v->result.trials};
	if (broke ? v->result.has_broke : v->result.has_held) {
		rate = broke ? v->result.broke : v->result.held;
		value->spread = spread_of(&rate, 1);
	} else {
		value->reason = broke ? v->no_broke : v->no_held;
	}
	return true;
}

bool search_counts(const struct result *result, size_t variant, size_t i)
{
	const struct search_result *r = &result->variants[variant].search.result;
	const struct search_step *step = result->trials[i].step;

	return !result->searched || (r->has_held && step && step->rate == r->held);
}
