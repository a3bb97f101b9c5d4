/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shift of paired values, against R (tests/reference/paired.R made the reference values). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/random.h"
#include "rig/stats/paired.h"
#include "tests/unit/reference.h"

static void of_pairs(double *d, size_t count, double level, struct paired *out)
{
	struct error err = ERROR_INIT;

	assert_int_equal(paired_of(d, count, level, out, &err), 0);
	assert_int_equal(out->has_interval, count >= paired_least(level));
}

static void values_are_those_of_r(void **state)
{
	(void)state;
	assert_true(reference_check("tests/golden/paired.tsv", of_pairs, PAIRED_EXACT_MAX) >= 20);
}

static void few_pairs_decide_nothing(void **state)
{
	(void)state;
	assert_int_equal(paired_least(0.90), 5);
	assert_int_equal(paired_least(0.95), 6);
	assert_int_equal(paired_least(0.99), 8);
}

static void no_pairs_have_no_shift(void **state)
{
	struct error err = ERROR_INIT;
	struct paired got = {.count = 7};
	double none[1];

	(void)state;
	assert_int_equal(paired_of(none, 0, 0.95, &got, &err), 0);
	assert_int_equal(got.count, 0);
	assert_false(got.has_interval);
	assert_true(got.p == 1);
}

/* The k-th of all averages, sorted one by one. */
static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void walsh_averages_are_found_without_making_them(void **state)
{
	enum { COUNT = 21, ALL = COUNT * (COUNT + 1) / 2 };
	struct random random;
	double d[COUNT], all[ALL];
	size_t n = 0;

	(void)state;
	random_init(&random, 7, 0);
	for (size_t i = 0; i < COUNT; i++)
		d[i] = floor(random_unit(&random) * 9) - 4 + (i % 3 ? 0 : random_unit(&random));
	qsort(d, COUNT, sizeof(*d), ascending);
	for (size_t i = 0; i < COUNT; i++)
		for (size_t j = i; j < COUNT; j++)
			all[n++] = d[i] / 2 + d[j] / 2;
	qsort(all, ALL, sizeof(*all), ascending);
	for (size_t k = 1; k <= ALL; k++)
		assert_true(paired_walsh(d, COUNT, k) == all[k - 1]);
}

/* Of 4,000 sets of 12 pairs about 1 the interval misses it in at most 5 %, up to the error of such
 * a count (three standard deviations: 1 %); and not in far fewer, or it would be too wide. */
static void intervals_cover_what_they_promise(void **state)
{
	enum { SETS = 4000, COUNT = 12 };
	struct random random;
	struct error err = ERROR_INIT;
	int missed = 0;

	(void)state;
	random_init(&random, 11, 0);
	for (int i = 0; i < SETS; i++) {
		struct paired got;
		double d[COUNT];

		/* Laplace's distribution: tails heavier than normal ones. */
		for (size_t k = 0; k < COUNT; k++)
			d[k] = 1 + random_exponential(&random) - random_exponential(&random);
		assert_int_equal(paired_of(d, COUNT, 0.95, &got, &err), 0);
		missed += got.low > 1 || got.high < 1;
	}
	assert_in_range(missed, SETS * 3 / 100, SETS * 6 / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_are_those_of_r),
	    cmocka_unit_test(few_pairs_decide_nothing),
	    cmocka_unit_test(no_pairs_have_no_shift),
	    cmocka_unit_test(walsh_averages_are_found_without_making_them),
	    cmocka_unit_test(intervals_cover_what_they_promise),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
