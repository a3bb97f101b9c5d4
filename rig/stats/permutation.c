/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/permutation.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/random.h"
#include "rig/stats/finite.h"
#include "rig/stats/spread.h"

/* Sums of the same values in another order differ by rounding. */
#define ROUNDING 1e-9
/* What of a difference or a standard error is rounding, by the largest distance from the middle. */
#define NOTHING 1e-13

struct deal {
	size_t m, n;    /* of the first and of the second sample */
	double *values; /* both samples, ascending, less their common median */
	double scale;   /* the largest of them by magnitude */
	size_t *places; /* of values; the first m are the first sample's */
	bool *first;    /* by place in values */
	double *x, *y;  /* the samples, ascending */
	double *chances_x, *chances_y;
	enum permutation_statistic statistic;
};

static void deal_destroy(struct deal *d)
{
	free(d->values);
	free(d->places);
	free(d->first);
	free(d->x);
	free(d->chances_x);
}
#define cleanup_deal __attribute__((cleanup(deal_destroy)))

/* P(at most k - 1 of n), each with chance p. */
static double at_most(size_t k, size_t n, double p)
{
	double sum = 0;

	if (p <= 0 || p >= 1)
		return p <= 0;
	for (size_t j = 0; j < k; j++)
		sum += exp(lgamma((double)n + 1) - lgamma((double)j + 1) -
			   lgamma((double)(n - j) + 1) + (double)j * log(p) +
			   (double)(n - j) * log1p(-p));
	return sum;
}

/* The chance that the i-th smallest value is the middle one of a bootstrap sample. The k-th
 * smallest of that is above the i-th of the sample where fewer than k draws are at most it. */
static void middle_chances(double *chances, size_t n)
{
	size_t low = (n + 1) / 2, high = n / 2 + 1;
	double before = 1;

	for (size_t i = 1; i <= n; i++) {
		double share = (double)i / (double)n;
		double above = (at_most(low, n, share) + at_most(high, n, share)) / 2;

		chances[i - 1] = before - above;
		before = above;
	}
}

static double mean_of(const double *v, size_t n, double *squared_error)
{
	double sum = 0, squares = 0, mean;

	for (size_t i = 0; i < n; i++)
		sum += v[i];
	mean = sum / (double)n;
	for (size_t i = 0; i < n; i++)
		squares += (v[i] - mean) * (v[i] - mean);
	*squared_error = squares / (double)(n - 1) / (double)n;
	return mean;
}

static double median_of(const double *v, size_t n, const double *chances, double *squared_error)
{
	double median = v[(n - 1) / 2] / 2 + v[n / 2] / 2, sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += chances[i] * (v[i] - median) * (v[i] - median);
	*squared_error = sum;
	return median;
}

/* The statistic of the samples as they are dealt out now. */
static double statistic_of(struct deal *d, double *difference)
{
	double square_x, square_y, off, error;
	size_t i = 0, j = 0;

	for (size_t k = 0; k < d->m + d->n; k++)
		if (d->first[k])
			d->x[i++] = d->values[k];
		else
			d->y[j++] = d->values[k];
	if (d->statistic == PERMUTATION_MEANS)
		off = mean_of(d->x, d->m, &square_x) - mean_of(d->y, d->n, &square_y);
	else
		off = median_of(d->x, d->m, d->chances_x, &square_x) -
		      median_of(d->y, d->n, d->chances_y, &square_y);
	if (fabs(off) <= NOTHING * d->scale)
		off = 0;
	error = sqrt(square_x + square_y);
	*difference = off;
	if (off == 0)
		return 0;
	return error <= NOTHING * d->scale ? copysign(INFINITY, off) : off / error;
}

static bool as_extreme(struct deal *d, double observed)
{
	double difference;

	return fabs(statistic_of(d, &difference)) >= fabs(observed) * (1 - ROUNDING);
}

/* The next choice of m places in ascending order; false: that was the last. */
static bool next_choice(struct deal *d)
{
	size_t all = d->m + d->n, i = d->m;

	while (i > 0 && d->places[i - 1] == all - (d->m - (i - 1)))
		i--;
	if (!i)
		return false;
	d->places[i - 1]++;
	for (; i < d->m; i++)
		d->places[i] = d->places[i - 1] + 1;
	return true;
}

static void mark(struct deal *d)
{
	memset(d->first, 0, (d->m + d->n) * sizeof(*d->first));
	for (size_t i = 0; i < d->m; i++)
		d->first[d->places[i]] = true;
}

static void try_all(struct deal *d, struct permutation *out)
{
	double extreme = 0, all = 0;

	do {
		mark(d);
		extreme += as_extreme(d, out->statistic);
		all++;
	} while (next_choice(d));
	out->p = extreme / all;
}

static void try_some(struct deal *d, const struct permutation_rules *rules, struct permutation *out)
{
	double extreme = 1, all = 1 + (double)rules->draws;
	struct random random;

	random_init(&random, rules->seed, 0);
	for (uint64_t draw = 0; draw < rules->draws; draw++) {
		for (size_t i = 0; i < d->m; i++) {
			size_t j = i + random_below(&random, d->m + d->n - i), held = d->places[i];

			d->places[i] = d->places[j];
			d->places[j] = held;
		}
		mark(d);
		extreme += as_extreme(d, out->statistic);
	}
	out->p = extreme / all;
	out->error = sqrt(out->p * (1 - out->p) / all);
}

struct item {
	double value;
	bool first;
};

static int by_value(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return spread_compare(&x->value, &y->value);
}

/* Deal the values out as they were found. */
static int fill(struct deal *d, const double *x, const double *y)
{
	size_t all = d->m + d->n;
	cleanup_free struct item *items = malloc(all * sizeof(*items));
	double median;

	if (!items)
		return -1;
	for (size_t i = 0; i < all; i++)
		items[i] = (struct item){i < d->m ? x[i] : y[i - d->m], i < d->m};
	qsort(items, all, sizeof(*items), by_value);
	median = items[(all - 1) / 2].value / 2 + items[all / 2].value / 2;
	for (size_t i = 0; i < all; i++) {
		d->values[i] = items[i].value - median;
		d->scale = fmax(d->scale, fabs(d->values[i]));
		d->first[i] = items[i].first;
		d->places[i] = i;
	}
	return 0;
}

static int deal_init(struct deal *d, const double *x, const double *y)
{
	size_t all = d->m + d->n;

	d->values = malloc(all * sizeof(*d->values));
	d->places = malloc(all * sizeof(*d->places));
	d->first = malloc(all * sizeof(*d->first));
	d->x = malloc(all * sizeof(*d->x));
	d->chances_x = malloc(all * sizeof(*d->chances_x));
	if (!d->values || !d->places || !d->first || !d->x || !d->chances_x || fill(d, x, y) < 0)
		return -1;
	d->y = d->x + d->m;
	d->chances_y = d->chances_x + d->m;
	if (d->statistic == PERMUTATION_MEDIANS) {
		middle_chances(d->chances_x, d->m);
		middle_chances(d->chances_y, d->n);
	}
	return 0;
}

/* The number of ways to deal out. */
static double arrangements(size_t m, size_t n)
{
	double all = 1;

	for (size_t i = 1; i <= m; i++)
		all *= (double)(n + i) / (double)i;
	return all;
}

int permutation_of(const double *x, size_t m, const double *y, size_t n,
		   const struct permutation_rules *rules, struct permutation *out,
		   struct error *err)
{
	cleanup_deal struct deal deal = {.m = m, .n = n, .statistic = rules->statistic};

	*out = (struct permutation){.known = m > 1 && n > 1, .p = 1};
	if (finite_all(x, m, "first sample", err) < 0 || finite_all(y, n, "second sample", err) < 0)
		return -1;
	if (!out->known)
		return 0;
	if (deal_init(&deal, x, y) < 0)
		return error_host(err, ENOMEM, "no memory for a test of %zu and %zu values", m, n);
	out->statistic = statistic_of(&deal, &out->difference);
	out->exact = arrangements(m, n) <= rules->exact_max;
	if (out->exact)
		try_all(&deal, out);
	else
		try_some(&deal, rules, out);
	return 0;
}
