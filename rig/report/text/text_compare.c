/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "base/own.h"
#include "rig/metric/metric.h"
#include "rig/report/text/text.h"

#define SHARE_MAX 2.0 /* a ratio beyond is written as a factor, as its inverse below */

/* "+3.2 %", or "x3.41" of what is not a matter of per cents. buf of 32 bytes; returns buf. */
static const char *ratio_text(double ratio, bool as_factor, bool utf8, char buf[32])
{
	if (as_factor)
		snprintf(buf, 32, "%s%.3g", utf8 ? "\xc3\x97" : "x", ratio);
	else
		snprintf(buf, 32, "%+.*f %%", fabs(ratio - 1) < 0.0995 ? 2 : 1, (ratio - 1) * 100);
	return buf;
}

/* "-10.9 % [-14.0 %, -7.91 %]" */
static void print_ratio(const struct comparison *c, bool utf8, FILE *to)
{
	bool factor = c->ratio > SHARE_MAX || c->ratio < 1 / SHARE_MAX;
	char ratio[32], low[32], high[32];

	fputs(ratio_text(c->ratio, factor, utf8, ratio), to);
	if (c->has_interval)
		fprintf(to, " [%s, %s]", ratio_text(c->low, factor, utf8, low),
			ratio_text(c->high, factor, utf8, high));
}

static void print_verdict(const struct compared_row *row, FILE *to)
{
	const struct comparison *c = &row->comparison;

	fputs(comparison_verdict_text(c->verdict), to);
	if (c->needed)
		fprintf(to, ": %zu further block%s would decide at this spread", c->needed,
			c->needed == 1 ? "" : "s");
}

/* What a reader must know of the pairs: "6 blocks; 1 left out: ...". */
static void print_pairs(const struct compared_row *row, FILE *to)
{
	fprintf(to, "%zu block%s", row->comparison.pairs, row->comparison.pairs == 1 ? "" : "s");
	if (row->unknown)
		fprintf(to, ", %zu left out: a value is 0 or not known", row->unknown);
	if (row->mixed)
		fprintf(to, ", %zu left out: different grades", row->mixed);
}

/* "+3.2 % [+1.1 %, +5.0 %], worse", and `pairs`: of how many blocks. */
static void print_outcome(const struct compared_row *row, bool pairs, bool utf8, FILE *to)
{
	if (row->reason) {
		fprintf(to, "n/a: %s", row->reason);
		return;
	}
	print_ratio(&row->comparison, utf8, to);
	fputs(", ", to);
	print_verdict(row, to);
	if (pairs) {
		fputs(" (", to);
		print_pairs(row, to);
		fputc(')', to);
	}
}

static void print_row(const struct compared *c, const struct compared_row *row,
		      const struct style *style)
{
	const char *name = c->result->variants[row->variant].name;
	cleanup_free char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return;
	print_outcome(row, true, style->utf8, to);
	fclose(to);
	fputs("  ", style->to);
	text_put(style->to, style->utf8, name);
	fprintf(style->to, "%*s", text_width(name) < 12 ? 13 - text_width(name) : 1, "");
	text_fold(style, 3 + (text_width(name) > 12 ? text_width(name) : 12), 15, text ? text : "");
}

static const char *better_text(const char *metric)
{
	return metric_better(metric) == METRIC_LOWER ? "lower is better" : "higher is better";
}

static void print_metric(const char *metric, const struct style *style)
{
	char label[80];

	fprintf(style->to, "\n%s", style_mark(style, STYLE_BOLD));
	text_put(style->to, style->utf8, metric_label(metric, label, sizeof(label)));
	fprintf(style->to, "%s (%s)\n", style_mark(style, STYLE_PLAIN), better_text(metric));
}

void compare_print(const struct compared *c, const struct style *style)
{
	char run[768];

	text_say(style, 0, 2, "%s, %s", c->result->view->summary.experiment,
		 describe_run(c->result, run, sizeof(run)));
	text_say(style, 0, 2,
		 "Each against %s, in the same block; [interval] of %g %% confidence%s; "
		 "margin %g %%",
		 c->result->variants[c->baseline].name, c->level * 100,
		 c->exploratory ? "; exploratory: no metric was declared" : "", c->margin * 100);
	for (size_t i = 0; i < c->count; i++) {
		const char *metric = c->rows[i].metric;

		if (i == 0 || c->rows[i - 1].metric != metric)
			print_metric(metric, style);
		print_row(c, &c->rows[i], style);
	}
}

int section_verdicts(const struct result *result, size_t most, const struct style *style,
		     struct error *err)
{
	struct compared c;
	int declared = compared_declared(&c, result, err);
	size_t shown;

	if (declared <= 0)
		return declared;
	shown = c.count > most ? most - 1 : c.count;
	for (size_t i = 0; i < shown; i++) {
		const struct compared_row *row = &c.rows[i];
		cleanup_free char *text = NULL;
		char label[80];
		size_t size = 0;
		FILE *to = open_memstream(&text, &size);

		if (!to)
			break;
		fprintf(to, "%s/%s, %s: ", result->variants[row->variant].name,
			result->variants[c.baseline].name,
			metric_label(row->metric, label, sizeof(label)));
		print_outcome(row, false, style->utf8, to);
		fclose(to);
		text_fold(style, 0, 2, text ? text : "");
	}
	if (shown < c.count)
		text_say(style, 0, 2, "%s%zu %sverdicts: poolrig compare %s", shown ? "and " : "",
			 c.count - shown, shown ? "more " : "", result->view->summary.id);
	fputc('\n', style->to);
	compared_destroy(&c);
	return 0;
}

void markdown_compare(const struct compared *c, FILE *to)
{
	char label[80];

	fputs("| metric | variant | against ", to);
	markdown_text(to, c->result->variants[c->baseline].name);
	fputs(" | verdict | blocks |\n|---|---|---|---|---|\n", to);
	for (size_t i = 0; i < c->count; i++) {
		const struct compared_row *row = &c->rows[i];

		fputs("| ", to);
		markdown_text(to, metric_label(row->metric, label, sizeof(label)));
		fprintf(to, " (%s) | ", better_text(row->metric));
		markdown_text(to, c->result->variants[row->variant].name);
		fputs(" | ", to);
		if (row->reason) {
			fprintf(to, "n/a: %s | n/a | 0 |\n", row->reason);
			continue;
		}
		print_ratio(&row->comparison, true, to);
		fputs(" | **", to);
		print_verdict(row, to);
		fputs("** | ", to);
		print_pairs(row, to);
		fputs(" |\n", to);
	}
}
