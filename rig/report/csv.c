/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/csv.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/own.h"
#include "base/text.h"
#include "cgroups/counters.h"

/* What stands within quotes: a quote inside is doubled (RFC 4180, section 2), and the rest escaped
 * as for a terminal, so that a row is a line. */
static void quoted(FILE *to, const char *text)
{
	const char *quote;

	for (; (quote = strchr(text, '"')); text = quote + 1) {
		cleanup_free char *before = strndup(text, (size_t)(quote - text));

		text_put(to, true, before ? before : "");
		fputs("\"\"", to);
	}
	text_put(to, true, text);
}

static void field(FILE *to, const char *text)
{
	const char *quote = strpbrk(text, ",\"\r\n") ? "\"" : "";

	fputs(quote, to);
	quoted(to, text);
	fputs(quote, to);
}

static void next_field(FILE *to, const char *text)
{
	fputc(',', to);
	field(to, text);
}

/* All digits that a double has, but no more than it takes: 0.1 is not 0.10000000000000001. */
static void number(FILE *to, double value)
{
	if (value == floor(value) && fabs(value) <= 0x1p53)
		fprintf(to, ",%.0f", value);
	else
		fprintf(to, ",%.15g", value);
}

static void trial_head(const struct result *result, FILE *to)
{
	fputs("run,trial,block,attempt,variant,outcome,reason,started,start_ns,trial_seconds", to);
	for (size_t i = 0; i < result->dimensions.count; i++) {
		fputs(",grade_", to);
		field(to, result->dimensions.list[i]);
	}
	for (size_t i = 0; i < result->metrics.count; i++)
		next_field(to, result->metrics.list[i]);
	fputs(",unknown\n", to);
}

static void trial_grades(const struct result *result, const struct trial_record *trial, FILE *to)
{
	for (size_t d = 0; d < result->dimensions.count; d++) {
		const struct grade_line *line = grade_line_of(trial, result->dimensions.list[d]);

		next_field(to, line ? (char[2]){line->level} : "");
	}
}

/* "name: reason; name: reason", as one field. */
static void trial_unknown(FILE *to, const struct trial_record *summary)
{
	const char *between = "\"";

	for (size_t i = 0; i < summary->metrics_count; i++) {
		const struct metric *m = &summary->metrics[i];

		if (m->known)
			continue;
		fputs(between, to);
		quoted(to, m->name);
		fputs(": ", to);
		quoted(to, m->reason);
		between = "; ";
	}
	if (between[0] != '"')
		fputc('"', to);
}

static void trial_row(const struct result *result, const struct result_trial *t, FILE *to)
{
	const struct trial_record *r = t->record;
	char time[32];

	field(to, result->view->summary.id);
	fprintf(to, ",%d,%d,%d", result_trial_number(r), r->block + 1, r->attempt + 1);
	next_field(to, r->variant);
	next_field(to, trial_outcome_name(r->outcome));
	next_field(to, r->reason);
	next_field(to, result_time(r->started_unix_ns, time, sizeof(time)));
	fprintf(to, ",%" PRId64, r->start_ns);
	number(to, (double)r->wall_ns / NS_PER_S);
	trial_grades(result, r, to);
	for (size_t i = 0; i < result->metrics.count; i++) {
		const struct metric *m = trial_find_metric(&t->summary, result->metrics.list[i]);

		if (m && m->known)
			number(to, m->value);
		else
			fputc(',', to);
	}
	fputc(',', to);
	trial_unknown(to, &t->summary);
	fputc('\n', to);
}

void csv_trials(const struct result *result, FILE *to)
{
	trial_head(result, to);
	for (size_t i = 0; i < result->view->trials_count; i++)
		trial_row(result, &result->trials[i], to);
}

int csv_sample(const struct sample_view *row, void *arg)
{
	FILE *to = arg;

	fprintf(to, "%d,%d", row->position + 1, row->attempt + 1);
	next_field(to, row->variant);
	fprintf(to, ",%d,%" PRId64 ",%" PRId64, row->cell, row->reading.at_ns, row->late_ns);
	for (int c = 0; c < CG_COUNTERS; c++) {
		if (row->reading.known >> c & 1)
			fprintf(to, ",%" PRId64, row->reading.value[c]);
		else
			fputc(',', to);
	}
	fputc('\n', to);
	/* There is no sense in reading on for a pipe that nobody reads. */
	return ferror(to);
}

void csv_samples_head(FILE *to)
{
	fputs("trial,attempt,variant,cell,at_ns,late_ns", to);
	for (int c = 0; c < CG_COUNTERS; c++)
		next_field(to, cg_counter_row((enum cg_counter)c)->name);
	fputc('\n', to);
}
