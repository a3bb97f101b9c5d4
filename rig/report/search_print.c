/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a search has found, as a section of the table and in JSON. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/own.h"
#include "rig/report/grid.h"
#include "rig/report/json_text.h"
#include "rig/report/notes.h"
#include "rig/report/number.h"
#include "rig/report/search.h"

enum { ROW_HELD, ROW_BROKE, ROW_TRIALS, ROWS };

/* The section under construction. */
struct section {
	const struct report *report;
	const struct style *style;
	struct grid grid;
	struct notes notes;
};

/* A rate, or n/a with a note; where the generator was the limit, a note says so in any case. */
static int fill_rate(struct section *s, size_t row, size_t column, bool broke, struct error *err)
{
	const struct report_variant *v = &s->report->variants[column];
	const struct search_result *r = &v->result;
	bool known = broke ? r->has_broke : r->has_held;
	struct grid_cell *cell = grid_cell(&s->grid, row, column);
	const char *why = report_search_reason(v, broke);
	char number[SEARCH_RATE_SIZE], unoffered[SEARCH_RATE_SIZE], text[400];
	int note;

	snprintf(text, sizeof(text), "%s", why);
	if (known && broke && r->has_unoffered && r->has_offered)
		snprintf(text, sizeof(text),
			 "between the two the generator could not offer more than %s a second "
			 "(not %s)",
			 search_rate_text(r->offered, number),
			 search_rate_text(r->unoffered, unoffered));
	search_rate_text(broke ? r->broke : r->held, number);
	if (known)
		snprintf(cell->middle, sizeof(cell->middle), "%s", number);
	if (!text[0])
		return 0;
	note = notes_number(&s->notes, text, err);
	if (note < 0)
		return -1;
	if (known)
		snprintf(cell->range, sizeof(cell->range), "(%d)", note);
	else
		snprintf(cell->middle, sizeof(cell->middle), "n/a (%d)", note);
	return 0;
}

static int fill(struct section *s, struct error *err)
{
	static const char *const labels[] = {
	    [ROW_HELD] = "highest rate that held",
	    [ROW_BROKE] = "lowest rate that broke",
	    [ROW_TRIALS] = "trials of the search",
	};

	for (size_t row = 0; row < ROWS; row++) {
		struct grid_row *head = &s->grid.rows[row];

		snprintf(head->label, sizeof(head->label), "%s", labels[row]);
		snprintf(head->unit, sizeof(head->unit), "%s", row == ROW_TRIALS ? "" : "/s");
	}
	s->grid.rows[0].rule = true;
	for (size_t v = 0; v < s->report->variants_count; v++) {
		text_clean(s->report->variants[v].name, s->style->utf8, s->grid.heads[v],
			   sizeof(s->grid.heads[v]));
		if (fill_rate(s, ROW_HELD, v, false, err) < 0 ||
		    fill_rate(s, ROW_BROKE, v, true, err) < 0)
			return -1;
		snprintf(grid_cell(&s->grid, ROW_TRIALS, v)->middle, 16, "%d",
			 s->report->variants[v].result.trials);
	}
	return 0;
}

static void print_head(const struct report *report, const struct style *style)
{
	const struct search_spec *spec = &report->search;
	char bound[48], text[512];

	number_with_unit(NUMBER_SECONDS, (double)spec->bound_ns / 1e9, style->utf8, bound,
			 sizeof(bound));
	snprintf(text, sizeof(text),
		 "Capacity: the highest rate at which %s was at most %s and every task was "
		 "completed, in %d trial%s in a row",
		 spec->metric, bound, spec->confirm, spec->confirm == 1 ? "" : "s");
	text_fold(style, 0, 2, text);
}

static int ascending(const void *a, const void *b)
{
	const struct search_rate *x = a, *y = b;

	return (x->rate > y->rate) - (x->rate < y->rate);
}

/* "  fixed-4 tried: 100 held; 800 held 3; 810 broke 2, held 1" */
static void print_tried(const struct report_variant *v, const struct style *style)
{
	static const char *const words[] = {"held", "broke", "void"};
	struct search_rate rates[SEARCH_RATES_MAX];
	char text[8192];
	size_t used = (size_t)snprintf(text, sizeof(text), "%s tried:%s", v->name,
				       v->search->rates_count ? "" : " nothing");

	for (size_t i = 0; i < v->search->rates_count; i++)
		rates[i] = v->search->rates[i];
	qsort(rates, v->search->rates_count, sizeof(*rates), ascending);
	for (size_t i = 0; i < v->search->rates_count && used < sizeof(text); i++) {
		const int counts[] = {rates[i].held, rates[i].broke, rates[i].voided};
		const char *between = " ";
		char number[SEARCH_RATE_SIZE];

		search_rate_text(rates[i].rate, number);
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s %s", i ? ";" : "",
					 number);
		for (size_t k = 0; k < ARRAY_SIZE(counts) && used < sizeof(text); k++) {
			if (!counts[k])
				continue;
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s %d",
						 between, words[k], counts[k]);
			between = ", ";
		}
	}
	fputs("  ", style->to);
	text_fold(style, 2, 4, text);
}

int search_section(const struct report *report, const struct style *style, struct error *err)
{
	struct section s = {.report = report, .style = style};
	int failed;

	if (!report->searched)
		return 0;
	print_head(report, style);
	if (grid_init(&s.grid, ROWS, report->variants_count, err) < 0)
		return -1;
	failed = fill(&s, err) < 0 || grid_print(&s.grid, style, err) < 0;
	if (!failed) {
		notes_print(&s.notes, style);
		for (size_t v = 0; v < report->variants_count; v++)
			print_tried(&report->variants[v], style);
		fputc('\n', style->to);
	}
	notes_destroy(&s.notes);
	grid_destroy(&s.grid);
	return failed ? -1 : 0;
}

static int set_rate(json_t *object, const char *key, bool known, double rate, const char *why)
{
	return known ? json_object_set_new(object, key, json_number(rate))
		     : json_set_unknown(object, key, why);
}

static json_t *rates_json(const struct search *search)
{
	json_t *array = json_array();

	for (size_t i = 0; i < search->rates_count; i++) {
		const struct search_rate *r = &search->rates[i];

		if (json_array_append_new(array, json_pack("{s:o, s:i, s:i, s:i}", "rate",
							   json_number(r->rate), "held", r->held,
							   "broke", r->broke, "void", r->voided)) <
		    0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

json_t *search_json_variant(const struct report *report, const struct report_variant *v)
{
	const struct search_result *r = &v->result;
	const struct search_spec *spec = &report->search;
	const char *no_limit = "the generator could offer every rate that was tried";
	json_t *object;

	if (!report->searched)
		return json_null();
	object = json_pack("{s:o, s:o, s:b, s:i, s:o}", "metric", json_text(spec->metric),
			   "bound_seconds", json_number((double)spec->bound_ns / 1e9), "over",
			   r->over, "trials", r->trials, "rates", rates_json(v->search));
	if (object &&
	    set_rate(object, "held_tasks_per_second", r->has_held, r->held, v->no_held) == 0 &&
	    set_rate(object, "broke_tasks_per_second", r->has_broke, r->broke, v->no_broke) == 0 &&
	    set_rate(object, "not_offered_tasks_per_second", r->has_unoffered, r->unoffered,
		     no_limit) == 0)
		return object;
	json_decref(object);
	return NULL;
}

json_t *search_json_trial(const struct report *report, size_t i)
{
	const struct report_step *step;

	if (!report->searched || !report->steps[i].known)
		return json_null();
	step = &report->steps[i];
	return json_pack("{s:o, s:s, s:o}", "rate", json_number(step->rate), "answer",
			 search_answer_name(step->answer), "why", json_text(step->why));
}
