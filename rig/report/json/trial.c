/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/json/trial.h"

#include "base/clock.h"
#include "rig/report/json/value.h"
#include "rig/stats/search_judge.h"

static json_t *metrics_json(const struct trial_record *summary)
{
	json_t *object = json_object();

	for (size_t i = 0; i < summary->metrics_count; i++) {
		const struct metric *m = &summary->metrics[i];
		int failed = m->known ? json_set_path(object, m->name, json_number(m->value))
				      : json_set_unknown(object, m->name, m->reason);

		if (failed) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
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

		if (json_set_path(object, g->dimension, line) < 0) {
			json_decref(object);
			return NULL;
		}
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

json_t *json_trial(const struct result_trial *t)
{
	const struct trial_record *r = t->record;
	json_t *reason = r->reason[0] ? json_text(r->reason) : json_null();
	char time[32];

	return json_pack(
	    "{s:i, s:i, s:i, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "trial",
	    result_trial_number(r), "block", r->block + 1, "attempt", r->attempt + 1, "variant",
	    json_text(r->variant), "started", result_time(r->started_unix_ns, time, sizeof(time)),
	    "outcome", trial_outcome_name(r->outcome), "reason", reason, "metrics",
	    metrics_json(t->summary), "grade", grade_json(r), "interference",
	    LIST(r, interference, interference_json), "events", LIST(r, events, event_json),
	    "artefacts", LIST(r, artefacts, artefact_json), "logs", LIST(r, logs, log_json),
	    "search", step_json(t->step));
}
