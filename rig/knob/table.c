/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of knobs as docs/experiment.md has it. */
#include <stdio.h>

#include "rig/knob/knob.h"

/* What kind of value it is, before what may be written. */
static const char *const kinds[] = {
    [FIELD_TEXT] = "text",     [FIELD_COUNT] = "count, ",       [FIELD_INT] = "count, ",
    [FIELD_BYTES] = "bytes, ", [FIELD_DURATION] = "duration, ", [FIELD_CPUS] = "CPUs, ",
    [FIELD_CUSTOM] = NULL,
};

static void print_range(const struct field *row, FILE *to)
{
	const struct knob_more *more = knob_more(row);
	char accepts[256];

	if (more->range)
		fputs(more->range, to);
	else if (more->kind == KNOB_MAPPING)
		fputs("a mapping", to);
	else if (more->kind == KNOB_PARAMS)
		fprintf(to, "a mapping of at most %zu single values", more->max);
	else if (more->kind != KNOB_VALUE)
		fprintf(to, "a list of 1 to %zu%s", more->max,
			more->kind == KNOB_WORDS ? " words" : "");
	else
		fprintf(to, "%s%s%s", kinds[row->type] ? kinds[row->type] : "",
			field_accepts(row, accepts, sizeof(accepts)),
			row->type == FIELD_RATE ? " a second" : "");
	if (more->note)
		fprintf(to, ", %s", more->note);
}

static void print_default(const struct field *row, FILE *to)
{
	if (row->required)
		fputs("required", to);
	else if (!row->fallback)
		fputs("none", to);
	else if (knob_more(row)->kind == KNOB_MAPPING)
		fputs("all defaults", to);
	else
		fputs(*row->fallback ? row->fallback : "empty", to);
}

static void print_rows(const struct field *rows, const char *path, FILE *to)
{
	for (const struct field *row = rows; row->type != FIELD_END; row++) {
		char inner[64];

		snprintf(inner, sizeof(inner), "%s%s%s", path, *path ? "." : "", row->name);
		fprintf(to, "| `%s` | ", inner);
		print_default(row, to);
		fputs(" | ", to);
		print_range(row, to);
		fprintf(to, " | %s |\n", row->help);
		if (knob_more(row)->rows)
			print_rows(knob_more(row)->rows, inner, to);
	}
}

void knob_table_md(FILE *to)
{
	fputs("| key | default | range | what it is |\n| --- | --- | --- | --- |\n", to);
	print_rows(knob_experiment, "", to);
}
