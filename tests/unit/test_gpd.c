/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The generalised Pareto distribution, its intervals and its test, against R
 * (tests/reference/gpd.R made the reference values). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/random.h"
#include "rig/stats/anderson_darling.h"
#include "rig/stats/gpd.h"
#include "rig/stats/gpd_interval.h"
#include "rig/stats/spread.h"
#include "tests/unit/reference.h"

static double bound(bool has, double value)
{
	return has ? value : NAN;
}

static void check(struct reference_row *row)
{
	struct error err = ERROR_INIT;
	struct gpd fit, moments;
	const double *r = row->results, *x = row->values[0];
	struct gpd_interval shape, level;
	size_t count = row->counts[0];
	double statistic, p;

	assert_int_equal(row->results_count, 12);
	assert_int_equal(gpd_fit(x, count, &fit, &err), 0);
	/* Shapes near 0 have fewer digits in R, which divides by them: 1e-9 of 1 at least. */
	reference_close(row->name, "1 + shape", 1 + fit.shape, 1 + r[0], 1e-9);
	reference_close(row->name, "scale", fit.scale, r[1], 1e-9);
	reference_close(row->name, "likelihood", gpd_log_likelihood(&fit, x, count), r[2], 1e-9);
	assert_int_equal(gpd_fit_pwm(x, count, &moments, &err), 0);
	reference_close(row->name, "shape by moments", moments.shape, r[3], 1e-9);
	reference_close(row->name, "scale by moments", moments.scale, r[4], 1e-9);
	statistic = anderson_darling(&fit, x, count);
	reference_close(row->name, "statistic", statistic, r[5], 1e-9);
	assert_int_equal(anderson_darling_p(&fit, statistic, &p, &err), 0);
	/* R's integral and ours: both to 1e-9 of 1. */
	reference_close(row->name, "1 + P", 1 + p, 1 + r[6], 1e-9);
	shape = gpd_interval_shape(&fit, x, count, 0.95);
	reference_close(row->name, "1 + shape low", 1 + bound(shape.has_low, shape.low), 1 + r[7],
			1e-9);
	reference_close(row->name, "1 + shape high", 1 + bound(shape.has_high, shape.high),
			1 + r[8], 1e-9);
	level = gpd_interval_level(&fit, x, count, 0.01, 0.95);
	reference_close(row->name, "level", gpd_level(&fit, 0.01), r[9], 1e-9);
	reference_close(row->name, "level low", bound(level.has_low, level.low), r[10], 1e-9);
	reference_close(row->name, "level high", bound(level.has_high, level.high), r[11], 1e-9);
}

static void values_are_those_of_r(void **state)
{
	(void)state;
	assert_true(reference_rows("tests/golden/gpd.tsv", check) >= 20);
}

static void what_has_no_fit_is_refused(void **state)
{
	const struct {
		double x[4];
		size_t count;
	} refused[] = {
	    {{0}, 0},       {{3}, 1},        {{2, 2, 2, 2}, 4},     {{1, 2, NAN}, 3},
	    {{0, 1, 2}, 3}, {{-1, 1, 2}, 3}, {{1, 2, INFINITY}, 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		struct error err = ERROR_INIT;
		struct gpd out;

		assert_int_equal(gpd_fit(refused[i].x, refused[i].count, &out, &err), -1);
		assert_int_equal(err.kind, ERROR_INPUT);
		error_clear(&err);
		assert_int_equal(gpd_fit_pwm(refused[i].x, refused[i].count, &out, &err), -1);
		assert_int_equal(err.kind, ERROR_INPUT);
	}
}

/* Equal steps end as if cut off: the likelihood grows towards shapes below -1. */
static void a_likelihood_without_a_maximum_is_refused(void **state)
{
	const double x[] = {1, 2, 3, 4, 5};
	struct error err = ERROR_INIT;
	struct gpd out;

	(void)state;
	assert_int_equal(gpd_fit(x, 5, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
}

static void a_level_is_the_inverse_of_the_share_above(void **state)
{
	const double shapes[] = {-0.5, -1e-9, 0, 1e-9, 0.42, 3};

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++)
		for (double above = 1; above > 1e-6; above /= 3) {
			struct gpd d = {shapes[i], 8.3};
			double back = gpd_above(&d, gpd_level(&d, above));

			assert_true(fabs(back - above) <= 1e-9 * above);
		}
}

/* The tail of the published comparison: over 15 ms, shape 0.42 and scale 8.3 ms. */
static void the_published_tail(void **state)
{
	const struct gpd published = {0.42, 8.3};

	(void)state;
	/* Of the excesses, 1 % are above 117 ms: values of 132 ms. */
	assert_true(fabs(15 + gpd_level(&published, 0.01) - 132) < 0.5);
	/* 47.6 ms is P99 of all only if about 10.2 % exceed the threshold. */
	assert_true(fabs(0.01 / gpd_above(&published, 47.6 - 15) - 0.102) < 0.0005);
}

/* Draw `count` excesses, ascending. */
static void draw(struct random *random, const struct gpd *d, double *out, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out[i] = gpd_level(d, random_unit(random)) + 1e-12;
	qsort(out, count, sizeof(*out), spread_compare);
}

/* Of 400 samples of 60 the test at 5 % rejects about 20, and the intervals of the shape and of a
 * level miss about as many: three standard deviations are 13, and the theory is that of large
 * samples (of 1,000: 49, 68, 62). */
static void rejections_and_intervals_are_as_frequent_as_promised(void **state)
{
	enum { SETS = 400, COUNT = 60 };
	const struct gpd d = {0.42, 8.3};
	struct random random;
	int rejected = 0, shape_missed = 0, level_missed = 0;

	(void)state;
	random_init(&random, 5, 0);
	for (int i = 0; i < SETS; i++) {
		struct error err = ERROR_INIT;
		struct gpd_interval shape, level;
		double x[COUNT], p;
		struct gpd fit;

		draw(&random, &d, x, COUNT);
		assert_int_equal(gpd_fit(x, COUNT, &fit, &err), 0);
		assert_int_equal(
		    anderson_darling_p(&fit, anderson_darling(&fit, x, COUNT), &p, &err), 0);
		rejected += p <= 0.05;
		shape = gpd_interval_shape(&fit, x, COUNT, 0.95);
		level = gpd_interval_level(&fit, x, COUNT, 0.01, 0.95);
		shape_missed += shape.low > 0.42 || shape.high < 0.42;
		level_missed += level.low > gpd_level(&d, 0.01) || level.high < gpd_level(&d, 0.01);
	}
	assert_in_range(rejected, 7, 36);
	assert_in_range(shape_missed, 7, 36);
	assert_in_range(level_missed, 7, 36);
}

/* What has another tail is found out. */
static void another_distribution_is_rejected(void **state)
{
	enum { COUNT = 900 };
	struct error err = ERROR_INIT;
	struct random random;
	double x[COUNT], p;
	struct gpd fit;

	(void)state;
	random_init(&random, 6, 0);
	for (int i = 0; i < COUNT; i++) /* two modes */
		x[i] = (i % 3 ? 0 : 10) + random_exponential(&random);
	qsort(x, COUNT, sizeof(*x), spread_compare);
	assert_int_equal(gpd_fit(x, COUNT, &fit, &err), 0);
	assert_int_equal(anderson_darling_p(&fit, anderson_darling(&fit, x, COUNT), &p, &err), 0);
	assert_true(p < 0.001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_are_those_of_r),
	    cmocka_unit_test(what_has_no_fit_is_refused),
	    cmocka_unit_test(a_likelihood_without_a_maximum_is_refused),
	    cmocka_unit_test(a_level_is_the_inverse_of_the_share_above),
	    cmocka_unit_test(the_published_tail),
	    cmocka_unit_test(rejections_and_intervals_are_as_frequent_as_promised),
	    cmocka_unit_test(another_distribution_is_rejected),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
