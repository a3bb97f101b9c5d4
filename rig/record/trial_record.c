/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/record/trial_record.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/own.h"
#include "base/text.h"
#include "rig/record/trial_table.h"

_Static_assert(offsetof(struct trial_record, artefacts) ==
		   offsetof(struct trial_record, lists) +
		       TRIAL_ARTEFACTS * sizeof(struct trial_rows),
	       "the lists by name and by number are the same");

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

static void destroy_row(const struct column *c, const char *row)
{
	for (; c->name; c++) {
		const void *field = row + c->offset;

		if (c->type == COLUMN_OWNED || c->type == COLUMN_HISTOGRAM)
			free(*(char *const *)field);
		else if (c->type == COLUMN_FILE && *(const int *)field >= 0)
			close(*(const int *)field);
	}
}

void trial_list_empty(struct trial_record *r, enum trial_list which)
{
	const struct trial_table *table = &trial_tables[which];
	struct trial_rows *list = &r->lists[which];

	while (list->count)
		destroy_row(table->columns, (char *)list->rows + --list->count * table->size);
}

void trial_record_destroy(struct trial_record *r)
{
	for (enum trial_list i = 0; i < TRIAL_LISTS; i++) {
		trial_list_empty(r, i);
		free(r->lists[i].rows);
	}
	trial_record_init(r);
}

void *trial_list_append(struct trial_record *r, enum trial_list which, struct error *err)
{
	struct trial_rows *list = &r->lists[which];
	size_t size = trial_tables[which].size;

	if (list->count == list->size) {
		size_t wanted = list->size ? list->size * 2 : 16;
		void *grown = reallocarray(list->rows, wanted, size);

		if (!grown) {
			error_host(err, ENOMEM, "trial record: no memory for item %zu",
				   list->count + 1);
			return NULL;
		}
		list->rows = grown;
		list->size = wanted;
	}
	return memset((char *)list->rows + list->count++ * size, 0, size);
}

/* Append a row, which is destroyed where memory is out. */
static int add(struct trial_record *r, enum trial_list which, const void *row, struct error *err)
{
	void *place = trial_list_append(r, which, err);

	if (place)
		memcpy(place, row, trial_tables[which].size);
	else
		destroy_row(trial_tables[which].columns, row);
	return place ? 0 : -1;
}

/* A sentence that was cut must show it, or the reader takes half of it for the whole. */
static void __attribute__((format(printf, 3, 0)))
sentence(char *to, size_t size, const char *fmt, va_list ap)
{
	if (vsnprintf(to, size, fmt, ap) >= (int)size)
		memcpy(to + size - 4, "...", 4);
}

/* Neither SQL nor JSON has a NaN or an infinity, and neither is of use: such a value is not known,
 * and the sentence says so instead of what the caller says. Returns whether it is known. */
static bool __attribute__((format(printf, 4, 0)))
value_or_reason(const double *value, char *text, size_t size, const char *fmt, va_list ap)
{
	bool known = value && isfinite(*value);

	if (value && !known)
		snprintf(text, size, "the value came out as %g", *value);
	else
		sentence(text, size, fmt, ap);
	return known;
}

int trial_add_metric(struct trial_record *r, const char *name, const double *value,
		     struct error *err, const char *why, ...)
{
	struct metric m = {0};
	va_list ap;

	text_cut(name, m.name, sizeof(m.name));
	va_start(ap, why);
	m.known = value_or_reason(value, m.reason, sizeof(m.reason), why, ap);
	va_end(ap);
	m.value = m.known ? *value : 0;
	return add(r, TRIAL_METRICS, &m, err);
}

int trial_add_interference(struct trial_record *r, const char *name, const char *unit,
			   const double *value, struct error *err, const char *detail, ...)
{
	struct interference_line line = {0};
	va_list ap;

	text_cut(name, line.name, sizeof(line.name));
	text_cut(unit, line.unit, sizeof(line.unit));
	va_start(ap, detail);
	line.known = value_or_reason(value, line.detail, sizeof(line.detail), detail, ap);
	va_end(ap);
	line.value = line.known ? *value : 0;
	return add(r, TRIAL_INTERFERENCE, &line, err);
}

int trial_event(struct trial_record *r, int64_t at_ns, const char *cell, const char *kind,
		struct error *err, const char *text, ...)
{
	struct trial_event event = {.at_ns = at_ns};
	va_list ap;

	text_cut(cell, event.cell, sizeof(event.cell));
	text_cut(kind, event.kind, sizeof(event.kind));
	va_start(ap, text);
	sentence(event.text, sizeof(event.text), text, ap);
	va_end(ap);
	return add(r, TRIAL_EVENTS, &event, err);
}

int trial_grade(struct trial_record *r, const struct grade_line *line, struct error *err)
{
	return add(r, TRIAL_GRADES, line, err);
}

int trial_sample(struct trial_record *r, const struct trial_sample *sample, struct error *err)
{
	return add(r, TRIAL_SAMPLES, sample, err);
}

int trial_workload_record(struct trial_record *r, const struct workload_record *record,
			  struct error *err)
{
	return add(r, TRIAL_RECORDS, record, err);
}

int trial_artefact(struct trial_record *r, const struct trial_artefact *artefact, struct error *err)
{
	return add(r, TRIAL_ARTEFACTS, artefact, err);
}

int trial_log(struct trial_record *r, const char *name, const char *text, size_t len,
	      uint64_t bytes, uint64_t dropped, struct error *err)
{
	struct trial_log log = {.text = malloc(len + 1), .bytes = bytes, .dropped = dropped};

	if (!log.text)
		return error_host(err, ENOMEM, "trial record: no memory for %zu bytes of %s", len,
				  name);
	/* It is a C string from here on: a NUL inside would hide all that follows it. */
	for (size_t i = 0; i < len; i++)
		log.text[i] = text[i] ? text[i] : '?';
	log.text[len] = '\0';
	text_cut(name, log.name, sizeof(log.name));
	return add(r, TRIAL_LOGS, &log, err);
}

const char *trial_levels(const struct trial_record *r, char buf[TRIAL_LEVELS_SIZE])
{
	buf[0] = '\0';
	for (size_t i = 0; i < r->grades_count; i++)
		text_add(buf, TRIAL_LEVELS_SIZE, "%s %c ", r->grades[i].dimension,
			 r->grades[i].level);
	return buf;
}

const struct metric *trial_find_metric(const struct trial_record *r, const char *name)
{
	for (size_t i = 0; i < r->metrics_count; i++)
		if (strcmp(r->metrics[i].name, name) == 0)
			return &r->metrics[i];
	return NULL;
}
