/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "rig/report/json/json.h"
#include "rig/result/heatmap.h"
#include "rig/stats/search_judge.h"

static json_t *metrics_json(const struct trial_record *summary)
{
	json_t *object = json_object();

	for (size_t i = 0; i < summary->metrics_count; i++) {
		const struct metric *m = &summary->metrics[i];

		object = m->known ? json_set_path(object, m->name, json_number(m->value))
				  : json_set_unknown(object, m->name, m->reason);
	}
	return object;
}

static json_t *words_json(const struct trial_record *summary)
{
	json_t *words = json_array();

	for (size_t i = 0; i < summary->metrics_count; i++)
		if (summary->metrics[i].known && result_is_word(summary, summary->metrics[i].name))
			words = json_added(words, json_text(summary->metrics[i].name));
	return words;
}

static json_t *grade_json(const struct trial_record *trial)
{
	json_t *object = json_object();

	for (size_t i = 0; i < trial->grades_count; i++) {
		const struct grade_line *g = &trial->grades[i];
		const char level[2] = {g->level, '\0'};
		json_t *line = json_pack("{s:o, s:o, s:o, s:o}", "level", json_text(level), "asked",
					 json_text(g->asked), "granted", json_text(g->granted),
					 "reason", json_text(g->reason));

		object = json_set_path(object, g->dimension, line);
	}
	return object;
}

/* Items of the record's arrays, for json_list(). */

static json_t *interference_json(const void *item, const void *of)
{
	const struct interference_line *l = item;

	(void)of;
	return json_pack(
	    "{s:o, s:o, s:o, s:o}", "name", json_text(l->name), "unit", json_text(l->unit), "value",
	    l->known ? json_number(l->value) : json_null(), "detail", json_text(l->detail));
}

static json_t *event_json(const void *item, const void *of)
{
	const struct trial_event *e = item;

	(void)of;
	return json_pack("{s:o, s:o, s:o, s:o}", "at_seconds",
			 json_number((double)e->at_ns / NS_PER_S), "cell", json_text(e->cell),
			 "kind", json_text(e->kind), "text", json_text(e->text));
}

static json_t *log_json(const void *item, const void *of)
{
	const struct trial_log *l = item;

	(void)of;
	return json_pack("{s:o, s:I, s:I, s:o}", "name", json_text(l->name), "bytes",
			 (json_int_t)l->bytes, "dropped", (json_int_t)l->dropped, "tail",
			 json_text(l->text));
}

static json_t *artefact_json(const void *item, const void *of)
{
	const struct trial_artefact *a = item;

	(void)of;
	return json_pack("{s:o, s:o, s:I, s:b}", "name", json_text(a->name), "media",
			 json_text(a->media), "bytes", (json_int_t)a->bytes, "intrusive",
			 a->intrusive);
}

static json_t *step_json(const struct search_step *step)
{
	if (!step)
		return json_null();
	return json_pack("{s:o, s:s, s:o}", "rate", json_number(step->rate), "answer",
			 search_answer_name(step->answer), "why", json_text(step->why));
}

/* One of the record's arrays. */
#define LIST(r, array, one)                                                                        \
	json_list((r)->array, (r)->array##_count, sizeof(*(r)->array), one, NULL)

json_t *json_trial(const void *item, const void *of)
{
	const struct result_trial *t = item;
	const struct trial_record *r = t->record;
	json_t *reason = json_text(r->reason[0] ? r->reason : NULL);
	char time[32];

	(void)of;
	return json_pack(
	    "{s:i, s:i, s:i, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "trial",
	    result_trial_number(r), "block", r->block + 1, "attempt", r->attempt + 1, "variant",
	    json_text(r->variant), "started", result_time(r->started_unix_ns, time, sizeof(time)),
	    "outcome", trial_outcome_name(r->outcome), "reason", reason, "metrics",
	    metrics_json(&t->summary), "words", words_json(&t->summary), "grade", grade_json(r),
	    "interference", LIST(r, interference, interference_json), "events",
	    LIST(r, events, event_json), "artefacts", LIST(r, artefacts, artefact_json), "logs",
	    LIST(r, logs, log_json), "search", step_json(t->step));
}

/* -- heat maps -- */

/* More intervals than these share columns. */
#define COLUMNS_MAX 100000

/* By column: how many values fell into each band from the lowest that holds any to the highest;
 * null where nothing was recorded. */
static json_t *cells_json(const struct heatmap *map)
{
	json_t *columns = json_array();

	for (int c = 0; c < map->columns; c++) {
		json_t *column = map->recorded[c] ? json_array() : json_null();

		for (int b = map->lowest; map->recorded[c] && b <= map->highest; b++)
			column =
			    json_added(column, json_integer(map->cells[c * HEATMAP_BANDS + b]));
		columns = json_added(columns, column);
	}
	return columns;
}

static json_t *edges_json(const struct heatmap *map)
{
	json_t *edges = json_array();

	for (int b = map->lowest; b <= map->highest; b++)
		edges = json_added(edges, json_integer(heatmap_edge(b)));
	return edges;
}

json_t *json_heatmap(const struct trial_record *trial, const char *name, struct error *err)
{
	struct heatmap map;
	json_t *json;

	if (!heatmap_has(trial, name))
		return json_null();
	if (heatmap_init(&map, trial, name, COLUMNS_MAX, err) < 0)
		return NULL;
	json =
	    json_pack("{s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:i}", "trial",
		      result_trial_number(trial), "attempt", trial->attempt + 1, "name",
		      json_text(map.name), "unit", json_text(map.unit), "from_seconds",
		      json_number((double)map.from_ns / NS_PER_S), "column_seconds",
		      json_number((double)map.column_ns / NS_PER_S), "bands_from", edges_json(&map),
		      "columns", cells_json(&map), "total", json_integer(map.total), "intervals",
		      map.intervals, "unknown", map.unknown);
	heatmap_destroy(&map);
	return json;
}

json_t *json_heatmaps(const struct run_view *view, int number, const char *name, struct error *err)
{
	json_t *array;

	if (heatmap_check(view, number, name, err) < 0)
		return NULL;
	array = json_array();
	for (size_t i = 0; i < view->trials_count && array; i++)
		if (result_trial_number(&view->trials[i]) == number)
			array = json_added(array, json_heatmap(&view->trials[i], name, err));
	return array;
}
