/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/csv.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/own.h"
#include "cgroups/counters.h"
#include "rig/report/grade.h"
#include "rig/report/text.h"

/* One field. A quote inside is doubled (RFC 4180, section 2). */
static void field(FILE *to, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, to);
		return;
	}
	fputc('"', to);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', to);
		fputc(*text, to);
	}
	fputc('"', to);
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

static void trial_head(FILE *to, const char *const *dimensions, size_t dimensions_count,
		       const char *const *names, size_t names_count)
{
	fputs("run,position,block,attempt,variant,outcome,reason,started,start_ns,trial_seconds",
	      to);
	for (size_t i = 0; i < dimensions_count; i++) {
		fputs(",grade_", to);
		field(to, dimensions[i]);
	}
	for (size_t i = 0; i < names_count; i++)
		next_field(to, names[i]);
	fputs(",unknown\n", to);
}

static void trial_grades(FILE *to, const struct trial_record *trial, const char *const *dimensions,
			 size_t count)
{
	for (size_t d = 0; d < count; d++) {
		char level[2] = "";

		for (size_t i = 0; i < trial->grades_count; i++)
			if (strcmp(trial->grades[i].dimension, dimensions[d]) == 0)
				level[0] = trial->grades[i].level;
		next_field(to, level);
	}
}

/* "name: reason; name: reason", quoted as one field: the reasons hold commas. */
static int trial_unknown(FILE *to, const struct trial_record *summary, struct error *err)
{
	cleanup_free char *text = NULL;
	size_t size = 0;
	FILE *mem = open_memstream(&text, &size);
	const char *between = "";

	if (!mem)
		return error_host(err, ENOMEM, "no memory for a CSV line");
	for (size_t i = 0; i < summary->metrics_count; i++) {
		const struct metric *m = &summary->metrics[i];

		if (m->known)
			continue;
		fprintf(mem, "%s%s: %s", between, m->name, m->reason);
		between = "; ";
	}
	if (fclose(mem) != 0)
		return error_host(err, ENOMEM, "no memory for a CSV line");
	next_field(to, text);
	return 0;
}

static int trial_row(FILE *to, const char *run, const struct trial_record *trial,
		     const struct trial_record *summary, const char *const *dimensions,
		     size_t dimensions_count, const char *const *names, size_t names_count,
		     struct error *err)
{
	char time[32];

	field(to, run);
	fprintf(to, ",%d,%d,%d", trial->position, trial->block, trial->attempt);
	next_field(to, trial->variant);
	next_field(to, trial_outcome_name(trial->outcome));
	next_field(to, trial->reason);
	next_field(to, text_time(trial->started_unix_ns, time, sizeof(time)));
	fprintf(to, ",%" PRId64, trial->start_ns);
	number(to, (double)trial->wall_ns / NS_PER_S);
	trial_grades(to, trial, dimensions, dimensions_count);
	for (size_t i = 0; i < names_count; i++) {
		const struct metric *m = trial_find_metric(summary, names[i]);

		if (m && m->known)
			number(to, m->value);
		else
			fputc(',', to);
	}
	if (trial_unknown(to, summary, err) < 0)
		return -1;
	fputc('\n', to);
	return 0;
}

int csv_trials(const struct report *report, FILE *to, struct error *err)
{
	const struct run_view *view = report->view;
	const char *dimensions[GRADE_DIMENSIONS_MAX];
	size_t dimensions_count = grade_dimensions(report, dimensions);
	cleanup_free const char **names = NULL;
	ssize_t count = report_metric_names(report, &names, err);

	if (count < 0)
		return -1;
	trial_head(to, dimensions, dimensions_count, names, (size_t)count);
	for (size_t i = 0; i < view->trials_count; i++)
		if (trial_row(to, view->summary.id, &view->trials[i], &report->summaries[i],
			      dimensions, dimensions_count, names, (size_t)count, err) < 0)
			return -1;
	return 0;
}

static int sample_row(const struct sample_view *row, void *arg)
{
	FILE *to = arg;

	fprintf(to, "%d,%d", row->position, row->attempt);
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

int csv_samples(struct store *store, const char *run_id, FILE *to, struct error *err)
{
	fputs("position,attempt,variant,cell,at_ns,late_ns", to);
	for (int c = 0; c < CG_COUNTERS; c++)
		next_field(to, cg_counter_row((enum cg_counter)c)->name);
	fputc('\n', to);
	return store_each_sample(store, run_id, sample_row, to, err);
}
