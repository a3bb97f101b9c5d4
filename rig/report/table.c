/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/heatmap.h"
#include "rig/report/table.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/own.h"
#include "rig/report/disturbance.h"
#include "rig/report/finding.h"
#include "rig/report/grade.h"
#include "rig/report/grid.h"
#include "rig/report/notes.h"
#include "rig/report/number.h"
#include "rig/report/search.h"

static const struct table_row {
	const char *label;
	const char *metric;
	enum number_kind kind;
	bool rule;
	bool optional; /* shown only where a variant knows it: what one language has, and others do
			  not */
} rows[] = {
    {"start latency P50", "start_latency_seconds.p50", NUMBER_SECONDS, true, false},
    {"start latency P99", "start_latency_seconds.p99", NUMBER_SECONDS, false, false},
    {"start latency P99.9", "start_latency_seconds.p999", NUMBER_SECONDS, false, false},
    {"sojourn time P99", "sojourn_seconds.p99", NUMBER_SECONDS, false, false},
    /* It is part of the start latency, and not the pool's. */
    {"generator late P99", "generator_lateness_seconds.p99", NUMBER_SECONDS, false, false},
    {"generator late P99.9", "generator_lateness_seconds.p999", NUMBER_SECONDS, false, false},
    {"tasks completed", "completed", NUMBER_COUNT, true, false},
    {"tasks rejected", "rejected", NUMBER_COUNT, false, false},
    {"tasks a second", "throughput_tasks_per_second", NUMBER_RATIO, false, false},
    {"peak RSS", "peak_rss_bytes", NUMBER_BYTES, true, false},
    {"cgroup memory peak", "memory_peak_bytes", NUMBER_BYTES, false, false},
    {"allocator bytes a task", "allocator_bytes_per_task", NUMBER_BYTES, false, false},
    {"allocator calls a task", "allocator_calls_per_task", NUMBER_RATIO, false, false},
    {"GC cycles a minute", "gc_cycles_per_minute", NUMBER_RATIO, false, true},
    {"GC pause P99", "gc_pause_seconds.p99", NUMBER_SECONDS, false, true},
    {"GC pause longest", "gc_pause_seconds.max", NUMBER_SECONDS, false, true},
    {"heap in use at most", "heap_alloc_bytes", NUMBER_BYTES, false, true},
    {"next GC at", "next_gc_bytes", NUMBER_BYTES, false, true},
    {"OOM kills", "memory_events.oom_kill", NUMBER_COUNT, false, false},
    {"CPU time", "cpu_seconds", NUMBER_SECONDS, true, false},
    {"context switches", "context_switches", NUMBER_COUNT, false, false},
    {"workers at most", "workers_peak", NUMBER_COUNT, false, false},
    {"PSI cpu some", "psi.cpu.some_seconds", NUMBER_SECONDS, true, false},
    {"PSI memory some", "psi.memory.some_seconds", NUMBER_SECONDS, false, false},
    {"PSI memory full", "psi.memory.full_seconds", NUMBER_SECONDS, false, false},
};

/* The table under construction. */
struct table {
	const struct report *report;
	const struct style *style;
	const struct table_row *shown[ARRAY_SIZE(rows)];
	size_t shown_count;
	struct grid grid;
	struct notes notes;
	bool brackets; /* some values are of trials that are not ok */
};

/* A value of trials that are not ok stands in brackets. */
static void bracket(struct table *t, struct grid_cell *cell)
{
	char inner[sizeof(cell->middle)];

	memcpy(inner, cell->middle, sizeof(inner));
	snprintf(cell->middle, sizeof(cell->middle), "(%.40s)", inner);
	t->brackets = true;
}

/* n/a, or a value that some trials lack, gets a note that says why. */
static int note(struct table *t, const struct report_value *value, struct grid_cell *cell,
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
	number = notes_number(&t->notes, text, err);
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

static int fill_cell(struct table *t, const struct table_row *row, const struct number_unit *unit,
		     const struct report_value *value, bool not_ok, struct grid_cell *cell,
		     struct error *err)
{
	const struct spread *s = &value->spread;
	char least[40], most[40];

	if (s->count)
		number_show(row->kind, s->median / unit->size, cell->middle, sizeof(cell->middle));
	number_show(row->kind, s->min / unit->size, least, sizeof(least));
	number_show(row->kind, s->max / unit->size, most, sizeof(most));
	/* A range that does not show at this precision would only be noise. */
	if (s->count > 1 && strcmp(least, most) != 0)
		snprintf(cell->range, sizeof(cell->range), "[%s%s%s]", least,
			 t->style->utf8 ? "…" : "..", most);
	if (s->count && not_ok)
		bracket(t, cell);
	return note(t, value, cell, err);
}

/* One unit for the row: by its smallest median, so that columns are compared at a glance. */
static const struct number_unit *unit_of_row(const struct table_row *row,
					     const struct report_value *values, size_t count)
{
	double smallest = 0, largest = 0;

	for (size_t i = 0; i < count; i++) {
		const struct spread *s = &values[i].spread;

		if (!s->count)
			continue;
		if (s->median > 0 && (smallest == 0 || s->median < smallest))
			smallest = s->median;
		largest = s->max > largest ? s->max : largest;
	}
	return number_unit(row->kind, smallest ? smallest : largest, largest);
}

/* Are there trials to compare by? */
static bool has_ok(const struct table *t, size_t variant)
{
	if (t->report->searched)
		return t->report->variants[variant].result.has_held;
	return t->report->variants[variant].outcomes[TRIAL_OK] > 0;
}

static int fill_row(struct table *t, size_t at, const struct table_row *row, struct error *err)
{
	size_t count = t->report->variants_count;
	cleanup_free struct report_value *values = calloc(count + 1, sizeof(*values));
	struct grid_row *head = &t->grid.rows[at];
	const struct number_unit *unit;

	if (!values)
		return error_host(err, ENOMEM, "no memory for a table");
	for (size_t v = 0; v < count; v++) {
		const char *name = t->report->variants[v].name;

		if ((has_ok(t, v) ? report_value : report_value_not_ok)(
			t->report, name, row->metric, &values[v], err) < 0)
			return -1;
		if (values[v].trials == 0)
			values[v].reason =
			    t->report->searched ? "no rate held" : "the variant has no trial";
	}
	unit = unit_of_row(row, values, count);
	snprintf(head->label, sizeof(head->label), "%s", row->label);
	snprintf(head->unit, sizeof(head->unit), "%s", t->style->utf8 ? unit->name : unit->ascii);
	head->rule = row->rule;
	for (size_t v = 0; v < count; v++)
		if (fill_cell(t, row, unit, &values[v], !has_ok(t, v), grid_cell(&t->grid, at, v),
			      err) < 0)
			return -1;
	return 0;
}

static void fill_outcomes(struct table *t)
{
	struct grid_row *head = &t->grid.rows[0];

	snprintf(head->label, sizeof(head->label), "trials ok / void / failed");
	head->rule = true;
	for (size_t v = 0; v < t->report->variants_count; v++) {
		const int *n = t->report->variants[v].outcomes;
		struct grid_cell *cell = grid_cell(&t->grid, 0, v);

		snprintf(cell->middle, sizeof(cell->middle), "%d / %d / %d", n[TRIAL_OK],
			 n[TRIAL_VOID], n[TRIAL_WORKLOAD_FAILED] + n[TRIAL_RIG_FAILED]);
	}
}

static void fill_missing(struct table *t, size_t at)
{
	snprintf(t->grid.rows[at].label, sizeof(t->grid.rows[at].label), "trials without a record");
	for (size_t v = 0; v < t->report->variants_count; v++)
		snprintf(grid_cell(&t->grid, at, v)->middle, 16, "%d",
			 t->report->variants[v].missing);
}

static void fill_grades(struct table *t, size_t at, const char *const *names, size_t count)
{
	for (size_t d = 0; d < count; d++) {
		struct grid_row *head = &t->grid.rows[at + d];
		char name[16];

		snprintf(head->label, sizeof(head->label), "grade %s",
			 text_clean(names[d], t->style->utf8, name, sizeof(name)));
		head->rule = d == 0;
		for (size_t v = 0; v < t->report->variants_count; v++)
			snprintf(grid_cell(&t->grid, at + d, v)->middle, 2, "%c",
				 grade_worst(t->report, t->report->variants[v].name, names[d]));
	}
}

/* Returns 1 where any variant knows it, 0 where none does, -1. */
static int is_known(const struct report *report, const char *metric, struct error *err)
{
	struct report_value value;

	for (size_t v = 0; v < report->variants_count; v++) {
		if (report_value(report, report->variants[v].name, metric, &value, err) < 0)
			return -1;
		if (value.spread.count)
			return 1;
	}
	return 0;
}

static int choose_rows(struct table *t, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int known = rows[i].optional ? is_known(t->report, rows[i].metric, err) : 1;

		if (known < 0)
			return -1;
		if (known)
			t->shown[t->shown_count++] = &rows[i];
	}
	return 0;
}

static int fill(struct table *t, const char *const *dimensions, size_t count, struct error *err)
{
	size_t at = 1;

	for (size_t v = 0; v < t->report->variants_count; v++)
		text_clean(t->report->variants[v].name, t->style->utf8, t->grid.heads[v],
			   sizeof(t->grid.heads[v]));
	fill_outcomes(t);
	if (t->report->missing)
		fill_missing(t, at++);
	for (size_t i = 0; i < t->shown_count; i++)
		if (fill_row(t, at++, t->shown[i], err) < 0)
			return -1;
	fill_grades(t, at, dimensions, count);
	return 0;
}

static void print_head(const struct report *report, const struct style *style)
{
	const struct run_view *view = report->view;
	const struct run_summary *s = &view->summary;
	char time[32], state[64], text[1024];

	snprintf(text, sizeof(text), "%s, run %s, started %s, %s", s->experiment, s->id,
		 text_time(s->started_unix_ns, time, sizeof(time)),
		 report_state(s, state, sizeof(state)));
	text_fold(style, 0, 2, text);
	snprintf(text, sizeof(text), "on Linux %s, %s, cgroups %s", report_fact(report, "kernel"),
		 report_fact(report, "cpu_model"), report_fact(report, "cgroup_mode"));
	text_fold(style, 0, 2, text);
	if (report->searched)
		snprintf(text, sizeof(text),
			 "%d trials of a search stored, %d ok. Cells of the table: median "
			 "[least%smost] of the trials at the highest rate that held",
			 s->trials, s->ok, style->utf8 ? "…" : "..");
	else
		snprintf(text, sizeof(text),
			 "%d trials planned; stored: %d attempts at %d of them, %d ok. Cells: "
			 "median [least%smost] of ok trials",
			 s->planned, s->trials, report->positions, s->ok, style->utf8 ? "…" : "..");
	text_fold(style, 0, 2, text);
	fputc('\n', style->to);
}

int table_print(const struct report *report, const struct style *style, struct error *err)
{
	struct table t = {.report = report, .style = style};
	const char *dimensions[GRADE_DIMENSIONS_MAX];
	size_t count = grade_dimensions(report, dimensions);
	size_t fixed;
	int failed = -1;

	if (choose_rows(&t, err) < 0)
		return -1;
	fixed = 1 + (report->missing > 0) + t.shown_count;
	print_head(report, style);
	if (search_section(report, style, err) < 0)
		return -1;
	if (grid_init(&t.grid, fixed + count, report->variants_count, err) < 0)
		return -1;
	if (fill(&t, dimensions, count, err) == 0 && grid_print(&t.grid, style, err) == 0) {
		if (t.brackets)
			text_fold(
			    style, 0, 4,
			    "( ) of trials that are not ok, as the variant has no other: to look "
			    "at, not to compare");
		notes_print(&t.notes, style);
		failed = disturbance_not_ok(report, style, err) < 0 ||
				 disturbance_interference(report, style, err) < 0 ||
				 grade_print(report, style, err) < 0 ||
				 finding_section(report, style, err) < 0
			     ? -1
			     : 0;
		if (failed == 0)
			heatmap_of_report(report, style);
	}
	notes_destroy(&t.notes);
	grid_destroy(&t.grid);
	return failed;
}
