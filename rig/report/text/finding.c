/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/report/text/finding.h"

#include <stdlib.h>

#include "base/own.h"
#include "rig/result/describe.h"

void finding_section(const struct result *result, const struct style *style)
{
	if (result->findings_count)
		fputs("\nFindings\n", style->to);
	for (size_t i = 0; i < result->findings_count; i++) {
		const struct finding *f = &result->findings[i];
		cleanup_free char *text = NULL;

		/* As one sentence: "confirmed: CLAIM: FOUND (REASON)". */
		if (asprintf(&text, "%s: %s: %s%s%s%s", finding_verdict_text(f->verdict), f->claim,
			     f->found, f->reason ? " (" : "", f->reason ? f->reason : "",
			     f->reason ? ")" : "") < 0)
			text = NULL;
		fputs("  ", style->to);
		text_fold(style, 2, 4, text ? text : "no memory to print it");
	}
}

static void row(const struct style *style, const char *label, const char *text)
{
	fprintf(style->to, "  %-10s ", label);
	text_fold(style, 13, 13, text);
}

void finding_list(const struct result *result, const struct style *style, bool further)
{
	char run[768], text[896], grades[256];

	if (further)
		fputc('\n', style->to);
	snprintf(text, sizeof(text), "%s, %s", result->view->summary.experiment,
		 describe_run(result, run, sizeof(run)));
	text_fold(style, 0, 2, text);
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
