/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "rig/report/text/text.h"

void markdown_text(FILE *to, const char *s)
{
	for (; *s;) {
		uint32_t c;
		char one[8];

		if (strchr("|\\`*_<>[]", *s))
			fputc('\\', to);
		snprintf(one, sizeof(one), "%.*s", (int)text_next(s, &c), s);
		text_put(to, true, one);
		s += strlen(one);
	}
}

/* How the page was made, so that a reader can make it again. */
void markdown_head(FILE *to, int argc, char **argv)
{
	fputs("# What was published, and what was measured\n\nMade by `poolrig", to);
	for (int i = 0; i < argc; i++) {
		fputc(' ', to);
		text_put(to, true, argv[i]);
	}
	fputs("`, and not to be edited. Each row is a finding of an experiment\n"
	      "(docs/experiment.md), by the medians of its valid trials, under the worst grades of "
	      "the variants\nthat it names (docs/result.md).\n",
	      to);
}

static void finding(const struct result *result, const struct finding *f, FILE *to)
{
	char grades[256];

	fputs("| ", to);
	markdown_text(to, f->claim);
	if (f->source) {
		fputs(" (", to);
		markdown_text(to, f->source);
		fputc(')', to);
	}
	fputs(" | ", to);
	markdown_text(to, f->found);
	fputs(" | ", to);
	markdown_text(to, describe_grades(result, f->grades, grades, sizeof(grades)));
	fprintf(to, " | **%s**", finding_verdict_text(f->verdict));
	if (f->reason) {
		fputs(": ", to);
		markdown_text(to, f->reason);
	}
	fputs(" |\n", to);
}

void markdown_findings(const struct result *result, FILE *to)
{
	const char *about = result_plan(result, "about");
	char run[768];

	fputs("\n## ", to);
	markdown_text(to, result->view->summary.experiment);
	fputs("\n\n", to);
	if (about && about[0]) {
		markdown_text(to, about);
		fputs("\n\n", to);
	}
	fputs("Measured in ", to);
	markdown_text(to, describe_run(result, run, sizeof(run)));
	fputs(".\n\n| published, or said | measured | grades | verdict |\n"
	      "| --- | --- | --- | --- |\n",
	      to);
	for (size_t i = 0; i < result->findings_count; i++)
		finding(result, &result->findings[i], to);
}
