/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/json/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static json_t *time_or_null(int64_t unix_ns)
{
	char time[32];

	return unix_ns ? json_string(result_time(unix_ns, time, sizeof(time))) : json_null();
}

static json_t *run_json(const struct result *result)
{
	const struct run_summary *s = &result->view->summary;
	char state[64];

	return json_pack("{s:o, s:o, s:o, s:s, s:s, s:o, s:I, s:i, s:i, s:i, s:i}", "id",
			 json_text(s->id), "started", time_or_null(s->started_unix_ns), "ended",
			 time_or_null(s->ended_unix_ns), "state", result_state_name(s),
			 "state_text", result_state(s, state, sizeof(state)), "exit_code",
			 s->ended_unix_ns ? json_integer(s->exit_code) : json_null(), "seed",
			 (json_int_t)result->view->seed, "planned", s->planned, "trials", s->trials,
			 "ok", s->ok, "missing", result->missing);
}

static json_t *experiment_json(const struct result *result)
{
	const struct run_view *view = result->view;
	json_t *definition = result->plan ? json_incref(result->plan) : json_null();

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

		object = json_set_path(object, fact->name, fact_json(fact->name, fact->value));
	}
	return object;
}

static json_t *spread_json(const struct spread *s)
{
	json_t *object = json_pack("{s:I, s:o, s:o, s:o}", "count", (json_int_t)s->count, "median",
				   json_number(s->median), "min", json_number(s->min), "max",
				   json_number(s->max));

	if (object && s->has_quartiles) {
		json_object_set_new(object, "q1", json_number(s->q1));
		json_object_set_new(object, "q3", json_number(s->q3));
	}
	return object;
}

/* -- variants -- */

static json_t *variant_metrics(const struct result *result, size_t variant)
{
	json_t *metrics = json_object();

	for (size_t i = 0; i < result->metrics.count; i++) {
		const char *name = result->metrics.list[i];
		struct result_value value = result_value(result, variant, name);

		metrics = value.spread.count
			      ? json_set_path(metrics, name, spread_json(&value.spread))
			      : json_set_unknown(metrics, name, value.reason);
	}
	return metrics;
}

static json_t *variant_words(const struct result *result, size_t variant)
{
	json_t *words = json_array();

	for (size_t i = 0; i < result->metrics.count; i++)
		if (result_value(result, variant, result->metrics.list[i]).word)
			words = json_added(words, json_text(result->metrics.list[i]));
	return words;
}

/* Levels by dimension: {"cpu": "B"}. */
static json_t *grades_json(const struct result *result, const char *levels)
{
	json_t *object = json_object();

	for (size_t d = 0; d < result->dimensions.count; d++)
		object =
		    json_set_path(object, result->dimensions.list[d], json_stringn(&levels[d], 1));
	return object;
}

static json_t *set_rate(json_t *object, const char *key, bool known, double rate, const char *why)
{
	return known ? json_set_path(object, key, json_number(rate))
		     : json_set_unknown(object, key, why);
}

static json_t *rate_json(const void *item, const void *of)
{
	const struct search_rate *r = item;

	(void)of;
	return json_pack("{s:o, s:i, s:i, s:i}", "rate", json_number(r->rate), "held", r->held,
			 "broke", r->broke, "void", r->voided);
}

static json_t *search_json(const struct result *result, const struct variant_search *v)
{
	const struct search_result *r = &v->result;
	const struct search_spec *spec = &result->search;
	json_t *object;

	if (!result->searched)
		return json_null();
	object = json_pack("{s:o, s:o, s:b, s:i, s:o}", "metric", json_text(spec->metric),
			   "bound_seconds", json_number((double)spec->bound_ns / 1e9), "over",
			   r->over, "trials", r->trials, "rates",
			   json_list(v->search->rates, v->search->rates_count,
				     sizeof(*v->search->rates), rate_json, NULL));
	object = set_rate(object, "held_tasks_per_second", r->has_held, r->held, v->no_held);
	object = set_rate(object, "broke_tasks_per_second", r->has_broke, r->broke, v->no_broke);
	return set_rate(object, "not_offered_tasks_per_second", r->has_unoffered, r->unoffered,
			"the generator could offer every rate that was tried");
}

/* What the experiment asks for (report.heatmap), of the first valid trial. */
static json_t *variant_heatmap(const struct result *result, const struct result_variant *v)
{
	const char *name = result_plan(result, "report.heatmap");
	const struct trial_record *trial = result_first_valid(result, v->name);
	json_t *json = name && name[0] && trial ? json_heatmap(trial, name, NULL) : NULL;

	return json ? json : json_null();
}

static json_t *variant_json(const void *item, const void *of)
{
	const struct result *result = of;
	const struct result_variant *v = item;
	json_t *plan = v->plan ? json_deep_copy(v->plan) : json_null();

	return json_pack("{s:o, s:o, s:{s:i, s:i, s:i, s:i, s:i}, s:o, s:o, s:o, s:o, s:o}", "name",
			 json_text(v->name), "definition", plan, "trials", "ok",
			 v->outcomes[TRIAL_OK], "void", v->outcomes[TRIAL_VOID], "workload_failed",
			 v->outcomes[TRIAL_WORKLOAD_FAILED], "rig_failed",
			 v->outcomes[TRIAL_RIG_FAILED], "missing", v->missing, "grade",
			 grades_json(result, v->grades), "metrics",
			 variant_metrics(result, (size_t)(v - result->variants)), "words",
			 variant_words(result, (size_t)(v - result->variants)), "search",
			 search_json(result, &v->search), "heatmap", variant_heatmap(result, v));
}

/* -- over all trials -- */

static json_t *interference_json(const void *item, const void *of)
{
	const struct interference *i = item;
	json_t *worst = i->worst ? json_integer(result_trial_number(i->worst_trial)) : json_null();
	json_t *spread = i->spread.count ? spread_json(&i->spread) : json_null();

	(void)of;
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:o}", "name", json_text(i->name), "unit",
			 json_text(i->unit), "value", spread, "worst_trial", worst, "worst_detail",
			 json_text(i->worst ? i->worst->detail : NULL), "unknown",
			 (json_int_t)i->unknown, "unknown_reason",
			 json_text(i->first_unknown ? i->first_unknown->detail : NULL));
}

static json_t *warning_json(const void *item, const void *of)
{
	const struct warning *w = item;
	char text[512];

	(void)of;
	return json_pack("{s:o, s:s, s:o, s:o, s:i, s:I, s:I}", "text",
			 json_text(describe_warning(w, text, sizeof(text))), "interference",
			 w->bound->line, "bound", json_number(w->bound->share), "max",
			 json_number(w->worst->value), "worst_trial",
			 result_trial_number(w->worst_trial), "trials", (json_int_t)w->trials, "of",
			 (json_int_t)w->of);
}

static json_t *pattern_json(const struct pattern *p, bool same)
{
	char text[PATTERN_SHOW_SIZE];

	return json_text(same ? pattern_text(p, "..", text, sizeof(text)) : NULL);
}

static json_t *reason_json(const void *item, const void *of)
{
	const struct pattern *p = item;

	(void)of;
	return json_pack("{s:o, s:I}", "reason", pattern_json(p, true), "trials",
			 (json_int_t)p->count);
}

static json_t *reasons_json(const void *item, const void *of)
{
	const struct grade_reasons *g = item;

	(void)of;
	return json_pack("{s:o, s:o, s:I, s:o, s:o, s:o, s:I}", "dimension",
			 json_text(g->dimension), "level", json_stringn(&g->level, 1), "trials",
			 (json_int_t)g->trials, "asked", pattern_json(&g->asked, g->one_wish),
			 "granted", pattern_json(&g->granted, g->one_grant), "reasons",
			 json_list(g->reasons, g->count, sizeof(*g->reasons), reason_json, NULL),
			 "more", (json_int_t)g->more);
}

static json_t *finding_json(const void *item, const void *of)
{
	const struct finding *f = item;

	return json_pack("{s:o, s:o, s:o, s:s, s:o, s:o}", "claim", json_text(f->claim), "source",
			 json_text(f->source), "found", json_text(f->found), "verdict",
			 finding_verdict_text(f->verdict), "reason", json_text(f->reason), "grade",
			 grades_json(of, f->grades));
}

/* One of the result's arrays. */
#define LIST(r, array, count, one) json_list((r)->array, count, sizeof(*(r)->array), one, r)

json_t *json_result(const struct result *r, struct error *err)
{
	json_t *whole =
	    json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "format",
		      JSON_FORMAT, "run", run_json(r), "experiment", experiment_json(r), "host",
		      host_json(&r->view->host), "grade", grades_json(r, r->levels), "variants",
		      LIST(r, variants, r->variants_count, variant_json), "interference",
		      LIST(r, interference, r->interference_count, interference_json), "warnings",
		      LIST(r, warnings, r->warnings_count, warning_json), "grade_reasons",
		      LIST(r, grades, r->grades_count, reasons_json), "trials",
		      LIST(r, trials, r->view->trials_count, json_trial), "comparisons",
		      json_comparisons(r, err), "findings",
		      LIST(r, findings, r->findings_count, finding_json));

	if (!whole)
		error_host(err, ENOMEM, "run %s: no memory for its JSON", r->view->summary.id);
	return whole;
}

/* Whole characters, of which jansson has escaped those below U+0020 only; a terminal obeys others,
 * too. */
static int write_escaped(const char *text, size_t size, void *to)
{
	size_t done = 0;

	for (size_t i = 0; i < size;) {
		uint32_t c;
		size_t len = text_next(text + i, &c);

		if (c >= 0x7f && text_is_control(c)) {
			fwrite(text + done, 1, i - done, to);
			fprintf(to, "\\u%04X", c);
			done = i + len;
		}
		i += len;
	}
	fwrite(text + done, 1, size - done, to);
	return 0;
}

int json_print_value(json_t *value, size_t flags, FILE *to, struct error *err)
{
	if (!value)
		return error_host(err, ENOMEM, "no memory for JSON");
	/* 15 digits: whole nanoseconds come out as they went in, without a tail of binary dust. */
	json_dump_callback(value, write_escaped, to, flags | JSON_REAL_PRECISION(15));
	fputc('\n', to);
	json_decref(value);
	return 0;
}

int json_print(const struct result *result, FILE *to, struct error *err)
{
	json_t *json = json_result(result, err);

	return json ? json_print_value(json, JSON_INDENT(2), to, err) : -1;
}
