/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/result/compared.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/metric/metric.h"
#include "rig/stats/summary.h"

#define METRICS_MAX 64

/* The valid trials of one variant by their blocks. */
struct pick {
	int block;
	size_t trial;
};
struct picks {
	struct pick *list; /* owned */
	size_t count;
};

static int by_block(const void *a, const void *b)
{
	const struct pick *x = a, *y = b;

	if (x->block != y->block)
		return x->block < y->block ? -1 : 1;
	return (x->trial > y->trial) - (x->trial < y->trial);
}

static int picks_init(struct picks *picks, const struct result *result, size_t variant,
		      struct error *err)
{
	const struct run_view *view = result->view;

	*picks = (struct picks){.list = calloc(view->trials_count + 1, sizeof(*picks->list))};
	if (!picks->list)
		return error_host(err, ENOMEM, "no memory for %zu trials", view->trials_count);
	for (size_t i = 0; i < view->trials_count; i++)
		if (view->trials[i].outcome == TRIAL_OK &&
		    strcmp(view->trials[i].variant, result->variants[variant].name) == 0)
			picks->list[picks->count++] =
			    (struct pick){.block = view->trials[i].block, .trial = i};
	qsort(picks->list, picks->count, sizeof(*picks->list), by_block);
	return 0;
}

/* false: not known, or a number that has no logarithm. */
static bool log_of(const struct result *result, size_t trial, const char *metric, double *value)
{
	const struct metric *m = summary_find(&result->trials[trial].summary, metric);

	*value = m && m->known && m->value > 0 ? log(m->value) : NAN;
	return isfinite(*value);
}

static bool same_grades(const struct result *result, size_t a, size_t b)
{
	char levels[2][TRIAL_LEVELS_SIZE];

	return strcmp(trial_levels(result->trials[a].record, levels[0]),
		      trial_levels(result->trials[b].record, levels[1])) == 0;
}

/* The log-ratios of a row, into result->scratch. Returns how many. */
static size_t pair(struct compared_row *row, const struct result *result,
		   const struct picks *baseline, const struct picks *variant, bool mixed_grades)
{
	size_t count = 0, met = 0;

	for (size_t b = 0, v = 0; b < baseline->count && v < variant->count;) {
		const struct pick *of_b = &baseline->list[b], *of_v = &variant->list[v];
		double below, above;

		if (of_b->block != of_v->block) {
			*(of_b->block < of_v->block ? &b : &v) += 1;
			continue;
		}
		met++;
		if (!log_of(result, of_b->trial, row->metric, &below) ||
		    !log_of(result, of_v->trial, row->metric, &above))
			row->unknown++;
		else if (!mixed_grades && !same_grades(result, of_b->trial, of_v->trial))
			row->mixed++;
		else
			result->scratch[count++] = above - below;
		/* The first valid attempt of each block counts. */
		for (int block = of_b->block;
		     b < baseline->count && baseline->list[b].block == block;)
			b++;
		for (int block = of_v->block;
		     v < variant->count && variant->list[v].block == block;)
			v++;
	}
	row->reason = count        ? NULL
		      : !met       ? "no block has a valid trial of both"
		      : row->mixed ? "the two have different grades in each block"
				   : "no block has a value above 0 of both";
	return count;
}

static const char *declared_metric(const struct result *result, const char *name, struct error *err)
{
	const char *metric = result_metric(result, name, err);

	if (metric && metric_better(metric) == METRIC_NEUTRAL) {
		error_input(err,
			    "\"%s\": neither more nor less of it is better, so there is no "
			    "verdict; `show` has its values",
			    name);
		return NULL;
	}
	return metric;
}

/* What the caller or else the experiment declares, or the columns of the first screen. Returns how
 * many, or -1. */
static ssize_t choose(struct compared *c, const struct compared_wish *wish,
		      const char *metrics[METRICS_MAX], struct error *err)
{
	const json_t *declared = json_object_get(c->result->plan, "compare"), *name;
	const char *columns[RESULT_COLUMNS_MAX];
	size_t count = 0, shown, i;

	for (i = 0; i < wish->metrics_count && i < METRICS_MAX; i++)
		if (!(metrics[count++] = declared_metric(c->result, wish->metrics[i], err)))
			return -1;
	if (count)
		return (ssize_t)count;
	json_array_foreach(declared, i, name)
	{
		if (json_is_string(name) && count < METRICS_MAX &&
		    !(metrics[count++] = declared_metric(c->result, json_string_value(name), err)))
			return -1;
	}
	if (count)
		return (ssize_t)count;
	c->exploratory = true;
	shown = result_columns(c->result, columns);
	for (i = 0; i < shown; i++)
		if (metric_better(columns[i]) != METRIC_NEUTRAL)
			metrics[count++] = columns[i];
	return (ssize_t)count;
}

static struct comparison_rules rules_of(const struct compared *c, const char *metric)
{
	return (struct comparison_rules){.level = c->level,
					 .margin = c->margin,
					 .sequential = c->sequential,
					 .lower_is_better = metric_better(metric) == METRIC_LOWER};
}

/* Those that are decided together are adjusted together. */
static int judge(struct compared *c, struct error *err)
{
	cleanup_free struct comparison **list = calloc(c->count + 1, sizeof(*list));
	size_t count = 0;

	if (!list)
		return error_host(err, ENOMEM, "no memory for %zu comparisons", c->count);
	for (size_t i = 0; i < c->count; i++)
		if (c->rows[i].comparison.pairs)
			list[count++] = &c->rows[i].comparison;
	if (!c->exploratory && comparison_adjust(list, count, err) < 0)
		return -1;
	for (size_t i = 0; i < c->count; i++) {
		struct comparison_rules rules = rules_of(c, c->rows[i].metric);

		if (c->rows[i].comparison.pairs)
			comparison_judge(&c->rows[i].comparison, &rules);
	}
	return 0;
}

static int fill(struct compared *c, const char *const *metrics, size_t metrics_count,
		bool mixed_grades, struct error *err)
{
	struct picks baseline = {0}, variant = {0};
	size_t variants = c->result->variants_count;
	int failed = picks_init(&baseline, c->result, c->baseline, err);

	for (size_t v = 0; v < variants && !failed; v++) {
		if (v == c->baseline)
			continue;
		failed = picks_init(&variant, c->result, v, err);
		for (size_t m = 0; m < metrics_count && !failed; m++) {
			struct compared_row *row =
			    &c->rows[m * (variants - 1) + v - (v > c->baseline)];
			struct comparison_rules rules = rules_of(c, metrics[m]);
			size_t pairs;

			*row = (struct compared_row){.metric = metrics[m], .variant = v};
			pairs = pair(row, c->result, &baseline, &variant, mixed_grades);
			if (pairs)
				failed = comparison_of(c->result->scratch, pairs, &rules,
						       &row->comparison, err);
		}
		free(variant.list);
	}
	free(baseline.list);
	return failed;
}

int compared_init(struct compared *c, const struct result *result, const struct compared_wish *wish,
		  struct error *err)
{
	const char *metrics[METRICS_MAX];
	ssize_t baseline = wish->baseline ? result_variant(result, wish->baseline) : 0, count;

	*c = (struct compared){.result = result, .level = wish->level, .margin = wish->margin};
	if (result->searched)
		return error_input(err, "the run is a search: its trials have rates of their own; "
					"`show` has the capacities");
	if (baseline < 0)
		return error_input(err, "\"%s\": the run has no such variant", wish->baseline);
	if (result->variants_count < 2)
		return error_input(err, "the run has one variant only: there is nothing to "
					"compare it with");
	c->baseline = (size_t)baseline;
	c->sequential = result_ends_by_precision(result);
	count = choose(c, wish, metrics, err);
	if (count < 0)
		return -1;
	c->count = (size_t)count * (result->variants_count - 1);
	c->rows = calloc(c->count + 1, sizeof(*c->rows));
	if (!c->rows)
		return error_host(err, ENOMEM, "no memory for %zu comparisons", c->count);
	if (fill(c, metrics, (size_t)count, wish->mixed_grades, err) < 0)
		return -1;
	return judge(c, err);
}

int compared_declared(struct compared *c, const struct result *result, struct error *err)
{
	const struct compared_wish wish = {.level = COMPARISON_LEVEL};
	struct error why = ERROR_INIT;

	*c = (struct compared){0};
	if (!json_array_size(json_object_get(result->plan, "compare")))
		return 0;
	if (compared_init(c, result, &wish, &why) == 0)
		return 1;
	/* An old plan, or a run without any trial: there is nothing to compare. */
	compared_destroy(c);
	if (why.kind == ERROR_INPUT)
		return 0;
	error_keep(err, &why);
	return -1;
}

const char *compared_estimand(const struct compared *c)
{
	return c->sequential
		   ? "the variant's value by the baseline's in one block: the median over all "
		     "blocks, with an interval that holds at whatever block the run ended"
		   : "the variant's value by the baseline's in one block: the median over all "
		     "blocks (Hodges-Lehmann), with the interval of Wilcoxon's signed-rank test";
}

void compared_destroy(struct compared *c)
{
	free(c->rows);
	*c = (struct compared){0};
}
