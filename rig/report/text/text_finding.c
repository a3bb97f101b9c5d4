/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/text/text.h"

void section_findings(const struct result *result, const struct style *style)
{
	if (result->findings_count)
		fputs("\nFindings\n", style->to);
	for (size_t i = 0; i < result->findings_count; i++) {
		const struct finding *f = &result->findings[i];

		fputs("  ", style->to);
		text_say(style, 2, 4, "%s: %s: %s%s%s%s", finding_verdict_text(f->verdict),
			 f->claim, f->found, f->reason ? " (" : "", f->reason ? f->reason : "",
			 f->reason ? ")" : "");
	}
}

static void row(const struct style *style, const char *label, const char *text)
{
	fprintf(style->to, "  %-10s ", label);
	text_fold(style, 13, 13, text);
}

void finding_list(const struct result *result, const struct style *style, bool further)
{
	char run[768], grades[256];

	if (further)
		fputc('\n', style->to);
	text_say(style, 0, 2, "%s, %s", result->view->summary.experiment,
		 describe_run(result, run, sizeof(run)));
	for (size_t i = 0; i < result->findings_count; i++) {
		const struct finding *f = &result->findings[i];

		fputc('\n', style->to);
		row(style, "published", f->claim);
		if (f->source)
			row(style, "source", f->source);
		row(style, "measured", f->found);
		row(style, "grades", describe_grades(result, f->grades, grades, sizeof(grades)));
		row(style, "verdict", finding_verdict_text(f->verdict));
		if (f->reason)
			row(style, "reason", f->reason);
	}
}
