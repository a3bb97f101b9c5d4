/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/metric/metric.h"
#include "rig/report/text/text.h"

#define NAME_COLUMN 29

/* -- head -- */

static void line(const struct style *style, const char *name, const char *text)
{
	if (!text[0])
		return;
	fprintf(style->to, "%-7s ", name);
	text_fold(style, 8, 8, text);
}

static void print_warnings(const struct result *result, const struct style *style)
{
	char text[512];

	for (size_t i = 0; i < result->warnings_count; i++) {
		fputs(style_mark(style, STYLE_WARNING), style->to);
		text_say(style, 0, 2, "warning: %s",
			 describe_warning(&result->warnings[i], text, sizeof(text)));
		fputs(style_mark(style, STYLE_PLAIN), style->to);
	}
}

#define CORES_SIZE 160

void section_head(const struct result *result, bool all, const struct style *style)
{
	const struct run_summary *s = &result->view->summary;
	char started[48] = "", time[32], state[64], text[1024];

	if (all)
		snprintf(started, sizeof(started), ", started %s",
			 result_time(s->started_unix_ns, time, sizeof(time)));
	text_say(style, 0, 2, "%s, run %s%s, %s", s->experiment, s->id, started,
		 result_state(s, state, sizeof(state)));
	line(style, "load:", describe_load(result, text, sizeof(text)));
	line(style, "cells:", describe_cells(result, text, sizeof(text)));
	/* The first screen is one, also of 1,024 CPUs. */
	if (all)
		line(style, "cores:", describe_cores(result));
	else
		line(style, "cores:", text_shorten(describe_cores(result), text, CORES_SIZE));
	line(style, "host:", describe_host(result, text, sizeof(text)));
	line(style, "trials:", describe_trials(result, text, sizeof(text)));
	print_warnings(result, style);
}

/* -- search -- */

static int ascending(const void *a, const void *b)
{
	const struct search_rate *x = a, *y = b;

	return (x->rate > y->rate) - (x->rate < y->rate);
}

/* "  fixed-4 tried: 100 held; 800 held 3; 810 broke 2, held 1" */
static void print_tried(const struct result_variant *variant, const struct style *style)
{
	static const char *const words[] = {"held", "broke", "void"};
	const struct search *search = variant->search.search;
	cleanup_free struct search_rate *rates = calloc(SEARCH_RATES_MAX, sizeof(*rates));
	char text[8192] = "", number[SEARCH_RATE_SIZE];

	if (!rates)
		return;
	text_add(text, sizeof(text), "%s tried:%s", variant->name,
		 search->rates_count ? "" : " nothing");
	for (size_t i = 0; i < search->rates_count; i++)
		rates[i] = search->rates[i];
	qsort(rates, search->rates_count, sizeof(*rates), ascending);
	for (size_t i = 0; i < search->rates_count; i++) {
		const int counts[] = {rates[i].held, rates[i].broke, rates[i].voided};
		const char *between = " ";

		text_add(text, sizeof(text), "%s %s", i ? ";" : "",
			 search_rate_text(rates[i].rate, number));
		for (size_t k = 0; k < ARRAY_SIZE(counts); k++)
			if (counts[k]) {
				text_add(text, sizeof(text), "%s%s %d", between, words[k],
					 counts[k]);
				between = ", ";
			}
	}
	fputs("  ", style->to);
	text_fold(style, 2, 4, text);
}

void section_search(const struct result *result, const struct style *style)
{
	const struct search_spec *spec = &result->search;
	char bound[UNITS_SHOW_SIZE];

	if (!result->searched)
		return;
	units_show(UNITS_SECONDS, (double)spec->bound_ns / 1e9, style->utf8, bound, sizeof(bound));
	text_say(style, 0, 2,
		 "Capacity: the highest rate at which %s was at most %s and every task was "
		 "completed, in %d trial%s in a row",
		 spec->metric, bound, spec->confirm, spec->confirm == 1 ? "" : "s");
	for (size_t v = 0; v < result->variants_count; v++)
		print_tried(&result->variants[v], style);
	fputc('\n', style->to);
}

/* What stands between the ends of a range. */
static const char *between(const struct style *style)
{
	return style->utf8 ? "…" : "..";
}

/* -- trials that are not valid -- */

/* "trials 1, 4, 4 (attempt 2) fixed: void: the reason; its output: poolrig show ID --trial 1" */
void section_ending(const struct result *result, const struct ending *e, const struct style *style)
{
	char reason[1024], text[6144] = "trial", output[128] = "";

	text_add(text, sizeof(text), "%s", e->trials_count > 1 ? "s" : "");
	for (size_t i = 0; i < e->trials_count; i++) {
		text_add(text, sizeof(text), "%s %d", i ? "," : "",
			 result_trial_number(e->trials[i]));
		if (e->trials[i]->attempt)
			text_add(text, sizeof(text), " (attempt %d)", e->trials[i]->attempt + 1);
	}
	if (e->with_output)
		snprintf(output, sizeof(output), "; output: poolrig show %s --trial %d",
			 result->view->summary.id, e->with_output);
	fputs("  ", style->to);
	text_say(style, 2, 4, "%s %s: %s: %s%s", text, e->variant, trial_outcome_name(e->outcome),
		 pattern_text(&e->reason, between(style), reason, sizeof(reason)), output);
}

void section_endings(const struct result *result, const struct style *style)
{
	const struct run_summary *s = &result->view->summary;

	if (!result->endings_count && !result->missing)
		return;
	fputs("\nTrials that are not valid\n", style->to);
	for (size_t i = 0; i < result->endings_count; i++)
		section_ending(result, &result->endings[i], style);
	if (result->missing)
		fprintf(style->to, "  %d of %d planned: no record; the run %s\n", result->missing,
			s->planned,
			s->ended_unix_ns         ? "ended before them"
			: s->life == OWNER_ALIVE ? "is under way"
			: s->life == OWNER_DEAD  ? "was interrupted"
						 : "is under way or was interrupted");
}

/* -- interference -- */

const char *section_amount(const struct interference *i, double value, const struct style *style,
			   char *buf, size_t size)
{
	enum units_kind kind = metric_kind_of(i->unit);
	bool named = kind == UNITS_COUNT && strcmp(i->unit, "count") != 0;
	size_t used;

	units_show(kind, value, style->utf8, buf, size);
	used = strlen(buf);
	if (named)
		snprintf(buf + used, size - used, " %s", i->unit);
	return buf;
}

static void print_interference(const struct interference *i, const struct style *style)
{
	size_t known = i->spread.count, all = known + i->unknown;
	char text[1024] = "", name[48], median[96], most[96];

	fprintf(style->to, "  %-26s ", text_clean(i->name, style->utf8, name, sizeof(name)));
	if (known && i->spread.max == 0)
		snprintf(text, sizeof(text), "none in %zu of %zu trials", known, all);
	else if (known)
		snprintf(text, sizeof(text), "median %s, max %s in trial %d (%s)%s%s",
			 section_amount(i, i->spread.median, style, median, sizeof(median)),
			 section_amount(i, i->spread.max, style, most, sizeof(most)),
			 result_trial_number(i->worst_trial), i->worst_trial->variant,
			 i->worst->detail[0] ? ": " : "", i->worst->detail);
	if (i->unknown)
		text_add(text, sizeof(text), "%sunknown in %zu of %zu trials: %s",
			 known ? "; " : "", i->unknown, all, i->first_unknown->detail);
	text_fold(style, NAME_COLUMN, NAME_COLUMN, text);
}

/* What was looked for and not seen takes one line for all. */
static void print_none(const struct result *result, const struct style *style)
{
	char text[4096] = "";

	for (size_t i = 0; i < result->interference_count; i++)
		if (interference_is_none(&result->interference[i]))
			text_add(text, sizeof(text), "%s%s", text[0] ? ", " : "",
				 result->interference[i].name);
	if (!text[0])
		return;
	fprintf(style->to, "  %-26s ", "none in any trial:");
	text_fold(style, NAME_COLUMN, NAME_COLUMN, text);
}

void section_interference(const struct result *result, const struct style *style)
{
	if (result->interference_count)
		fputs("\nInterference\n", style->to);
	for (size_t i = 0; i < result->interference_count; i++)
		if (!interference_is_none(&result->interference[i]))
			print_interference(&result->interference[i], style);
	print_none(result, style);
}

/* -- grades -- */

/* What was asked or granted, where it was one thing in all trials. */
static const char *one(const struct pattern *p, bool same, const struct style *style, char *buf,
		       size_t size)
{
	if (!same)
		return "not the same in all of them";
	return pattern_text(p, between(style), buf, size)[0] ? buf : "nothing";
}

static void print_grade(const struct result *result, const struct grade_reasons *why,
			const struct style *style)
{
	char asked[PATTERN_SHOW_SIZE], granted[PATTERN_SHOW_SIZE], dimension[16],
	    text[PATTERN_SHOW_SIZE];
	int at;

	text_clean(why->dimension, style->utf8, dimension, sizeof(dimension));
	at = fprintf(style->to, "  %s ", dimension);
	text_say(style, at, 6, "%c, %zu of %zu trials; asked: %s; granted: %s", why->level,
		 why->trials, result->view->trials_count,
		 one(&why->asked, why->one_wish, style, asked, sizeof(asked)),
		 one(&why->granted, why->one_grant, style, granted, sizeof(granted)));
	for (size_t i = 0; i < why->count; i++) {
		const struct pattern *p = &why->reasons[i];
		char some[64] = "";

		if (p->count < why->trials)
			snprintf(some, sizeof(some), " (%zu of %zu)", p->count, why->trials);
		fputs("    - ", style->to);
		text_say(style, 6, 6, "%s%s", pattern_text(p, between(style), text, sizeof(text)),
			 some);
	}
	if (why->more)
		fprintf(style->to, "    - and %zu more, which `show --trial N` has\n", why->more);
}

void section_grades(const struct result *result, const struct style *style)
{
	if (result->grades_count)
		fputs("\nReasons for grades\n", style->to);
	for (size_t i = 0; i < result->grades_count; i++)
		print_grade(result, &result->grades[i], style);
}
