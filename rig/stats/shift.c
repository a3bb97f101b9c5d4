/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig/stats/shift.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/random.h"
#include "rig/stats/harrell_davis.h"
#include "rig/stats/spread.h"

static int check(const char *group, const double *values, size_t count, struct error *err)
{
	if (count < 2 || count > HARRELL_DAVIS_MAX)
		return error_input(err, "%s: %zu values; a shift function needs 2 to %d", group,
				   count, HARRELL_DAVIS_MAX);
	for (size_t i = 0; i < count; i++)
		if (!isfinite(values[i]))
			return error_input(err, "%s: value %zu is not a finite number", group,
					   i + 1);
	return 0;
}

/* The deciles of one group, which is sorted, and the variances of them by bootstrap. */
static int deciles(double *values, size_t count, const struct shift_rules *rules, uint64_t stream,
		   double *estimates, double *variances, struct error *err)
{
	cleanup_free double *weights = calloc(count, SHIFT_DECILES * sizeof(*weights));
	cleanup_free double *drawn = calloc(count, sizeof(*drawn));
	double mean[SHIFT_DECILES] = {0}, sum[SHIFT_DECILES] = {0};
	struct random random;

	if (!weights || !drawn)
		return error_host(err, ENOMEM, "no memory for the deciles of %zu values", count);
	qsort(values, count, sizeof(*values), spread_compare);
	for (size_t d = 0; d < SHIFT_DECILES; d++) {
		harrell_davis_weights(count, (double)(d + 1) / 10, weights + d * count);
		estimates[d] = harrell_davis(values, weights + d * count, count);
	}
	random_init(&random, rules->seed, stream);
	for (int b = 0; b < rules->resamples; b++) {
		for (size_t i = 0; i < count; i++)
			drawn[i] = values[random_below(&random, count)];
		qsort(drawn, count, sizeof(*drawn), spread_compare);
		for (size_t d = 0; d < SHIFT_DECILES; d++) {
			double x = harrell_davis(drawn, weights + d * count, count);
			double by = x - mean[d];

			mean[d] += by / (b + 1); /* Welford's way: no large squares */
			sum[d] += by * (x - mean[d]);
		}
	}
	for (size_t d = 0; d < SHIFT_DECILES; d++)
		variances[d] = sum[d] / (rules->resamples - 1);
	return 0;
}

int shift_of(double *baseline, size_t baseline_count, double *variant, size_t variant_count,
	     const struct shift_rules *rules, struct shift *out, struct error *err)
{
	double least = (double)(baseline_count < variant_count ? baseline_count : variant_count);
	double critical = 80.1 / (least * least) + 2.73, a[SHIFT_DECILES], b[SHIFT_DECILES];
	double var_a[SHIFT_DECILES], var_b[SHIFT_DECILES];

	if (check("baseline", baseline, baseline_count, err) < 0 ||
	    check("variant", variant, variant_count, err) < 0)
		return -1;
	if (rules->resamples < 2)
		return error_input(err, "%d resamples have no variance; take 2 or more",
				   rules->resamples);
	if (deciles(baseline, baseline_count, rules, 1, a, var_a, err) < 0 ||
	    deciles(variant, variant_count, rules, 2, b, var_b, err) < 0)
		return -1;
	for (size_t d = 0; d < SHIFT_DECILES; d++) {
		double shift = b[d] - a[d], error = sqrt(var_a[d] + var_b[d]);

		out->deciles[d] = (struct shift_decile){
		    .baseline = a[d],
		    .variant = b[d],
		    .shift = shift,
		    .error = error,
		    .low = shift - critical * error,
		    .high = shift + critical * error,
		};
	}
	return 0;
}
