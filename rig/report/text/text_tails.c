/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "base/own.h"
#include "base/units.h"
#include "rig/metric/metric.h"
#include "rig/report/text/text.h"
#include "rig/result/tails.h"

struct shown {
	const struct tails *tails;
	bool utf8;
	FILE *to;
};

static void put(const struct shown *s, double value)
{
	const char *end = strrchr(s->tails->metric, '_');
	bool seconds = end && strcmp(end, "_seconds") == 0;
	char text[UNITS_SHOW_SIZE];

	fputs(units_show(seconds ? UNITS_SECONDS : UNITS_RATIO, value, s->utf8, text, sizeof(text)),
	      s->to);
}

static void put_count(const struct shown *s, int64_t count)
{
	char text[UNITS_SHOW_SIZE];

	fputs(units_show(UNITS_COUNT, (double)count, s->utf8, text, sizeof(text)), s->to);
}

/* "P99.9 131 ms [128 ms, 140 ms]" */
static void put_quantile(const struct shown *s, const struct tails_row *row, int i)
{
	const struct tail_quantile *q = &row->quantiles[i];

	fprintf(s->to, "P%.4g ", tails_quantiles[i] * 100);
	if (q->source == TAIL_UNKNOWN) {
		fputs("can't be told from ", s->to);
		put_count(s, row->values);
		fputs(" values (ranks need ", s->to);
		put_count(s, q->least);
		fputs(")", s->to);
		return;
	}
	put(s, q->value);
	fputs(" [", s->to);
	put(s, q->low);
	fputs(", ", s->to);
	put(s, q->high);
	fputs(q->source == TAIL_FIT ? "] from the tail" : "]", s->to);
}

static void put_bound(const struct shown *s, bool has, double value)
{
	if (has)
		fprintf(s->to, "%.3g", value);
	else
		fputs("n/a", s->to);
}

/* "; the 1,203 above 15.0 ms: shape 0.42 [0.38, 0.46], scale 8.30 ms" */
static void put_tail(const struct shown *s, const struct tails_row *row)
{
	const struct tail *t = &row->tail;

	if (!row->has_tail) {
		fprintf(s->to, "; tail n/a: %s", row->reason);
		return;
	}
	fputs("; tail: ", s->to);
	put_count(s, (int64_t)t->above);
	fputs(" above ", s->to);
	put(s, t->threshold);
	fprintf(s->to, ", shape %.3g [", t->fit.shape);
	put_bound(s, t->shape.has_low, t->shape.low);
	fputs(", ", s->to);
	put_bound(s, t->shape.has_high, t->shape.high);
	fputs("], scale ", s->to);
	put(s, t->fit.scale);
}

static void put_row(const struct shown *s, const struct tails_row *row)
{
	if (!row->values) {
		fprintf(s->to, "n/a: %s", row->reason);
		return;
	}
	put_count(s, row->values);
	fprintf(s->to, " values of %d trial%s", row->trials, row->trials == 1 ? "" : "s");
	if (row->without)
		fprintf(s->to, " (%d left out: nothing recorded)", row->without);
	for (int i = 0; i < TAILS_QUANTILES; i++) {
		fputs(i ? ", " : ": ", s->to);
		put_quantile(s, row, i);
	}
	put_tail(s, row);
}

static void print_row(const struct tails *tails, const struct tails_row *row,
		      const struct style *style)
{
	const char *name = tails->result->variants[row->variant].name;
	cleanup_free char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	int width = text_width(name);

	if (!to)
		return;
	put_row(&(struct shown){tails, style->utf8, to}, row);
	fclose(to);
	fputs("  ", style->to);
	text_put(style->to, style->utf8, name);
	fprintf(style->to, "%*s", width < 12 ? 13 - width : 1, "");
	text_fold(style, 3 + (width > 12 ? width : 12), 15, text ? text : "");
}

void tails_print(const struct tails *tails, const struct style *style)
{
	char run[768], label[80];

	text_say(style, 0, 2, "%s, %s", tails->result->view->summary.experiment,
		 describe_run(tails->result, run, sizeof(run)));
	text_say(style, 0, 2,
		 "%s of all tasks of the valid trials; [interval] of %g %% confidence, as if the "
		 "tasks were independent",
		 metric_label(tails->metric, label, sizeof(label)), TAILS_LEVEL * 100);
	for (size_t i = 0; i < tails->count; i++)
		print_row(tails, &tails->rows[i], style);
}
