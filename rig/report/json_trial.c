/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "rig/report/json.h"
#include "rig/report/json_text.h"
#include "rig/report/text.h"

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

static json_t *interference_json(const struct trial_record *trial)
{
	json_t *array = json_array();

	for (size_t i = 0; i < trial->interference_count; i++) {
		const struct interference_line *l = &trial->interference[i];
		json_t *value = l->known ? json_number(l->value) : json_null();
		json_t *line =
		    json_pack("{s:o, s:o, s:o, s:o}", "name", json_text(l->name), "unit",
			      json_text(l->unit), "value", value, "detail", json_text(l->detail));

		if (json_array_append_new(array, line) < 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *events_json(const struct trial_record *trial)
{
	json_t *array = json_array();

	for (size_t i = 0; i < trial->events_count; i++) {
		const struct trial_event *e = &trial->events[i];
		json_t *line =
		    json_pack("{s:o, s:o, s:o, s:o}", "at_seconds",
			      json_number((double)e->at_ns / NS_PER_S), "cell", json_text(e->cell),
			      "kind", json_text(e->kind), "text", json_text(e->text));

		if (json_array_append_new(array, line) < 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *logs_json(const struct trial_record *trial)
{
	json_t *array = json_array();

	for (size_t i = 0; i < trial->logs_count; i++) {
		const struct trial_log *l = &trial->logs[i];
		json_t *line = json_pack("{s:o, s:I, s:I, s:o}", "name", json_text(l->name),
					 "bytes", (json_int_t)l->bytes, "dropped",
					 (json_int_t)l->dropped, "tail", json_text(l->text));

		if (json_array_append_new(array, line) < 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *artefacts_json(const struct trial_record *trial)
{
	json_t *array = json_array();

	for (size_t i = 0; i < trial->artefacts_count; i++) {
		const struct trial_artefact *a = &trial->artefacts[i];
		json_t *line = json_pack("{s:o, s:o, s:I, s:b}", "name", json_text(a->name),
					 "media", json_text(a->media), "bytes",
					 (json_int_t)a->bytes, "intrusive", a->intrusive);

		if (json_array_append_new(array, line) < 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

json_t *report_json_trial(const struct trial_record *trial, const struct trial_record *summary)
{
	char time[32];
	json_t *reason = trial->reason[0] ? json_text(trial->reason) : json_null();
	json_t *started = json_string(text_time(trial->started_unix_ns, time, sizeof(time)));

	return json_pack("{s:i, s:i, s:i, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "position", trial->position, "block", trial->block, "attempt",
			 trial->attempt, "variant", json_text(trial->variant), "started", started,
			 "outcome", trial_outcome_name(trial->outcome), "reason", reason, "metrics",
			 metrics_json(summary), "grade", grade_json(trial), "ledger",
			 interference_json(trial), "events", events_json(trial), "artefacts",
			 artefacts_json(trial), "logs", logs_json(trial));
}
