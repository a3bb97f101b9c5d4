/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/comparison.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "rig/stats/sequential.h"

#define NEEDED_MAX 1e9 /* a figure beyond says no more than that it can't be had */

const char *comparison_verdict_text(enum comparison_verdict verdict)
{
	static const char *const text[] = {"inconclusive", "better", "worse", "equivalent"};

	return text[verdict];
}

int comparison_of(double *log_ratios, size_t count, const struct comparison_rules *rules,
		  struct comparison *out, struct error *err)
{
	struct paired paired;

	if (rules->sequential)
		sequential_of(log_ratios, count, rules->level, &paired);
	else if (paired_of(log_ratios, count, rules->level, &paired, err) < 0)
		return -1;
	*out = (struct comparison){.pairs = count,
				   .ratio = exp(paired.shift),
				   .has_interval = paired.has_interval,
				   .low = exp(paired.low),
				   .high = exp(paired.high),
				   .p = paired.p};
	return 0;
}

static int by_p(const void *a, const void *b)
{
	const struct comparison *x = *(struct comparison *const *)a;
	const struct comparison *y = *(struct comparison *const *)b;

	return (x->p > y->p) - (x->p < y->p);
}

int comparison_adjust(struct comparison **list, size_t count, struct error *err)
{
	cleanup_free struct comparison **order = calloc(count + 1, sizeof(*order));
	double highest = 0;

	if (!order)
		return error_host(err, ENOMEM, "no memory for %zu comparisons", count);
	memcpy(order, list, count * sizeof(*order));
	qsort(order, count, sizeof(*order), by_p);
	for (size_t i = 0; i < count; i++) {
		highest = fmax(highest, fmin(1, order[i]->p * (double)(count - i)));
		order[i]->p = highest;
	}
	return 0;
}

/* The interval shrinks with the square root of the number of pairs. It decides where it is so short
 * that it leaves out 1, or lies within the margin, whichever comes first. */
static size_t further(const struct comparison *c, const struct comparison_rules *rules)
{
	double shift = fabs(log(c->ratio)), half = (log(c->high) - log(c->low)) / 2;
	double target = fmax(shift, log1p(rules->margin) - shift), all;
	size_t least =
	    rules->sequential ? sequential_least(rules->level) : paired_least(rules->level);

	if (!c->has_interval)
		return c->pairs < least ? least - c->pairs : 0;
	all = (double)c->pairs * (half / target) * (half / target);
	if (!(target > 0) || !(all < NEEDED_MAX))
		return 0;
	return all > (double)c->pairs + 1 ? (size_t)ceil(all) - c->pairs : 1;
}

void comparison_judge(struct comparison *c, const struct comparison_rules *rules)
{
	bool within =
	    c->has_interval && c->low >= 1 / (1 + rules->margin) && c->high <= 1 + rules->margin;
	bool differs = c->has_interval && c->p <= 1 - rules->level;

	c->verdict = within && rules->margin > 0                ? COMPARISON_EQUIVALENT
		     : !differs                                 ? COMPARISON_INCONCLUSIVE
		     : (c->ratio < 1) == rules->lower_is_better ? COMPARISON_BETTER
								: COMPARISON_WORSE;
	c->needed = c->verdict == COMPARISON_INCONCLUSIVE ? further(c, rules) : 0;
}
