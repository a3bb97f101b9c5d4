/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "rig/metric/metric.h"
#include "rig/report/text/text.h"
#include "rig/stats/search_judge.h"

#define VALUE_COLUMN 40

/* "  name        ": print what stands in front of a text, and return the column behind it. */
static int entry(const struct style *style, const char *name)
{
	char clean[96];
	int at = 2 + text_width(text_clean(name, style->utf8, clean, sizeof(clean)));
	int blanks = at < VALUE_COLUMN ? VALUE_COLUMN - at : 1;

	fprintf(style->to, "  %s%*s", clean, blanks, "");
	return at + blanks;
}

static void head(const struct trial_record *trial, const struct style *style)
{
	char time[32], wall[UNITS_SHOW_SIZE];

	text_say(style, 0, 2, "trial %d, %s, block %d, attempt %d: %s%s%s",
		 result_trial_number(trial), trial->variant, trial->block + 1, trial->attempt + 1,
		 trial_outcome_name(trial->outcome), trial->reason[0] ? ": " : "", trial->reason);
	units_show(UNITS_SECONDS, (double)trial->wall_ns / NS_PER_S, style->utf8, wall,
		   sizeof(wall));
	text_say(style, 0, 2, "started %s, ran %s%s",
		 result_time(trial->started_unix_ns, time, sizeof(time)), wall,
		 trial->start_ns ? "" : ", never reached its start instant");
}

static void search(const struct search_step *step, const struct style *style)
{
	char rate[SEARCH_RATE_SIZE];

	if (step)
		text_say(style, 0, 2, "search, at %s tasks/s: %s: %s",
			 search_rate_text(step->rate, rate), search_answer_name(step->answer),
			 step->why);
}

static const char *value(const struct metric *m, const struct style *style, char *buf, size_t size)
{
	if (m->known)
		units_show(metric_kind_of(m->name), m->value, style->utf8, buf, size);
	else
		snprintf(buf, size, "n/a: %s", m->reason);
	return buf;
}

static void metrics(const struct trial_record *summary, const struct style *style)
{
	char text[256];

	fputs("\nMetrics\n", style->to);
	for (size_t i = 0; i < summary->metrics_count; i++) {
		const struct metric *m = &summary->metrics[i];
		bool word = m->known && result_is_word(summary, m->name);

		value(m, style, text, sizeof(text));
		text_add(text, sizeof(text), "%s", word ? " (the workload's word)" : "");
		text_fold(style, entry(style, m->name), VALUE_COLUMN, text);
	}
}

static void interference(const struct trial_record *trial, const struct style *style)
{
	if (trial->interference_count)
		fputs("\nInterference\n", style->to);
	for (size_t i = 0; i < trial->interference_count; i++) {
		const struct interference_line *l = &trial->interference[i];
		char number[64] = "n/a";

		if (l->known)
			units_show(metric_kind_of(l->unit), l->value, style->utf8, number,
				   sizeof(number));
		text_say(style, entry(style, l->name), VALUE_COLUMN, "%s%s%s", number,
			 l->detail[0] ? ": " : "", l->detail);
	}
}

static void grades(const struct trial_record *trial, const struct style *style)
{
	if (trial->grades_count)
		fputs("\nGrades: what was asked, what the kernel granted\n", style->to);
	for (size_t i = 0; i < trial->grades_count; i++) {
		const struct grade_line *g = &trial->grades[i];
		char name[24];

		snprintf(name, sizeof(name), "%s %c", g->dimension, g->level);
		text_say(style, entry(style, name), VALUE_COLUMN, "asked: %s; granted: %s%s%s",
			 g->asked[0] ? g->asked : "nothing", g->granted[0] ? g->granted : "nothing",
			 g->reason[0] ? "; " : "", g->reason);
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
		text_fold(style, entry(style, name), VALUE_COLUMN, e->text);
	}
}

static void artefacts(const struct trial_record *trial, const struct style *style)
{
	if (trial->artefacts_count)
		fputs("\nArtefacts: --artefact NAME prints one\n", style->to);
	for (size_t i = 0; i < trial->artefacts_count; i++) {
		const struct trial_artefact *a = &trial->artefacts[i];

		text_say(style, entry(style, a->name), VALUE_COLUMN, "%" PRIu64 " bytes, %s%s",
			 a->bytes, a->media,
			 a->intrusive ? "; making it interfered with the trial" : "");
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
			fprintf(style->to, ", of which %" PRIu64 " in the middle were not kept\n",
				l->dropped);
		text_lines(style, 2, l->text);
	}
}

int trial_print(const struct result *result, int number, const struct style *style,
		struct error *err)
{
	const struct run_view *view = result->view;
	bool any = false;

	for (size_t i = 0; i < view->trials_count; i++) {
		const struct result_trial *t = &result->trials[i];

		if (result_trial_number(t->record) != number)
			continue;
		if (any)
			fputc('\n', style->to);
		any = true;
		head(t->record, style);
		search(t->step, style);
		metrics(&t->summary, style);
		interference(t->record, style);
		grades(t->record, style);
		events(t->record, style);
		artefacts(t->record, style);
		logs(t->record, style);
	}
	return any ? 0 : result_no_trial(view, number, err);
}

/* "  memory    peak RSS 60.9 MiB, cgroup memory peak 64.0 MiB": those of one group. */
static void group(const struct trial_record *trial, const char *name, const struct style *style)
{
	char text[4096] = "", number[256], label[80];
	size_t count;
	const struct metric_row *rows = metric_rows(&count);

	for (size_t i = 0; i < count; i++) {
		const struct metric *m = trial_find_metric(trial, rows[i].name);

		/* What the kernel did not tell is in the grade of the observation. */
		if (m && strcmp(rows[i].group, name) == 0 &&
		    (m->known || rows[i].shown != METRIC_LISTED) &&
		    !(rows[i].zero_is_usual && m->value == 0))
			text_add(text, sizeof(text), "%s%s %s", text[0] ? ", " : "",
				 metric_label(rows[i].name, label, sizeof(label)),
				 value(m, style, number, sizeof(number)));
	}
	if (!text[0])
		return;
	fprintf(style->to, "  %-9s ", name);
	text_fold(style, 12, 12, text);
}

/* A line for all grades, and one for each that has reasons: of C always, of B where all are asked
 * for, as most of them are the host's and the same each time. */
static void brief_grades(const struct trial_record *trial, bool all, const struct style *style)
{
	char text[512] = "", name[32];
	bool more = false;

	for (size_t i = 0; i < trial->grades_count; i++) {
		const struct grade_line *g = &trial->grades[i];

		text_add(text, sizeof(text), "%s%s %c", text[0] ? ", " : "", g->dimension,
			 g->level);
		more |= g->reason[0] && g->level != 'C' && !all;
	}
	fprintf(style->to, "  %-9s ", "grades");
	text_say(style, 12, 12, "%s%s", text, more ? " (--all prints the reasons)" : "");
	for (size_t i = 0; i < trial->grades_count; i++) {
		const struct grade_line *g = &trial->grades[i];

		if (!all && (g->level != 'C' || !g->reason[0]))
			continue;
		snprintf(name, sizeof(name), "%s %c", g->dimension, g->level);
		text_print(style, "  %-13s ", name);
		text_say(style, 16, 16, "%s%s%s", g->granted, g->reason[0] ? "; " : "", g->reason);
	}
}

void trial_print_brief(const struct trial_record *trial, bool all, const struct style *style)
{
	/* A name in UTF-8 stays one: it is no sign of ours that could be written in ASCII. */
	const struct style names = {.to = style->to, .utf8 = true};
	const char *last = "";
	size_t count;
	const struct metric_row *rows = metric_rows(&count);

	text_print(&names, "poolrig: %s: %s%s%s", trial->variant,
		   trial_outcome_name(trial->outcome), trial->reason[0] ? ": " : "", trial->reason);
	fputc('\n', style->to);
	for (size_t i = 0; i < BOUNDS; i++) {
		const struct interference_line *line = bound_exceeded(&bounds[i], trial);

		if (line)
			text_say(style, 0, 2,
				 "warning: %s %.3g %% of the work cores, above %.3g %%",
				 bounds[i].who, line->value * 100, bounds[i].share * 100);
	}
	group(trial, "time", style);
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].group, last) != 0 && strcmp(rows[i].group, "time") != 0)
			group(trial, last = rows[i].group, style);
	brief_grades(trial, all, style);
}
