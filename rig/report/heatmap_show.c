/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "rig/report/definition.h"
#include "rig/report/heatmap.h"
#include "rig/report/report.h"

#define NAMES_MAX 64

/* The names of the trial's histograms that are not in names yet. */
static size_t gather(const struct trial_record *trial, const char *names[NAMES_MAX], size_t found)
{
	for (size_t i = 0; i < trial->records_count; i++) {
		const struct workload_record *w = &trial->records[i];
		size_t at = 0;

		if (strcmp(w->kind, "histogram") != 0)
			continue;
		while (at < found && strcmp(names[at], w->name) != 0)
			at++;
		if (at == found && found < NAMES_MAX)
			names[found++] = w->name;
	}
	return found;
}

static bool has(const struct trial_record *trial, const char *name)
{
	for (size_t i = 0; i < trial->records_count; i++)
		if (strcmp(trial->records[i].kind, "histogram") == 0 &&
		    strcmp(trial->records[i].name, name) == 0)
			return true;
	return false;
}

static int draw(const struct trial_record *trial, const char *name, const struct style *style,
		struct error *err)
{
	struct heatmap map;
	char text[256];

	snprintf(text, sizeof(text), "trial %d, %s, attempt %d, %s: ", trial->position,
		 trial->variant, trial->attempt + 1, trial_outcome_name(trial->outcome));
	if (!has(trial, name)) {
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "no histogram %s", name);
		text_fold(style, 0, 2, text);
		return 0;
	}
	if (heatmap_init(&map, trial, name, style->width - HEATMAP_GUTTER, err) < 0)
		return error_wrap(err, "trial %d, attempt %d", trial->position, trial->attempt + 1);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s, recorded in %s", map.name,
		 map.unit);
	text_fold(style, 0, 2, text);
	heatmap_print(&map, style);
	heatmap_destroy(&map);
	return 0;
}

static int unknown_name(int position, const char *name, const char *const *names, size_t count,
			struct error *err)
{
	char list[sizeof(err->text)] = ""; /* where it is cut, so is the error */

	for (size_t i = 0; i < count; i++)
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", i ? ", " : "",
			 names[i]);
	if (!count)
		return error_input(err,
				   "heat map \"%s\": trial %d has no histogram at all; workloads "
				   "that speak the protocol record them (docs/protocol.md)",
				   name, position);
	return error_input(err, "heat map \"%s\": trial %d has no such histogram; it has %s", name,
			   position, list);
}

int heatmap_show(const struct run_view *view, int position, const char *name,
		 const struct style *style, struct error *err)
{
	const char *names[NAMES_MAX];
	size_t count = 0;
	bool stored = false, any = false;

	for (size_t i = 0; i < view->trials_count; i++) {
		if (view->trials[i].position != position)
			continue;
		stored = true;
		any = any || has(&view->trials[i], name);
		count = gather(&view->trials[i], names, count);
	}
	if (!stored)
		return error_input(err,
				   "run %s: trial %d: not stored; %d were planned, counted from 0",
				   view->summary.id, position, view->summary.planned);
	if (!any)
		return unknown_name(position, name, names, count, err);
	any = false;
	for (size_t i = 0; i < view->trials_count; i++) {
		if (view->trials[i].position != position)
			continue;
		if (any)
			fputc('\n', style->to);
		any = true;
		if (draw(&view->trials[i], name, style, err) < 0)
			return -1;
	}
	return 0;
}

static const struct trial_record *first_ok(const struct run_view *view, const char *variant)
{
	for (size_t i = 0; i < view->trials_count; i++)
		if (view->trials[i].outcome == TRIAL_OK &&
		    strcmp(view->trials[i].variant, variant) == 0)
			return &view->trials[i];
	return NULL;
}

void heatmap_of_report(const struct report *report, const struct style *style)
{
	const char *name =
	    report->definition ? definition_text(report->definition, "report", "heatmap") : NULL;

	struct error why = ERROR_INIT;

	if (!name)
		return;
	fputs("\nHeat maps\n", style->to);
	for (size_t i = 0; i < report->variants_count; i++) {
		const char *variant = report->variants[i].name;
		const struct trial_record *trial = first_ok(report->view, variant);
		char text[640];

		if (i)
			fputc('\n', style->to);
		if (trial && draw(trial, name, style, &why) == 0)
			continue;
		snprintf(text, sizeof(text), "%s: %s", variant,
			 trial ? why.text : "no trial of it is ok");
		text_fold(style, 0, 2, text);
		error_clear(&why);
	}
}
