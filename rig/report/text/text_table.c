/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/metric/metric.h"
#include "rig/report/text/grid.h"
#include "rig/report/text/text.h"

/* The table under construction. */
struct table {
	const struct result *result;
	const struct style *style;
	struct grid grid;
	bool brackets; /* some values are of trials that are not valid */
};

/* A value of trials that are not valid stands in brackets. */
static void bracket(struct table *t, struct grid_cell *cell)
{
	char inner[sizeof(cell->middle)];

	memcpy(inner, cell->middle, sizeof(inner));
	snprintf(cell->middle, sizeof(cell->middle), "(%.40s)", inner);
	t->brackets = true;
}

/* n/a, or a value that some trials lack, gets a note that says why. */
static int note(struct table *t, const struct result_value *value, struct grid_cell *cell,
		struct error *err)
{
	char text[320];
	int number;

	if (!value->reason)
		return 0;
	if (value->spread.count)
		snprintf(text, sizeof(text), "known in %zu of %d trials; else: %s",
			 value->spread.count, value->trials, value->reason);
	else
		snprintf(text, sizeof(text), "%s", value->reason);
	number = grid_note(&t->grid, text, err);
	if (number < 0)
		return -1;
	if (value->spread.count)
		snprintf(cell->range + strlen(cell->range),
			 sizeof(cell->range) - strlen(cell->range), "%s(%d)",
			 cell->range[0] ? " " : "", number);
	else
		snprintf(cell->middle, sizeof(cell->middle), "n/a (%d)", number);
	return 0;
}

/* What stands behind the digits of a number: " ms", "k tasks/s". */
static const char *unit_of(const char *number)
{
	return number + strspn(number, "-0123456789.,e+");
}

/* "[21.8…529]"; "[486 µs…2.32 ms]" where a unit is not the median's. Nothing where the ends don't
 * differ in the digits that are shown: it would only be noise. */
static void show_range(const struct table *t, enum units_kind kind, const struct spread *s,
		       const char *median, char *buf, size_t size)
{
	const double ends[] = {s->min, s->max};
	char texts[2][UNITS_SHOW_SIZE];
	bool alike = true;

	for (int i = 0; i < 2; i++) {
		units_show(kind, ends[i], t->style->utf8, texts[i], sizeof(texts[i]));
		alike &= ends[i] == 0 || strcmp(unit_of(texts[i]), unit_of(median)) == 0;
	}
	for (int i = 0; i < 2; i++)
		if (alike || ends[i] == 0)
			texts[i][unit_of(texts[i]) - texts[i]] = '\0';
	if (strcmp(texts[0], texts[1]) != 0)
		snprintf(buf, size, "[%s%s%s]", texts[0], t->style->utf8 ? "…" : "..", texts[1]);
}

/* The value stands in the table, and nothing was there to check it by. */
static int note_word(struct table *t, struct grid_cell *cell, struct error *err)
{
	int number =
	    grid_note(&t->grid, "the workload's word: the rig has nothing to check it by", err);
	size_t used = strlen(cell->range);

	if (number < 0)
		return -1;
	snprintf(cell->range + used, sizeof(cell->range) - used, "%s(%d)", used ? " " : "", number);
	return 0;
}

static int fill_row(struct table *t, size_t at, const struct metric_row *row, struct error *err)
{
	for (size_t v = 0; v < t->result->variants_count; v++) {
		struct result_value value = result_shown_value(t->result, v, row->name);
		struct grid_cell *cell = grid_cell(&t->grid, at, v);

		if (value.spread.count) {
			units_show(row->kind, value.spread.median, t->style->utf8, cell->middle,
				   sizeof(cell->middle));
			show_range(t, row->kind, &value.spread, cell->middle, cell->range,
				   sizeof(cell->range));
			if (!t->result->variants[v].compared)
				bracket(t, cell);
		}
		if (note(t, &value, cell, err) < 0 || (value.word && note_word(t, cell, err) < 0))
			return -1;
	}
	return 0;
}

static void fill_counts(struct table *t, size_t *at)
{
	snprintf(t->grid.rows[0].label, sizeof(t->grid.rows[0].label),
		 "trials valid / void / failed");
	t->grid.rows[0].rule = true;
	*at = 1;
	if (t->result->missing)
		snprintf(t->grid.rows[(*at)++].label, 48, "trials without a record");
	for (size_t v = 0; v < t->result->variants_count; v++) {
		const struct result_variant *variant = &t->result->variants[v];
		const int *n = variant->outcomes;

		snprintf(grid_cell(&t->grid, 0, v)->middle, 40, "%d / %d / %d", n[TRIAL_OK],
			 n[TRIAL_VOID], n[TRIAL_WORKLOAD_FAILED] + n[TRIAL_RIG_FAILED]);
		if (t->result->missing)
			snprintf(grid_cell(&t->grid, 1, v)->middle, 16, "%d", variant->missing);
	}
}

static void fill_grades(struct table *t, size_t at)
{
	for (size_t d = 0; d < t->result->dimensions.count; d++) {
		struct grid_row *head = &t->grid.rows[at + d];
		char name[16];

		snprintf(
		    head->label, sizeof(head->label), "grade %s",
		    text_clean(t->result->dimensions.list[d], t->style->utf8, name, sizeof(name)));
		head->rule = d == 0;
		for (size_t v = 0; v < t->result->variants_count; v++)
			snprintf(grid_cell(&t->grid, at + d, v)->middle, 2, "%c",
				 t->result->variants[v].grades[d]);
	}
}

/* Has any variant a value of it that could be shown? */
static bool has_value(const struct result *result, const struct metric_row *row)
{
	for (size_t v = 0; v < result->variants_count; v++)
		if (result_shown_value(result, v, row->name).spread.count)
			return true;
	return false;
}

/* Is the row in the table? A row without any value is not; of one that every workload should have,
 * print_valueless() says why. */
static bool is_shown(const struct result *result, const struct metric_row *row)
{
	if (row->shown == METRIC_IN_SEARCH)
		return result->searched;
	if (row->shown == METRIC_WHERE_KNOWN)
		return result_knows(result, row->name);
	return row->shown == METRIC_ALWAYS && has_value(result, row);
}

/* What a plain command can't have is not missed where there are no other variants. */
static bool is_missed(const struct result *result, const struct metric_row *row)
{
	bool loaded = result->searched || result_plan(result, "load.rate");

	return row->shown == METRIC_ALWAYS && !has_value(result, row) &&
	       (loaded || (row->source != METRIC_RECORD && row->source != METRIC_DERIVED));
}

static const char *first_reason(const struct result *result, const struct metric_row *row)
{
	for (size_t v = 0; v < result->variants_count; v++) {
		const char *reason = result_shown_value(result, v, row->name).reason;

		if (reason)
			return reason;
	}
	return "";
}

/* "No value: start latency P50, start latency P99: REASON", a line for each reason. */
static void print_valueless(const struct result *result, const struct style *style)
{
	size_t count;
	const struct metric_row *rows = metric_rows(&count);
	cleanup_free bool *said = calloc(count, sizeof(*said));

	for (size_t i = 0; said && i < count; i++) {
		char text[2048] = "No value:";
		const char *why;

		if (said[i] || !is_missed(result, &rows[i]))
			continue;
		why = first_reason(result, &rows[i]);
		for (size_t j = i; j < count; j++) {
			if (said[j] || !is_missed(result, &rows[j]) ||
			    strcmp(first_reason(result, &rows[j]), why) != 0)
				continue;
			text_add(text, sizeof(text), "%s %s", j > i ? "," : "", rows[j].label);
			said[j] = true;
		}
		text_say(style, 0, 4, "%s: %s", text, why);
	}
}

static int fill(struct table *t, struct error *err)
{
	size_t count, at;
	const struct metric_row *rows = metric_rows(&count);
	const char *group = "";

	for (size_t v = 0; v < t->result->variants_count; v++)
		text_clean(t->result->variants[v].name, t->style->utf8, t->grid.heads[v],
			   sizeof(t->grid.heads[v]));
	fill_counts(t, &at);
	for (size_t i = 0; i < count; i++) {
		struct grid_row *row = &t->grid.rows[at];

		if (!is_shown(t->result, &rows[i]))
			continue;
		snprintf(row->label, sizeof(row->label), "%s", rows[i].label);
		row->rule = strcmp(group, rows[i].group) != 0;
		group = rows[i].group;
		if (fill_row(t, at++, &rows[i], err) < 0)
			return -1;
	}
	fill_grades(t, at);
	return 0;
}

static size_t rows_needed(const struct result *result)
{
	size_t count, needed = 1 + (result->missing > 0) + result->dimensions.count;
	const struct metric_row *rows = metric_rows(&count);

	for (size_t i = 0; i < count; i++)
		needed += is_shown(result, &rows[i]);
	return needed;
}

static int print_metrics(struct table *t, struct error *err)
{
	if (grid_init(&t->grid, rows_needed(t->result), t->result->variants_count, err) < 0 ||
	    fill(t, err) < 0)
		return -1;
	fprintf(t->style->to, "Values: median [min%smax] of %s\n\n", t->style->utf8 ? "…" : "..",
		t->result->searched ? "the trials at the highest rate that held" : "valid trials");
	if (grid_print(&t->grid, t->grid.rows_count, t->style, err) < 0)
		return -1;
	if (t->brackets)
		text_fold(
		    t->style, 0, 4,
		    "( ) of trials that are not valid, as the variant has no other: to look at, "
		    "not to compare");
	grid_print_notes(&t->grid, t->style);
	print_valueless(t->result, t->style);
	return 0;
}

int table_print(const struct result *result, const struct style *style, struct error *err)
{
	struct table t = {.result = result, .style = style};
	int failed;

	section_head(result, true, style);
	fputc('\n', style->to);
	section_search(result, style);
	failed = print_metrics(&t, err);
	grid_destroy(&t.grid);
	if (failed)
		return -1;
	section_endings(result, style);
	section_interference(result, style);
	section_grades(result, style);
	section_findings(result, style);
	section_heatmaps(result, style);
	return 0;
}
