/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/metric/metric.h"
#include "rig/plan/finding.h"
#include "rig/result/result.h"

#define VARIANTS_MAX 64 /* the bits of making.variants */

/* One finding while it is made. */
struct making {
	const struct result *result;
	struct finding *finding;
	FILE *found, *reason;
	const char *between; /* of the sentences of the reason */
	bool unknown;        /* something that it names */
	uint64_t variants;   /* those that it names: bit i for the result's variant i */
};

/* Begin a further sentence of the reason. */
static FILE *because(struct making *m)
{
	fputs(m->between, m->reason);
	m->between = "; ";
	return m->reason;
}

/* Why the first of the trials that are not valid is not. */
static const char *what_happened(const struct result *result, const char *variant)
{
	for (size_t i = 0; i < result->view->trials_count; i++) {
		const struct trial_record *trial = &result->view->trials[i];

		if (trial->outcome != TRIAL_OK && trial->reason[0] &&
		    strcmp(trial->variant, variant) == 0)
			return trial->reason;
	}
	return NULL;
}

static void say_unknown(struct making *m, const struct finding_name *name,
			const struct result_value *value)
{
	const char *happened = value->trials ? NULL : what_happened(m->result, name->variant);

	fprintf(because(m), "%s.%s: %s%s%s", name->variant, name->metric, value->reason,
		happened ? ": " : "", happened ? happened : "");
}

/* The median of a metric. false: it is unknown, and the reason says why. */
static bool median(struct making *m, const struct finding_name *name, double *value)
{
	struct result_value all = {.reason = "the run has no such variant"};
	ssize_t variant = result_variant(m->result, name->variant);

	if (variant >= 0) {
		all = result_value(m->result, (size_t)variant, name->metric);
		if (variant < VARIANTS_MAX)
			m->variants |= UINT64_C(1) << variant;
	}
	*value = all.spread.median;
	if (!all.spread.count && !m->unknown)
		say_unknown(m, name, &all);
	m->unknown |= !all.spread.count;
	return all.spread.count > 0;
}

/* What stands in a place of the sentence. */
static void print_place(struct making *m, const struct finding_piece *piece)
{
	enum units_kind kind = metric_kind_of(piece->name.metric);
	double value, by = 1;
	bool known = median(m, &piece->name, &value);
	char text[UNITS_SHOW_SIZE] = "n/a";

	if (piece->by.variant[0]) {
		known = median(m, &piece->by, &by) && known;
		kind = UNITS_RATIO;
	}
	if (kind == UNITS_RATE)
		kind = UNITS_COUNT; /* the sentence says of what, and per which time */
	if (known && !isfinite(value / by)) {
		if (!m->unknown)
			fprintf(because(m), "%.*s: %s", (int)piece->len, piece->text,
				by == 0 ? "the divisor is 0"
					: "the quotient is more than a number can be");
		m->unknown = true;
	} else if (known) {
		units_show(kind, value / by, false, text, sizeof(text));
	}
	fputs(text, m->found);
}

static void print_found(struct making *m, const char *sentence)
{
	struct error wrong = ERROR_INIT;
	struct finding_piece piece;
	int rc;

	while ((rc = finding_next_piece(&sentence, &piece, &wrong)) > 0) {
		if (piece.place)
			print_place(m, &piece);
		else
			fwrite(piece.text, 1, piece.len, m->found);
	}
	if (rc < 0)
		fprintf(because(m), "found: %s", wrong.text);
	m->unknown |= rc < 0;
}

/* A term by the medians. */
static double term_median(struct making *m, const struct finding_term *term)
{
	double of_name = 1;

	if (term->name.variant[0])
		median(m, &term->name, &of_name);
	if (!m->unknown && !isfinite(term->factor * of_name)) {
		fprintf(because(m), "%.15g * %s.%s: the product is more than a number can be",
			term->factor, term->name.variant, term->name.metric);
		m->unknown = true;
	}
	return term->factor * of_name;
}

/* "2 * naive.peak_rss_bytes (12.0 MiB)", or a number as it was written. */
static void say_term(FILE *to, const struct finding_term *term, double value)
{
	const struct finding_name *name = &term->name;
	char text[UNITS_SHOW_SIZE];

	if (!name->variant[0]) {
		fprintf(to, "%.15g", term->factor);
		return;
	}
	if (term->factor != 1)
		fprintf(to, "%.15g * ", term->factor);
	fprintf(to, "%s.%s (%s)", name->variant, name->metric,
		units_show(metric_kind_of(name->metric), value, false, text, sizeof(text)));
}

/* Is it true by the medians? Where something is unknown the answer says nothing. */
static bool judge_medians(struct making *m, const char *holds)
{
	struct error wrong = ERROR_INIT;
	struct finding_comparison c;
	bool all = true;
	int rc;

	while ((rc = finding_next_comparison(&holds, &c, &wrong)) > 0) {
		double left = term_median(m, &c.left), right = term_median(m, &c.right);

		if (m->unknown || finding_compare(left, c.relation, right))
			continue;
		all = false;
		say_term(because(m), &c.left, left);
		fprintf(m->reason, " %s ", finding_relation_text(c.relation));
		say_term(m->reason, &c.right, right);
		fputs(" is false", m->reason);
	}
	if (rc < 0)
		fprintf(because(m), "holds: %s", wrong.text);
	m->unknown |= rc < 0;
	return all;
}

/* A term in one block of trials. */
static bool term_in_block(const struct result *result, const struct finding_term *term, int block,
			  double *value)
{
	double of_name = 1;

	if (term->name.variant[0] &&
	    !result_value_in_block(result, (size_t)result_variant(result, term->name.variant),
				   term->name.metric, block, &of_name))
		return false;
	*value = term->factor * of_name;
	return isfinite(*value);
}

/* Is it true within one block? Returns 1 or 0, or -1 where something is unknown in it. */
static int judge_block(const struct result *result, const char *holds, int block)
{
	struct finding_comparison c;
	int all = 1;

	while (finding_next_comparison(&holds, &c, NULL) > 0) {
		double left, right;

		if (!term_in_block(result, &c.left, block, &left) ||
		    !term_in_block(result, &c.right, block, &right))
			return -1;
		all &= finding_compare(left, c.relation, right);
	}
	return all;
}

/* Is it the first trial of its block? What a store says of a block is its number, not how many
 * there are. */
static bool begins_block(const struct run_view *view, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (view->trials[k].block == view->trials[i].block)
			return false;
	return true;
}

/* Each variant runs once in a block, under what the machine was like then: so trials are held
 * against those of their own block. Where blocks disagree, the ranges overlap. */
static void judge_blocks(struct making *m, const char *holds, bool confirmed)
{
	const struct run_view *view = m->result->view;
	int yes = 0, all = 0, blocks = 0;
	/* one bit: one variant, of which each block has one trial */
	const char *what = m->variants & (m->variants - 1) ? "blocks of trials" : "trials";

	for (size_t i = 0; i < view->trials_count; i++) {
		int judged;

		if (!begins_block(view, i))
			continue;
		judged = judge_block(m->result, holds, view->trials[i].block);
		blocks++;
		yes += judged > 0;
		all += judged >= 0;
	}
	if (yes != (confirmed ? all : 0))
		fprintf(because(m), "true in %d of %d %s; the medians decide", yes, all, what);
	if (all < blocks)
		fprintf(because(m), "measured in %d of %d %s", all, blocks, what);
}

static const char *text_of(const json_t *finding, const char *key)
{
	const char *text = json_string_value(json_object_get(finding, key));

	return text ? text : "";
}

static void grade(struct making *m)
{
	memset(m->finding->grades, '?', sizeof(m->finding->grades));
	for (size_t v = 0; v < m->result->variants_count && v < VARIANTS_MAX; v++)
		for (size_t d = 0; m->variants >> v & 1 && d < m->result->dimensions.count; d++)
			m->finding->grades[d] =
			    grade_worse(m->finding->grades[d], m->result->variants[v].grades[d]);
}

static void judge(struct making *m, const json_t *definition)
{
	const char *holds = text_of(definition, "holds");
	bool confirmed;

	print_found(m, text_of(definition, "found"));
	confirmed = judge_medians(m, holds);
	m->finding->verdict = m->unknown  ? FINDING_INCONCLUSIVE
			      : confirmed ? FINDING_CONFIRMED
					  : FINDING_REFUTED;
	/* The rates that two variants held need not have been tried in one block. */
	if (!m->unknown && !m->result->searched)
		judge_blocks(m, holds, confirmed);
	grade(m);
}

/* Fill a zeroed *finding; what it owns is there to be freed after an error, too. */
static int make(const struct result *result, const json_t *definition, struct finding *finding,
		struct error *err)
{
	size_t found_size = 0, reason_size = 0;
	struct making m = {.result = result, .finding = finding, .between = ""};
	bool failed;

	finding->claim = text_of(definition, "claim");
	finding->source = json_string_value(json_object_get(definition, "source"));
	m.found = open_memstream(&finding->found, &found_size);
	m.reason = open_memstream(&finding->reason, &reason_size);
	failed = !m.found || !m.reason;
	if (!failed)
		judge(&m, definition);
	failed |= m.found && fclose(m.found) != 0;
	failed |= m.reason && fclose(m.reason) != 0;
	if (failed)
		return error_host(err, ENOMEM, "no memory for a finding");
	if (reason_size == 0)
		own_free(&finding->reason);
	return 0;
}

const char *finding_verdict_text(enum finding_verdict verdict)
{
	static const char *const texts[] = {"confirmed", "refuted", "inconclusive"};

	return texts[verdict];
}

size_t finding_count(const struct result *result, enum finding_verdict verdict)
{
	size_t count = 0;

	for (size_t i = 0; i < result->findings_count; i++)
		count += result->findings[i].verdict == verdict;
	return count;
}

int finding_gather(struct result *result, struct error *err)
{
	const json_t *definitions = json_object_get(result->plan, "findings");
	size_t count = json_array_size(definitions);

	result->findings = calloc(count + 1, sizeof(*result->findings));
	if (!result->findings)
		return error_host(err, ENOMEM, "no memory for %zu findings", count);
	for (size_t i = 0; i < count; i++) {
		struct finding *f = &result->findings[result->findings_count++];

		if (make(result, json_array_get(definitions, i), f, err) < 0)
			return -1;
	}
	return 0;
}
