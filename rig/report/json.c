/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/report/finding.h"
#include "rig/report/json_text.h"
#include "rig/report/search.h"
#include "rig/report/text.h"

static json_t *time_or_null(int64_t unix_ns)
{
	char time[32];

	return unix_ns ? json_string(text_time(unix_ns, time, sizeof(time))) : json_null();
}

static json_t *run_json(const struct report *report)
{
	const struct run_summary *s = &report->view->summary;
	char state[64];

	return json_pack("{s:o, s:o, s:o, s:s, s:s, s:o, s:I, s:i, s:i, s:i, s:i}", "id",
			 json_text(s->id), "started", time_or_null(s->started_unix_ns), "ended",
			 time_or_null(s->ended_unix_ns), "state",
			 s->ended_unix_ns ? "ended" : "interrupted", "state_text",
			 report_state(s, state, sizeof(state)), "exit_code",
			 s->ended_unix_ns ? json_integer(s->exit_code) : json_null(), "seed",
			 (json_int_t)report->view->seed, "planned", s->planned, "trials", s->trials,
			 "ok", s->ok, "missing", report->missing);
}

static json_t *experiment_json(const struct report *report)
{
	const struct run_view *view = report->view;
	json_t *definition = report->definition ? json_incref(report->definition) : json_null();

	return json_pack("{s:o, s:o, s:o, s:o}", "name", json_text(view->summary.experiment),
			 "path", json_text(view->yaml_path), "yaml", json_text(view->yaml),
			 "definition", definition);
}

/* Facts are text ("0-1" CPUs may be "0" elsewhere, and a key keeps its type), but for bytes. */
static json_t *fact_json(const char *name, const char *value)
{
	size_t digits = strspn(value, "0123456789"), len = strlen(name);

	if (len > 6 && strcmp(name + len - 6, "_bytes") == 0 && digits && digits < 16 &&
	    !value[digits])
		return json_integer(strtoll(value, NULL, 10));
	return json_text(value);
}

static json_t *host_json(const struct host_record *host)
{
	json_t *object = json_object();

	for (size_t i = 0; i < host->count; i++) {
		const struct host_fact *fact = &host->facts[i];

		if (json_set_path(object, fact->name, fact_json(fact->name, fact->value)) < 0) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static json_t *spread_json(const struct report_value *value)
{
	const struct spread *s = &value->spread;
	json_t *object = json_pack("{s:I, s:o, s:o, s:o}", "count", (json_int_t)s->count, "median",
				   json_number(s->median), "min", json_number(s->min), "max",
				   json_number(s->max));

	if (object && s->has_quartiles) {
		json_object_set_new(object, "q1", json_number(s->q1));
		json_object_set_new(object, "q3", json_number(s->q3));
	}
	return object;
}

static int add_variant_metrics(const struct report *report, const char *variant, json_t *metrics,
			       struct error *err)
{
	cleanup_free const char **names = NULL;
	ssize_t count = report_metric_names(report, &names, err);

	for (ssize_t i = 0; i < count; i++) {
		struct report_value value;
		int failed;

		if (report_value(report, variant, names[i], &value, err) < 0)
			return -1;
		if (value.spread.count)
			failed = json_set_path(metrics, names[i], spread_json(&value));
		else
			failed = json_set_unknown(metrics, names[i], value.reason);
		if (failed)
			return error_host(err, ENOMEM, "no memory for the JSON of %s", variant);
	}
	return count < 0 ? -1 : 0;
}

static json_t *variant_json(const struct report *report, const struct report_variant *v,
			    struct error *err)
{
	json_t *metrics = json_object();
	json_t *definition;

	if (add_variant_metrics(report, v->name, metrics, err) < 0) {
		json_decref(metrics);
		return NULL;
	}
	definition = v->definition ? json_deep_copy(v->definition) : json_null();
	return json_pack("{s:o, s:o, s:{s:i, s:i, s:i, s:i, s:i}, s:o, s:o}", "name",
			 json_text(v->name), "definition", definition, "trials", "ok",
			 v->outcomes[TRIAL_OK], "void", v->outcomes[TRIAL_VOID], "workload_failed",
			 v->outcomes[TRIAL_WORKLOAD_FAILED], "rig_failed",
			 v->outcomes[TRIAL_RIG_FAILED], "missing", v->missing, "metrics", metrics,
			 "search", search_json_variant(report, v));
}

static json_t *trial_json(const struct report *report, size_t i)
{
	json_t *object = report_json_trial(&report->view->trials[i], &report->summaries[i]);

	if (object && json_object_set_new(object, "search", search_json_trial(report, i)) == 0)
		return object;
	json_decref(object);
	return NULL;
}

json_t *report_json(const struct report *report, struct error *err)
{
	json_t *variants = json_array(), *trials = json_array();
	const struct run_view *view = report->view;
	json_t *whole;
	int failed = 0;

	for (size_t i = 0; i < report->variants_count; i++)
		failed |= json_array_append_new(variants,
						variant_json(report, &report->variants[i], err));
	for (size_t i = 0; i < view->trials_count; i++)
		failed |= json_array_append_new(trials, trial_json(report, i));
	whole = json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "format", JSON_FORMAT, "run",
			  run_json(report), "experiment", experiment_json(report), "host",
			  host_json(&view->host), "variants", variants, "trials", trials,
			  "findings", finding_json(report, err));
	if (whole && !failed)
		return whole;
	json_decref(whole);
	error_host(err, ENOMEM, "run %s: no memory for its JSON", view->summary.id);
	return NULL;
}

int report_json_print(const struct report *report, FILE *to, struct error *err)
{
	json_t *json = report_json(report, err);

	if (!json)
		return -1;
	/* 15 digits: whole nanoseconds come out as they went in, without a tail of binary dust. */
	json_dumpf(json, to, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	fputc('\n', to);
	json_decref(json);
	return 0;
}
