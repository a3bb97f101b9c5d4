/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One finding: its sentence filled in, and its comparison judged by medians and by blocks. */
#include "rig/report/finding_judge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/plan/finding.h"
#include "rig/report/number.h"

/* One finding while it is made. */
struct making {
	const struct report *report;
	struct finding *finding;
	FILE *found, *reason;
	const char *between; /* of the sentences of the reason */
	bool unknown;        /* something that it names */
};

/* Begin a further sentence of the reason. */
static FILE *because(struct making *m)
{
	fputs(m->between, m->reason);
	m->between = "; ";
	return m->reason;
}

static void note_variant(struct making *m, const char *name)
{
	for (size_t i = 0; i < m->report->variants_count && i < FINDING_VARIANTS_MAX; i++)
		if (strcmp(m->report->variants[i].name, name) == 0)
			m->finding->variants |= UINT64_C(1) << i;
}

/* Why the first of the trials that are not ok is not. */
static const char *what_happened(const struct report *report, const char *variant)
{
	const struct run_view *view = report->view;

	for (size_t i = 0; i < view->trials_count; i++)
		if (view->trials[i].outcome != TRIAL_OK && view->trials[i].reason[0] &&
		    strcmp(view->trials[i].variant, variant) == 0)
			return view->trials[i].reason;
	return NULL;
}

static void say_unknown(struct making *m, const struct finding_name *name,
			const struct report_value *value)
{
	const char *happened = value->trials ? NULL : what_happened(m->report, name->variant);

	fprintf(because(m), "%s.%s: %s%s%s", name->variant, name->metric, value->reason,
		happened ? ": " : "", happened ? happened : "");
}

/* The median of a metric. Returns 1, 0 where it is unknown (and the reason says why), or -1. */
static int median(struct making *m, const struct finding_name *name, double *value,
		  struct error *err)
{
	struct report_value all;

	note_variant(m, name->variant);
	if (report_value(m->report, name->variant, name->metric, &all, err) < 0)
		return -1;
	*value = all.spread.median;
	if (all.spread.count)
		return 1;
	if (!m->unknown)
		say_unknown(m, name, &all);
	m->unknown = true;
	return 0;
}

/* What stands in a place of the sentence. */
static int print_place(struct making *m, const struct finding_piece *piece, struct error *err)
{
	enum number_kind kind = number_kind_of(piece->name.metric);
	double value, by = 1;
	int known = median(m, &piece->name, &value, err), by_known = 1;
	char text[48] = "n/a";

	if (piece->by.variant[0]) {
		by_known = median(m, &piece->by, &by, err);
		kind = NUMBER_RATIO;
	}
	if (known < 0 || by_known < 0)
		return -1;
	if (known && by_known && by == 0) {
		if (!m->unknown)
			fprintf(because(m), "%.*s: the divisor is 0", (int)piece->len, piece->text);
		m->unknown = true;
	} else if (known && by_known) {
		number_with_unit(kind, value / by, false, text, sizeof(text));
	}
	fputs(text, m->found);
	return 0;
}

static int print_found(struct making *m, const char *sentence, struct error *err)
{
	struct error wrong = ERROR_INIT;
	struct finding_piece piece;
	int rc;

	while ((rc = finding_next_piece(&sentence, &piece, &wrong)) > 0) {
		if (!piece.place)
			fwrite(piece.text, 1, piece.len, m->found);
		else if (print_place(m, &piece, err) < 0)
			return -1;
	}
	if (rc < 0)
		fprintf(because(m), "found: %s", wrong.text);
	m->unknown |= rc < 0;
	return 0;
}

/* A term by the medians. Returns as median(). */
static int term_median(struct making *m, const struct finding_term *term, double *value,
		       struct error *err)
{
	double of_name = 1;
	int known = term->name.variant[0] ? median(m, &term->name, &of_name, err) : 1;

	*value = term->factor * of_name;
	return known;
}

/* "2 * naive.peak_rss_bytes (12.0 MiB)", or a number as it was written. */
static void say_term(FILE *to, const struct finding_term *term, double value)
{
	const struct finding_name *name = &term->name;
	char text[48];

	if (!name->variant[0]) {
		fprintf(to, "%.15g", term->factor);
		return;
	}
	if (term->factor != 1)
		fprintf(to, "%.15g * ", term->factor);
	fprintf(to, "%s.%s (%s)", name->variant, name->metric,
		number_with_unit(number_kind_of(name->metric), value, false, text, sizeof(text)));
}

/* Is it so by the medians? Returns 1, 0 (then *so says nothing), or -1. */
static int judge_medians(struct making *m, const char *holds, bool *so, struct error *err)
{
	struct error wrong = ERROR_INIT;
	struct finding_comparison c;
	int rc;

	*so = true;
	while ((rc = finding_next_comparison(&holds, &c, &wrong)) > 0) {
		double left, right;

		if (term_median(m, &c.left, &left, err) < 0 ||
		    term_median(m, &c.right, &right, err) < 0)
			return -1;
		if (m->unknown || finding_compare(left, c.relation, right))
			continue;
		*so = false;
		say_term(because(m), &c.left, left);
		fprintf(m->reason, " %s ", finding_relation_text(c.relation));
		say_term(m->reason, &c.right, right);
		fputs(" is not so", m->reason);
	}
	if (rc < 0)
		fprintf(because(m), "holds: %s", wrong.text);
	m->unknown |= rc < 0;
	return m->unknown ? 0 : 1;
}

/* A term in one block of trials. */
static bool term_in_block(const struct report *report, const struct finding_term *term, int block,
			  double *value)
{
	double of_name = 1;

	if (term->name.variant[0] &&
	    !report_value_in_block(report, term->name.variant, term->name.metric, block, &of_name))
		return false;
	*value = term->factor * of_name;
	return true;
}

/* Is it so within one block? Returns 1 or 0, or -1 where something is unknown in it. */
static int judge_block(const struct report *report, const char *holds, int block)
{
	struct finding_comparison c;
	int so = 1;

	while (finding_next_comparison(&holds, &c, NULL) > 0) {
		double left, right;

		if (!term_in_block(report, &c.left, block, &left) ||
		    !term_in_block(report, &c.right, block, &right))
			return -1;
		so &= finding_compare(left, c.relation, right);
	}
	return so;
}

static int blocks_of(const struct report *report)
{
	int blocks = 0;

	for (size_t i = 0; i < report->view->trials_count; i++)
		if (report->view->trials[i].block >= blocks)
			blocks = report->view->trials[i].block + 1;
	return blocks;
}

/* Each variant runs once in a block, under what the machine was like then: so trials are held
 * against those of their own block. Where blocks disagree, the ranges overlap. */
static void judge_blocks(struct making *m, const char *holds, bool so)
{
	int yes = 0, all = 0, blocks = blocks_of(m->report);
	/* one bit: one variant, of which each block has one trial */
	const char *what =
	    m->finding->variants & (m->finding->variants - 1) ? "blocks of trials" : "trials";

	for (int block = 0; block < blocks; block++) {
		int judged = judge_block(m->report, holds, block);

		yes += judged > 0;
		all += judged >= 0;
	}
	if (yes != (so ? all : 0))
		fprintf(because(m), "so in %d of %d %s, and the medians decide", yes, all, what);
	if (all < blocks)
		fprintf(because(m), "measured in %d of %d %s", all, blocks, what);
}

static const char *text_of(const json_t *finding, const char *key)
{
	const char *text = json_string_value(json_object_get(finding, key));

	return text ? text : "";
}

static int judge(struct making *m, const json_t *definition, struct error *err)
{
	const char *holds = text_of(definition, "holds");
	bool so;
	int known;

	if (print_found(m, text_of(definition, "found"), err) < 0)
		return -1;
	known = judge_medians(m, holds, &so, err);
	if (known < 0)
		return -1;
	m->finding->verdict = !known ? FINDING_UNTOLD : so ? FINDING_HOLDS : FINDING_FAILS;
	/* The rates that two variants held need not have been tried in one block. */
	if (known && !m->report->searched)
		judge_blocks(m, holds, so);
	return 0;
}

static int no_memory(const struct report *report, struct error *err)
{
	return error_host(err, ENOMEM, "run %s: no memory for its findings",
			  report->view->summary.id);
}

int finding_judge(const struct report *report, const json_t *definition, struct finding *finding,
		  struct error *err)
{
	size_t found_size = 0, reason_size = 0;
	struct making m = {.report = report, .finding = finding, .between = ""};
	int failed;

	finding->claim = text_of(definition, "claim");
	finding->source = json_string_value(json_object_get(definition, "source"));
	m.found = open_memstream(&finding->found, &found_size);
	m.reason = open_memstream(&finding->reason, &reason_size);
	failed = m.found && m.reason ? judge(&m, definition, err) : no_memory(report, err);
	if (m.found && fclose(m.found) != 0 && !failed)
		failed = no_memory(report, err);
	if (m.reason && fclose(m.reason) != 0 && !failed)
		failed = no_memory(report, err);
	if (!failed && reason_size == 0)
		own_free(&finding->reason);
	return failed;
}
