/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/changepoint.h"

#include <errno.h>
#include <stdlib.h>

#include "base/own.h"

/* Sums of the first i values, from which the middle of the series was taken, so that little is lost
 * in their differences. */
struct sums {
	double sum, squares;
};

static double cost(const struct sums *sums, size_t from, size_t to)
{
	double sum = sums[to].sum - sums[from].sum;
	double squares = sums[to].squares - sums[from].squares;
	double rest = squares - sum * sum / (double)(to - from);

	return rest > 0 ? rest : 0;
}

static void fill(struct sums *sums, const double *values, size_t count, double deviation)
{
	double mean = 0;

	for (size_t i = 0; i < count; i++)
		mean += values[i] / (double)count;
	sums[0] = (struct sums){0, 0};
	for (size_t i = 0; i < count; i++) {
		double x = (values[i] - mean) / deviation;

		sums[i + 1].sum = sums[i].sum + x;
		sums[i + 1].squares = sums[i].squares + x * x;
	}
}

/* best[t]: the least cost of the first t values. last[t]: where its last segment begins. A begin
 * that is dearer by now than the best, even without a penalty, is so ever after: it is left out. */
static void search(const struct sums *sums, size_t count, double penalty, double *best,
		   size_t *last, size_t *begins)
{
	size_t begins_count = 1;

	begins[0] = 0;
	best[0] = -penalty;
	for (size_t t = 1; t <= count; t++) {
		size_t kept = 0;

		best[t] = best[0] + cost(sums, 0, t) + penalty;
		last[t] = 0;
		for (size_t i = 0; i < begins_count; i++) {
			double all = best[begins[i]] + cost(sums, begins[i], t) + penalty;

			if (all < best[t]) {
				best[t] = all;
				last[t] = begins[i];
			}
		}
		for (size_t i = 0; i < begins_count; i++)
			if (best[begins[i]] + cost(sums, begins[i], t) <= best[t])
				begins[kept++] = begins[i];
		begins[kept++] = t;
		begins_count = kept;
	}
}

long changepoint_find(const double *values, size_t count, double deviation, double penalty,
		      size_t *starts, struct error *err)
{
	cleanup_free struct sums *sums = malloc((count + 1) * sizeof(*sums));
	cleanup_free double *best = malloc((count + 1) * sizeof(*best));
	cleanup_free size_t *last = malloc((count + 1) * sizeof(*last));
	cleanup_free size_t *begins = malloc((count + 1) * sizeof(*begins));
	long segments = 0;

	if (!sums || !best || !last || !begins)
		return error_host(err, ENOMEM, "no memory for a series of %zu values", count);
	fill(sums, values, count, deviation);
	search(sums, count, penalty, best, last, begins);
	for (size_t t = count; t > 0; t = last[t])
		segments++;
	for (size_t t = count, i = (size_t)segments; t > 0; t = last[t])
		starts[--i] = last[t];
	return segments;
}
