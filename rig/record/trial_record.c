/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/record/trial_record.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/text.h"

static const char *const outcome_names[] = {"ok", "workload_failed", "void", "rig_failed"};

const char *trial_outcome_name(enum trial_outcome outcome)
{
	if ((size_t)outcome >= ARRAY_SIZE(outcome_names))
		return "unknown";
	return outcome_names[outcome];
}

int trial_outcome_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(outcome_names); i++)
		if (strcmp(outcome_names[i], name) == 0)
			return (int)i;
	return -1;
}

void trial_record_init(struct trial_record *r)
{
	*r = (struct trial_record){0};
}

void trial_record_destroy(struct trial_record *r)
{
	for (size_t i = 0; i < r->records_count; i++)
		free(r->records[i].hdr);
	for (size_t i = 0; i < r->logs_count; i++)
		free(r->logs[i].text);
	for (size_t i = 0; i < r->artefacts_count; i++)
		own_close(&r->artefacts[i].fd);
	free(r->metrics);
	free(r->interference);
	free(r->grades);
	free(r->events);
	free(r->samples);
	free(r->records);
	free(r->logs);
	free(r->artefacts);
	trial_record_init(r);
}

/* Room for one item more: the array, moved where it had to grow, or NULL. */
static void *room(void *array, size_t count, size_t *size, size_t item, struct error *err)
{
	size_t wanted = *size ? *size * 2 : 16;
	void *grown;

	if (count < *size)
		return array;
	grown = reallocarray(array, wanted, item);
	if (!grown) {
		error_host(err, ENOMEM, "trial record: no memory for item %zu", count + 1);
		return NULL;
	}
	*size = wanted;
	return grown;
}

/* A sentence that was cut must show it, or the reader takes half of it for the whole. */
static void __attribute__((format(printf, 3, 0)))
sentence(char *to, size_t size, const char *fmt, va_list ap)
{
	if (vsnprintf(to, size, fmt, ap) >= (int)size)
		memcpy(to + size - 4, "...", 4);
}

static int add_metric(struct trial_record *r, const struct metric *m, struct error *err)
{
	struct metric *grown =
	    room(r->metrics, r->metrics_count, &r->metrics_size, sizeof(*m), err);

	if (!grown)
		return -1;
	r->metrics = grown;
	r->metrics[r->metrics_count++] = *m;
	return 0;
}

int trial_metric(struct trial_record *r, const char *name, double value, struct error *err)
{
	struct metric m = {.known = true, .value = value};

	/* Neither SQL nor JSON has a NaN or an infinity, and neither is of use. */
	if (!isfinite(value))
		return trial_metric_unknown(r, name, err, "the value came out as %g", value);
	text_cut(name, m.name, sizeof(m.name));
	return add_metric(r, &m, err);
}

int trial_metric_unknown(struct trial_record *r, const char *name, struct error *err,
			 const char *why, ...)
{
	struct metric m = {.known = false};
	va_list ap;

	text_cut(name, m.name, sizeof(m.name));
	va_start(ap, why);
	sentence(m.reason, sizeof(m.reason), why, ap);
	va_end(ap);
	return add_metric(r, &m, err);
}

static int vinterference(struct trial_record *r, const char *name, const char *unit,
			 const double *value, struct error *err, const char *fmt, va_list ap)
{
	struct interference_line line = {.known = value != NULL, .value = value ? *value : 0};
	struct interference_line *grown =
	    room(r->interference, r->interference_count, &r->interference_size, sizeof(line), err);

	if (!grown)
		return -1;
	r->interference = grown;
	text_cut(name, line.name, sizeof(line.name));
	text_cut(unit, line.unit, sizeof(line.unit));
	sentence(line.detail, sizeof(line.detail), fmt, ap);
	r->interference[r->interference_count++] = line;
	return 0;
}

int trial_interference(struct trial_record *r, const char *name, const char *unit, double value,
		       struct error *err, const char *detail, ...)
{
	va_list ap;
	int done;

	if (!isfinite(value))
		return trial_interference_unknown(r, name, unit, err, "the value came out as %g",
						  value);
	va_start(ap, detail);
	done = vinterference(r, name, unit, &value, err, detail, ap);
	va_end(ap);
	return done;
}

int trial_interference_unknown(struct trial_record *r, const char *name, const char *unit,
			       struct error *err, const char *why, ...)
{
	va_list ap;
	int done;

	va_start(ap, why);
	done = vinterference(r, name, unit, NULL, err, why, ap);
	va_end(ap);
	return done;
}

int trial_grade(struct trial_record *r, const struct grade_line *line, struct error *err)
{
	struct grade_line *grown =
	    room(r->grades, r->grades_count, &r->grades_size, sizeof(*line), err);

	if (!grown)
		return -1;
	r->grades = grown;
	r->grades[r->grades_count++] = *line;
	return 0;
}

int trial_event(struct trial_record *r, int64_t at_ns, const char *cell, const char *kind,
		struct error *err, const char *text, ...)
{
	struct trial_event event = {.at_ns = at_ns};
	struct trial_event *grown =
	    room(r->events, r->events_count, &r->events_size, sizeof(event), err);
	va_list ap;

	if (!grown)
		return -1;
	r->events = grown;
	text_cut(cell, event.cell, sizeof(event.cell));
	text_cut(kind, event.kind, sizeof(event.kind));
	va_start(ap, text);
	sentence(event.text, sizeof(event.text), text, ap);
	va_end(ap);
	r->events[r->events_count++] = event;
	return 0;
}

int trial_sample(struct trial_record *r, const struct trial_sample *sample, struct error *err)
{
	struct trial_sample *grown =
	    room(r->samples, r->samples_count, &r->samples_size, sizeof(*sample), err);

	if (!grown)
		return -1;
	r->samples = grown;
	r->samples[r->samples_count++] = *sample;
	return 0;
}

int trial_workload_record(struct trial_record *r, const struct workload_record *record,
			  struct error *err)
{
	struct workload_record *grown =
	    room(r->records, r->records_count, &r->records_size, sizeof(*record), err);

	if (!grown) {
		free(record->hdr);
		return -1;
	}
	r->records = grown;
	r->records[r->records_count++] = *record;
	return 0;
}

int trial_log(struct trial_record *r, const char *name, const char *text, size_t len,
	      uint64_t bytes, uint64_t dropped, struct error *err)
{
	struct trial_log log = {.bytes = bytes, .dropped = dropped};
	struct trial_log *grown = room(r->logs, r->logs_count, &r->logs_size, sizeof(log), err);

	if (!grown)
		return -1;
	r->logs = grown;
	log.text = malloc(len + 1);
	if (!log.text)
		return error_host(err, ENOMEM, "trial record: no memory for %zu bytes of %s", len,
				  name);
	/* It is a C string from here on: a NUL inside would hide all that follows it. */
	for (size_t i = 0; i < len; i++)
		log.text[i] = text[i] ? text[i] : '?';
	log.text[len] = '\0';
	text_cut(name, log.name, sizeof(log.name));
	r->logs[r->logs_count++] = log;
	return 0;
}

int trial_artefact(struct trial_record *r, const struct trial_artefact *artefact, struct error *err)
{
	struct trial_artefact *grown =
	    room(r->artefacts, r->artefacts_count, &r->artefacts_size, sizeof(*artefact), err);

	if (!grown) {
		int fd = artefact->fd;

		own_close(&fd);
		return -1;
	}
	r->artefacts = grown;
	r->artefacts[r->artefacts_count++] = *artefact;
	return 0;
}

const struct metric *trial_find_metric(const struct trial_record *r, const char *name)
{
	for (size_t i = 0; i < r->metrics_count; i++)
		if (strcmp(r->metrics[i].name, name) == 0)
			return &r->metrics[i];
	return NULL;
}
