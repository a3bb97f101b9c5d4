/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/result/result.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/own.h"
#include "base/units.h"
#include "rig/stats/summary.h"

static int no_memory(const struct run_view *view, struct error *err)
{
	return error_host(err, ENOMEM, "run %s: no memory for its result", view->summary.id);
}

/* -- making it -- */

static struct result_variant *add_variant(struct result *result, const char *name,
					  struct error *err)
{
	ssize_t at = result_variant(result, name);
	struct result_variant *grown;

	if (at >= 0)
		return &result->variants[at];
	grown = reallocarray(result->variants, result->variants_count + 1, sizeof(*grown));
	if (!grown) {
		no_memory(result->view, err);
		return NULL;
	}
	result->variants = grown;
	grown += result->variants_count++;
	*grown = (struct result_variant){0};
	snprintf(grown->name, sizeof(grown->name), "%s", name);
	return grown;
}

/* Attempts at one trial of the plan are several trials and one planned one. */
static bool is_first_attempt(const struct run_view *view, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (view->trials[k].position == view->trials[i].position)
			return false;
	return true;
}

/* In the order of the plan; trials run in shuffled blocks, so theirs says nothing. */
static int add_variants(struct result *result, struct error *err)
{
	const struct run_view *view = result->view;
	struct result_variant *v;
	json_t *plan;
	size_t n;

	json_array_foreach(json_object_get(result->plan, "variants"), n, plan)
	{
		const char *name = json_string_value(json_object_get(plan, "name"));

		v = add_variant(result, name ? name : "", err);
		if (!v)
			return -1;
		v->plan = plan;
	}
	for (size_t i = 0; i < view->trials_count; i++) {
		v = add_variant(result, view->trials[i].variant, err);
		if (!v)
			return -1;
		v->outcomes[view->trials[i].outcome]++;
		v->stored += is_first_attempt(view, i);
	}
	return 0;
}

bool result_ends_by_precision(const struct result *result)
{
	const char *precision = result_plan(result, "trials.precision");

	return precision && strcmp(precision, "none") != 0;
}

/* A run that was to end by its precision, and ended, left nothing out. */
static bool is_complete(const struct result *result)
{
	return result_ends_by_precision(result) && result->view->summary.ended_unix_ns;
}

/* Every block has every variant once, so a variant's share of the plan is an equal one. */
static void count_missing(struct result *result)
{
	int planned = result->view->summary.planned;
	int variants = (int)result->variants_count;

	for (int i = 0; i < variants; i++) {
		struct result_variant *v = &result->variants[i];

		result->stored += v->stored;
		if (planned % variants == 0 && planned / variants > v->stored &&
		    !is_complete(result))
			v->missing = planned / variants - v->stored;
	}
	if (planned > result->stored && !is_complete(result))
		result->missing = planned - result->stored;
}

int64_t result_warmup_ns(const struct result *result)
{
	const char *warmup = result_plan(result, "load.warmup");
	int64_t warmup_ns = 0;

	if (warmup)
		units_duration(warmup, &warmup_ns, NULL);
	return warmup_ns;
}

static int sum_up(struct result *result, struct error *err)
{
	const struct run_view *view = result->view;
	int64_t warmup_ns = result_warmup_ns(result);

	for (size_t i = 0; i < view->trials_count; i++) {
		struct trial_record *summary = &result->trials[i].summary;

		result->trials[i].record = &view->trials[i];
		if (summary_init(summary, &view->trials[i], warmup_ns, err) < 0)
			return -1;
		for (size_t m = 0; m < summary->metrics_count; m++)
			if (names_add(&result->metrics, summary->metrics[m].name, err) < 0)
				return -1;
	}
	return 0;
}

static int gather_all(struct result *result, struct error *err)
{
	if (sum_up(result, err) < 0 || add_variants(result, err) < 0)
		return -1;
	count_missing(result);
	if (search_follow(result, err) < 0)
		return -1;
	for (size_t i = 0; i < result->variants_count; i++) {
		struct result_variant *v = &result->variants[i];

		v->compared =
		    result->searched ? v->search.result.has_held : v->outcomes[TRIAL_OK] > 0;
	}
	if (grade_gather(result, err) < 0 || interference_gather(result, err) < 0 ||
	    ending_gather(result, err) < 0)
		return -1;
	return finding_gather(result, err);
}

int result_init(struct result *result, const struct run_view *view, struct error *err)
{
	size_t size = view->trials_count + 1;

	*result = (struct result){.view = view};
	result->plan = view->plan ? json_loads(view->plan, 0, NULL) : NULL;
	result->trials = calloc(size, sizeof(*result->trials));
	result->scratch = calloc(size, sizeof(*result->scratch));
	if (!result->trials || !result->scratch)
		no_memory(view, err);
	else if (gather_all(result, err) == 0)
		return 0;
	result_destroy(result);
	return -1;
}

void result_destroy(struct result *result)
{
	for (size_t i = 0; result->trials && i < result->view->trials_count; i++)
		trial_record_destroy(&result->trials[i].summary);
	for (size_t i = 0; i < result->variants_count; i++)
		free(result->variants[i].search.search);
	for (size_t i = 0; i < result->endings_count; i++)
		free(result->endings[i].trials);
	for (size_t i = 0; i < result->findings_count; i++) {
		free(result->findings[i].found);
		free(result->findings[i].reason);
	}
	free(result->trials);
	free(result->scratch);
	free(result->variants);
	free(result->grades);
	free(result->interference);
	free(result->endings);
	free(result->findings);
	names_destroy(&result->metrics);
	names_destroy(&result->dimensions);
	json_decref(result->plan);
	*result = (struct result){0};
}

/* -- facts -- */

ssize_t result_variant(const struct result *result, const char *name)
{
	for (size_t i = 0; i < result->variants_count; i++)
		if (strcmp(result->variants[i].name, name) == 0)
			return (ssize_t)i;
	return -1;
}

const struct trial_record *result_first_valid(const struct result *result, const char *variant)
{
	for (size_t i = 0; i < result->view->trials_count; i++) {
		const struct trial_record *trial = &result->view->trials[i];

		if (trial->outcome == TRIAL_OK && strcmp(trial->variant, variant) == 0)
			return trial;
	}
	return NULL;
}

const char *result_plan(const struct result *result, const char *path)
{
	const json_t *at = result->plan;
	char key[64];

	while (*path) {
		size_t len = strcspn(path, ".");

		snprintf(key, sizeof(key), "%.*s", (int)len, path);
		at = json_object_get(at, key);
		path += len + (path[len] == '.');
	}
	return json_string_value(at);
}

const char *result_fact(const struct result *result, const char *name)
{
	const struct host_record *host = &result->view->host;

	for (size_t i = 0; i < host->count; i++)
		if (strcmp(host->facts[i].name, name) == 0)
			return host->facts[i].value;
	return "unknown";
}

int result_trial_number(const struct trial_record *trial)
{
	return trial->position + 1;
}

int result_no_trial(const struct run_view *view, int number, struct error *err)
{
	return error_input(err, "run %s: trial %d: not stored; %d were planned, counted from 1",
			   view->summary.id, number, view->summary.planned);
}

int result_no_such(const struct run_view *view, int number, const char *what, const char *name,
		   const char *list, struct error *err)
{
	size_t i = 0;

	while (i < view->trials_count && result_trial_number(&view->trials[i]) != number)
		i++;
	if (i == view->trials_count)
		return result_no_trial(view, number, err);
	if (list[0])
		return error_input(err, "%s \"%s\": trial %d has no such; it has %s", what, name,
				   number, list);
	return error_input(err,
			   "%s \"%s\": trial %d has none at all; workloads that speak the protocol "
			   "may make them (docs/protocol.md)",
			   what, name, number);
}

const char *result_state_name(const struct run_summary *summary)
{
	if (summary->ended_unix_ns)
		return "ended";
	return summary->life == OWNER_ALIVE  ? "under_way"
	       : summary->life == OWNER_DEAD ? "interrupted"
					     : "unknown";
}

const char *result_state(const struct run_summary *summary, char *buf, size_t size)
{
	static const char *const meanings[] = {"done",
					       "the gate failed",
					       "bad input",
					       "the rig or the host failed",
					       "a workload failed",
					       "too few valid trials"};
	int code = summary->exit_code;

	if (!summary->ended_unix_ns)
		snprintf(buf, size, "%s",
			 summary->life == OWNER_ALIVE  ? "under way"
			 : summary->life == OWNER_DEAD ? "interrupted"
						       : "under way or interrupted");
	else if (code >= 0 && code < (int)ARRAY_SIZE(meanings))
		snprintf(buf, size, "ended, exit %d (%s)", code, meanings[code]);
	else
		snprintf(buf, size, "ended, exit %d", code);
	return buf;
}

const char *result_time(int64_t unix_ns, char *buf, size_t size)
{
	int64_t ms = unix_ns / NS_PER_MS;
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char day[24];

	if (!gmtime_r(&seconds, &tm) || unix_ns < 0 ||
	    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm) == 0) {
		snprintf(buf, size, "unknown");
		return buf;
	}
	snprintf(buf, size, "%s.%03dZ", day, (int)(ms % 1000));
	return buf;
}
