/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/result/tails.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hdr.h"
#include "base/own.h"
#include "rig/record/metric_of.h"
#include "rig/stats/summary.h"

const double tails_quantiles[TAILS_QUANTILES] = {0.99, 0.999, 0.9999};

static bool is_histogram(const struct workload_record *w)
{
	return strcmp(w->kind, "histogram") == 0;
}

/* The first record of that histogram in a valid trial; NULL: `names` becomes those that there are.
 */
static const struct workload_record *find(const struct result *result, const char *name,
					  struct names *names, struct error *err)
{
	for (size_t i = 0; i < result->view->trials_count; i++) {
		const struct trial_record *trial = &result->view->trials[i];

		if (trial->outcome != TRIAL_OK)
			continue;
		for (size_t k = 0; k < trial->records_count; k++) {
			const struct workload_record *w = &trial->records[k];

			if (!is_histogram(w))
				continue;
			if (strcmp(w->name, name) == 0)
				return w;
			if (names_add(names, w->name, err) < 0)
				return NULL;
		}
	}
	return NULL;
}

static int no_such(const struct names *names, const char *name, struct error *err)
{
	char list[512] = "";
	size_t length = 0;

	for (size_t i = 0; i < names->count && length < sizeof(list); i++)
		length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
					   i ? ", " : "", names->list[i]);
	return error_input(err, "\"%s\": no valid trial has a histogram of that name%s%s", name,
			   list[0] ? "; there are: " : ", nor any other", list);
}

/* All values of the valid trials of a variant. A trial whose histogram can't be had is counted, and
 * the first says why. */
static int gather(const struct tails *tails, struct tails_row *row, struct hdr *all,
		  struct error *err)
{
	const struct run_view *view = tails->result->view;
	const char *variant = tails->result->variants[row->variant].name;

	for (size_t i = 0; i < view->trials_count; i++) {
		struct error why = ERROR_INIT;
		struct hdr one;
		int failed;

		if (view->trials[i].outcome != TRIAL_OK ||
		    strcmp(view->trials[i].variant, variant) != 0)
			continue;
		failed = summary_histogram(&one, &view->trials[i], tails->histogram,
					   result_warmup_ns(tails->result), &why);
		if (!failed && !all->counts) {
			*all = one;
			one = (struct hdr){0};
		} else if (!failed) {
			failed = hdr_add(all, &one, &why);
		}
		hdr_destroy(&one);
		if (failed && why.kind == ERROR_HOST) {
			*err = why;
			return -1;
		}
		row->trials += !failed;
		row->without += failed != 0;
		if (failed && !row->reason[0])
			snprintf(row->reason, sizeof(row->reason), "%.255s", why.text);
	}
	if (!row->trials && !row->reason[0])
		snprintf(row->reason, sizeof(row->reason), "no trial is valid");
	return 0;
}

static int judge(struct tails_row *row, const struct hdr *all, double scale, struct error *err)
{
	cleanup_free double *top = calloc(TAIL_TOP, sizeof(*top));
	struct error why = ERROR_INIT;

	if (!top)
		return error_host(err, ENOMEM, "no memory for a tail");
	row->values = hdr_total(all);
	row->has_tail = tail_of(top, tail_top(all, scale, top), row->values, TAILS_LEVEL,
				&row->tail, &why) == 0;
	if (!row->has_tail && why.kind == ERROR_HOST) {
		*err = why;
		return -1;
	}
	if (!row->has_tail)
		snprintf(row->reason, sizeof(row->reason), "%.255s", why.text);
	for (int i = 0; i < TAILS_QUANTILES; i++)
		row->quantiles[i] = tail_quantile_hdr(all, scale, row->has_tail ? &row->tail : NULL,
						      tails_quantiles[i], TAILS_LEVEL);
	return 0;
}

static int fill(struct tails *tails, double scale, struct error *err)
{
	for (size_t v = 0; v < tails->count; v++) {
		struct tails_row *row = &tails->rows[v];
		struct hdr all = {0};
		int failed;

		row->variant = v;
		failed = gather(tails, row, &all, err);
		if (!failed && all.counts)
			failed = judge(row, &all, scale, err);
		hdr_destroy(&all);
		if (failed)
			return -1;
	}
	return 0;
}

int tails_init(struct tails *tails, const struct result *result, const char *histogram,
	       struct error *err)
{
	const struct workload_record *first;
	struct names names = {0};
	int failed = 0;

	*tails = (struct tails){.result = result, .count = result->variants_count};
	if (result->searched)
		return error_input(err, "the run is a search: its trials have rates of their own");
	first = find(result, histogram, &names, err);
	if (!first)
		failed = err->kind == ERROR_HOST ? -1 : no_such(&names, histogram, err);
	names_destroy(&names);
	if (failed)
		return -1;
	snprintf(tails->histogram, sizeof(tails->histogram), "%s", first->name);
	tails->rows = calloc(tails->count, sizeof(*tails->rows));
	if (!tails->rows)
		return error_host(err, ENOMEM, "no memory for %zu tails", tails->count);
	return fill(tails, metric_of(first, tails->metric), err);
}

void tails_destroy(struct tails *tails)
{
	for (size_t i = 0; tails->rows && i < tails->count; i++)
		tail_destroy(&tails->rows[i].tail);
	free(tails->rows);
	*tails = (struct tails){0};
}
