/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "rig/report/number.h"
#include "rig/report/search.h"
#include "rig/report/table.h"

#define VALUE_COLUMN 40

/* "  name        text", the text folded behind the name. */
static void entry(const struct style *style, const char *name, const char *text)
{
	char clean[96];
	int at = 2 + text_width(text_clean(name, style->utf8, clean, sizeof(clean)));
	int blanks = at < VALUE_COLUMN ? VALUE_COLUMN - at : 1;

	fprintf(style->to, "  %s%*s", clean, blanks, "");
	text_fold(style, at + blanks, VALUE_COLUMN, text);
}

static void head(const struct trial_record *trial, const struct style *style)
{
	char text[1024], time[32], wall[40];

	snprintf(text, sizeof(text), "trial %d, %s, block %d, attempt %d: %s%s%s", trial->position,
		 trial->variant, trial->block, trial->attempt + 1,
		 trial_outcome_name(trial->outcome), trial->reason[0] ? ": " : "", trial->reason);
	text_fold(style, 0, 2, text);
	number_with_unit(NUMBER_SECONDS, (double)trial->wall_ns / NS_PER_S, style->utf8, wall,
			 sizeof(wall));
	snprintf(text, sizeof(text), "started %s, ran %s%s",
		 text_time(trial->started_unix_ns, time, sizeof(time)), wall,
		 trial->start_ns ? "" : ", never reached its start instant");
	text_fold(style, 0, 2, text);
}

static void search(const struct report *report, size_t i, const struct style *style)
{
	const struct report_step *step;
	char text[512], rate[SEARCH_RATE_SIZE];

	if (!report->searched || !report->steps[i].known)
		return;
	step = &report->steps[i];
	snprintf(text, sizeof(text), "search, at %s a second: %s: %s",
		 search_rate_text(step->rate, rate), search_answer_name(step->answer), step->why);
	text_fold(style, 0, 2, text);
}

static void metrics(const struct trial_record *summary, const struct style *style)
{
	fputs("\nMetrics\n", style->to);
	for (size_t i = 0; i < summary->metrics_count; i++) {
		const struct metric *m = &summary->metrics[i];
		char text[256];

		if (m->known)
			number_with_unit(number_kind_of(m->name), m->value, style->utf8, text,
					 sizeof(text));
		else
			snprintf(text, sizeof(text), "n/a: %s", m->reason);
		entry(style, m->name, text);
	}
}

static void interference(const struct trial_record *trial, const struct style *style)
{
	if (trial->interference_count)
		fputs("\nLedger: what disturbed it\n", style->to);
	for (size_t i = 0; i < trial->interference_count; i++) {
		const struct interference_line *l = &trial->interference[i];
		char text[512], number[64] = "n/a";

		if (l->known)
			number_with_unit(number_kind_of(l->unit), l->value, style->utf8, number,
					 sizeof(number));
		snprintf(text, sizeof(text), "%s%s%s", number, l->detail[0] ? ": " : "", l->detail);
		entry(style, l->name, text);
	}
}

static void grades(const struct trial_record *trial, const struct style *style)
{
	if (trial->grades_count)
		fputs("\nGrade: what was asked, what the kernel granted\n", style->to);
	for (size_t i = 0; i < trial->grades_count; i++) {
		const struct grade_line *g = &trial->grades[i];
		char text[1536], name[24];

		snprintf(name, sizeof(name), "%s %c", g->dimension, g->level);
		snprintf(text, sizeof(text), "asked: %s; granted: %s%s%s",
			 g->asked[0] ? g->asked : "nothing", g->granted[0] ? g->granted : "nothing",
			 g->reason[0] ? "; " : "", g->reason);
		entry(style, name, text);
	}
}

static void events(const struct trial_record *trial, const struct style *style)
{
	if (trial->events_count)
		fputs("\nEvents\n", style->to);
	for (size_t i = 0; i < trial->events_count; i++) {
		const struct trial_event *e = &trial->events[i];
		char name[96];

		snprintf(name, sizeof(name), "%+.6f s  %s%s%s", (double)e->at_ns / NS_PER_S,
			 e->cell, e->cell[0] ? "  " : "", e->kind);
		entry(style, name, e->text);
	}
}

static void artefacts(const struct trial_record *trial, const struct style *style)
{
	if (trial->artefacts_count)
		fputs("\nArtefacts: --artefact NAME prints one\n", style->to);
	for (size_t i = 0; i < trial->artefacts_count; i++) {
		const struct trial_artefact *a = &trial->artefacts[i];
		char text[256];

		snprintf(text, sizeof(text), "%" PRIu64 " bytes, %s%s", a->bytes, a->media,
			 a->intrusive ? "; making it disturbed the trial" : "");
		entry(style, a->name, text);
	}
}

static void logs(const struct trial_record *trial, const struct style *style)
{
	for (size_t i = 0; i < trial->logs_count; i++) {
		const struct trial_log *l = &trial->logs[i];
		char name[16];

		fprintf(style->to, "\n%s: %" PRIu64 " bytes%s",
			text_clean(l->name, style->utf8, name, sizeof(name)), l->bytes,
			l->dropped ? "" : "\n");
		if (l->dropped)
			fprintf(style->to, ", of which the first %" PRIu64 " were not kept\n",
				l->dropped);
		text_lines(style, 2, l->text);
	}
}

int trial_text_print(const struct report *report, int position, const struct style *style,
		     struct error *err)
{
	const struct run_view *view = report->view;
	bool any = false;

	for (size_t i = 0; i < view->trials_count; i++) {
		const struct trial_record *trial = &view->trials[i];

		if (trial->position != position)
			continue;
		if (any)
			fputc('\n', style->to);
		any = true;
		head(trial, style);
		search(report, i, style);
		metrics(&report->summaries[i], style);
		interference(trial, style);
		grades(trial, style);
		events(trial, style);
		artefacts(trial, style);
		logs(trial, style);
	}
	if (any)
		return 0;
	return error_input(err, "run %s: trial %d: not stored; %d were planned, counted from 0%s",
			   view->summary.id, position, view->summary.planned,
			   report->missing ? ", and some of them have no record" : "");
}
