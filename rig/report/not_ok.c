/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/report/disturbance.h"
#include "rig/report/pattern.h"

/* Of one variant, ended the same way, for the same reason but for the numbers in it. */
static bool alike(const struct run_view *view, const struct pattern *reasons, size_t a, size_t b)
{
	const struct trial_record *x = &view->trials[a], *y = &view->trials[b];

	return x->outcome == y->outcome && strcmp(x->variant, y->variant) == 0 &&
	       strcmp(reasons[a].shape, reasons[b].shape) == 0;
}

static bool told_before(const struct run_view *view, const struct pattern *reasons, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (view->trials[i].outcome != TRIAL_OK && alike(view, reasons, i, at))
			return true;
	return false;
}

/* "trials 0, 3, 3 (attempt 2) fixed: void: the reason", of all that are like the one at `first`. */
static int print_alike(const struct run_view *view, const struct style *style,
		       const struct pattern *reasons, size_t first, struct error *err)
{
	const struct trial_record *trial = &view->trials[first];
	struct pattern all = reasons[first];
	cleanup_free char *text = NULL;
	char reason[1024];
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return error_host(err, ENOMEM, "no memory for the trials that are not ok");
	for (size_t i = first; i < view->trials_count; i++) {
		if (view->trials[i].outcome == TRIAL_OK || !alike(view, reasons, first, i))
			continue;
		fprintf(to, "%s %d", i == first ? "" : ",", view->trials[i].position);
		if (view->trials[i].attempt)
			fprintf(to, " (attempt %d)", view->trials[i].attempt + 1);
		if (i != first)
			pattern_add(&all, &reasons[i]);
	}
	pattern_text(&all, style->utf8 ? "…" : "..", reason, sizeof(reason));
	fprintf(to, " %s: %s: %s", trial->variant, trial_outcome_name(trial->outcome), reason);
	if (fclose(to) != 0)
		return error_host(err, ENOMEM, "no memory for the trials that are not ok");
	fputs(all.count > 1 ? "  trials " : "  trial ", style->to);
	text_fold(style, all.count > 1 ? 9 : 8, 4, text);
	return 0;
}

static int print_trials(const struct report *report, const struct style *style, struct error *err)
{
	const struct run_view *view = report->view;
	cleanup_free struct pattern *reasons = calloc(view->trials_count + 1, sizeof(*reasons));

	if (!reasons)
		return error_host(err, ENOMEM, "no memory for the trials that are not ok");
	for (size_t i = 0; i < view->trials_count; i++) {
		const char *why = view->trials[i].reason;

		why = why[0] ? why : "no reason given";
		pattern_init(&reasons[i], why, strlen(why));
	}
	for (size_t i = 0; i < view->trials_count; i++)
		if (view->trials[i].outcome != TRIAL_OK && !told_before(view, reasons, i) &&
		    print_alike(view, style, reasons, i, err) < 0)
			return -1;
	return 0;
}

int disturbance_not_ok(const struct report *report, const struct style *style, struct error *err)
{
	const struct run_view *view = report->view;
	bool any = report->missing > 0;

	for (size_t i = 0; i < view->trials_count; i++)
		any |= view->trials[i].outcome != TRIAL_OK;
	if (!any)
		return 0;
	fputs("\nTrials that are not ok\n", style->to);
	if (print_trials(report, style, err) < 0)
		return -1;
	if (report->missing)
		fprintf(style->to, "  %d of %d planned: no record; the run %s\n", report->missing,
			view->summary.planned,
			view->summary.ended_unix_ns ? "ended before them"
						    : "was interrupted, or is still under way");
	return 0;
}
