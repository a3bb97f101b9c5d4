/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings for people: the section below a table, a list, and Markdown. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rig/report/definition.h"
#include "rig/report/finding.h"

/* What each output makes of a run's findings. */
struct printing {
	const struct report *report;
	const struct style *style;
	FILE *to;
	bool further; /* something stands above */
};

/* Print each of a run's findings behind a head, where there are any. Returns how many. */
static ssize_t each(const struct printing *p, void (*head)(const struct printing *p),
		    int (*print)(const struct printing *p, const struct finding *f),
		    struct error *err)
{
	struct finding *list;
	ssize_t count = findings_of(p->report, &list, err);
	int failed = 0;

	if (count < 0)
		return -1;
	if (count)
		head(p);
	for (ssize_t i = 0; i < count && !failed; i++)
		failed = print(p, &list[i]);
	findings_free(list, (size_t)count);
	return failed ? error_host(err, ENOMEM, "run %s: no memory to print its findings",
				   p->report->view->summary.id)
		      : count;
}

/* -- the section -- */

static void section_head(const struct printing *p)
{
	fputs("\nFindings\n", p->to);
}

/* As one sentence: "holds: CLAIM: FOUND (REASON)". */
static int section_line(const struct printing *p, const struct finding *f)
{
	char *text = NULL;

	if (asprintf(&text, "%s: %s: %s%s%s%s", finding_verdict_text(f->verdict), f->claim,
		     f->found, f->reason ? " (" : "", f->reason ? f->reason : "",
		     f->reason ? ")" : "") < 0)
		return -1;
	fputs("  ", p->to);
	text_fold(p->style, 2, 4, text);
	free(text);
	return 0;
}

int finding_section(const struct report *report, const struct style *style, struct error *err)
{
	struct printing p = {report, style, style->to, true};

	return each(&p, section_head, section_line, err) < 0 ? -1 : 0;
}

/* -- the list -- */

/* "run ID of DATE, ended, exit 0 (done), 9 of 9 trials ok, 2s each; on Linux 6.18.0, CPU MODEL,
 * CPUs 0-3, cgroups hybrid" */
static void say_run(const struct report *report, char *buf, size_t size)
{
	const struct run_summary *s = &report->view->summary;
	const char *window = definition_text(report->definition, "load", "measure");
	char time[32], state[64], of[32] = " of a search";

	if (!report->searched)
		snprintf(of, sizeof(of), " of %d", s->planned);
	snprintf(buf, size,
		 "run %s of %.10s, %s, %d%s trials ok%s%s%s; on Linux %s, %s, CPUs %s, cgroups %s",
		 s->id, text_time(s->started_unix_ns, time, sizeof(time)),
		 report_state(s, state, sizeof(state)), s->ok, of, window ? ", " : "",
		 window ? window : "", window ? " each" : "", report_fact(report, "kernel"),
		 report_fact(report, "cpu_model"), report_fact(report, "cpus"),
		 report_fact(report, "cgroup_mode"));
}

static void text_head(const struct printing *p)
{
	char run[768], text[896];

	if (p->further)
		fputc('\n', p->to);
	say_run(p->report, run, sizeof(run));
	snprintf(text, sizeof(text), "%s, %s", p->report->view->summary.experiment, run);
	text_fold(p->style, 0, 2, text);
}

static void text_row(const struct printing *p, const char *label, const char *text)
{
	fprintf(p->to, "  %-10s ", label);
	text_fold(p->style, 13, 13, text);
}

static int text_finding(const struct printing *p, const struct finding *f)
{
	char grades[256];

	fputc('\n', p->to);
	text_row(p, "published", f->claim);
	if (f->source)
		text_row(p, "source", f->source);
	text_row(p, "measured", f->found);
	text_row(p, "grades", finding_grades(p->report, f, grades, sizeof(grades)));
	text_row(p, "verdict", finding_verdict_text(f->verdict));
	if (f->reason)
		text_row(p, "reason", f->reason);
	return 0;
}

ssize_t finding_text(const struct report *report, const struct style *style, bool further,
		     struct error *err)
{
	struct printing p = {report, style, style->to, further};

	return each(&p, text_head, text_finding, err);
}

/* -- Markdown -- */

/* Text in a cell of a table: what would end the cell, or be taken for mark-up, is escaped. */
static void markdown_text(FILE *to, const char *text)
{
	for (; *text; text++) {
		if (strchr("|\\`*_<>[]", *text))
			fputc('\\', to);
		fputc(strchr("\t\r\n", *text) ? ' ' : *text, to);
	}
}

static void markdown_head(const struct printing *p)
{
	const char *about = json_string_value(json_object_get(p->report->definition, "about"));
	char run[768];

	say_run(p->report, run, sizeof(run));
	fprintf(p->to, "\n## %s\n\n", p->report->view->summary.experiment);
	if (about) {
		markdown_text(p->to, about);
		fputs("\n\n", p->to);
	}
	fputs("Measured in ", p->to);
	markdown_text(p->to, run);
	fputs(".\n\n| published, or said | measured | grades | verdict |\n| --- | --- | --- | --- "
	      "|\n",
	      p->to);
}

static int markdown_finding(const struct printing *p, const struct finding *f)
{
	char grades[256];

	fputs("| ", p->to);
	markdown_text(p->to, f->claim);
	if (f->source) {
		fputs(" (", p->to);
		markdown_text(p->to, f->source);
		fputc(')', p->to);
	}
	fputs(" | ", p->to);
	markdown_text(p->to, f->found);
	fputs(" | ", p->to);
	markdown_text(p->to, finding_grades(p->report, f, grades, sizeof(grades)));
	fprintf(p->to, " | **%s**", finding_verdict_text(f->verdict));
	if (f->reason) {
		fputs(": ", p->to);
		markdown_text(p->to, f->reason);
	}
	fputs(" |\n", p->to);
	return 0;
}

ssize_t finding_markdown(const struct report *report, FILE *to, struct error *err)
{
	struct printing p = {report, NULL, to, true};

	return each(&p, markdown_head, markdown_finding, err);
}
