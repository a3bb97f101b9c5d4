/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A quantile's interval by ranks, against R (tests/reference/quantile_interval.R made the reference
 * values). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "rig/stats/quantile_interval.h"
#include "tests/unit/reference.h"

/* "number quantile level low high least" */
static void check(struct reference_row *row)
{
	const double *r = row->results;
	struct quantile_ranks got = quantile_ranks((int64_t)r[0], r[1], r[2]);

	assert_int_equal(row->results_count, 6);
	reference_close(row->name, "low", got.low ? (double)got.low : NAN, r[3], 0);
	reference_close(row->name, "high", got.high ? (double)got.high : NAN, r[4], 0);
	reference_close(row->name, "least", (double)quantile_least(r[1], r[2]), r[5], 0);
}

static void ranks_are_those_of_r(void **state)
{
	(void)state;
	assert_true(reference_rows("tests/golden/quantile_interval.tsv", check) >= 20);
}

static void both_bounds_begin_at_the_least_number(void **state)
{
	const double q[] = {0.001, 0.2, 0.5, 0.9, 0.999};

	(void)state;
	for (size_t i = 0; i < sizeof(q) / sizeof(*q); i++) {
		int64_t least = quantile_least(q[i], 0.95);
		struct quantile_ranks enough = quantile_ranks(least, q[i], 0.95);
		struct quantile_ranks fewer = quantile_ranks(least - 1, q[i], 0.95);

		assert_true(enough.low && enough.high);
		assert_true(!fewer.low || !fewer.high);
	}
	assert_int_equal(quantile_ranks(0, 0.5, 0.95).high, 0);
}

static void values_stand_at_the_ranks(void **state)
{
	const double x[] = {1, 1, 2, 3, 5, 8, 13, 21, 34, 55}; /* of ten, 2 to 9 */
	const double bad[] = {1, 2, NAN};
	struct quantile_interval got;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(quantile_interval_of(x, 10, 0.5, 0.95, &got, &err), 0);
	assert_true(got.has_low && got.has_high && got.low == 1 && got.high == 34);
	assert_int_equal(quantile_interval_of(x, 1, 0.5, 0.95, &got, &err), 0);
	assert_false(got.has_low || got.has_high);
	assert_int_equal(quantile_interval_of(bad, 3, 0.5, 0.95, &got, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
}

/* A histogram's counts give the bucket in which the value of that rank is. */
static void a_histogram_has_the_same_ranks(void **state)
{
	struct error err = ERROR_INIT;
	struct quantile_interval got;
	struct quantile_ranks ranks;
	struct hdr h;

	(void)state;
	assert_int_equal(hdr_init(&h, 1, 1000000, 3, &err), 0);
	for (int i = 1; i <= 5000; i++)
		hdr_record(&h, i * 10);
	ranks = quantile_ranks(5000, 0.99, 0.95);
	got = quantile_interval_hdr(&h, 0.99, 0.95);
	assert_true(got.has_low && got.low <= ranks.low * 10.0 && got.low > ranks.low * 9.98);
	assert_true(got.has_high && got.high >= ranks.high * 10.0 && got.high < ranks.high * 10.02);
	got = quantile_interval_hdr(&h, 0.9999, 0.95);
	assert_true(got.has_low && !got.has_high);
	hdr_reset(&h);
	got = quantile_interval_hdr(&h, 0.5, 0.95);
	assert_false(got.has_low || got.has_high);
	hdr_destroy(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ranks_are_those_of_r),
	    cmocka_unit_test(both_bounds_begin_at_the_least_number),
	    cmocka_unit_test(values_stand_at_the_ranks),
	    cmocka_unit_test(a_histogram_has_the_same_ranks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
