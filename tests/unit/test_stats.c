/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/own.h"
#include "rig/stats/spread.h"
#include "rig/stats/summary.h"

static void compare_does_not_cut(void **state)
{
	/* As differences cut to int, these would be 0 or of the wrong sign. */
	const double pairs[][2] = {
	    {0.1, 0.2}, {0, 1e300}, {-1e300, 1e300}, {4294967296.0, 8589934592.0}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		assert_true(spread_compare(&pairs[i][0], &pairs[i][1]) < 0);
		assert_true(spread_compare(&pairs[i][1], &pairs[i][0]) > 0);
		assert_int_equal(spread_compare(&pairs[i][0], &pairs[i][0]), 0);
	}
}

/* Expected values are R's: quantile(c(...), q, type = 7). */
static void quantiles_are_those_of_r(void **state)
{
	const double values[] = {1, 2, 4, 8, 16, 32};
	const struct {
		double q, expected;
	} cases[] = {{0, 1}, {0.25, 2.5}, {0.5, 6}, {0.75, 14}, {0.9, 24}, {1, 32}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_true(fabs(spread_quantile(values, 6, cases[i].q) - cases[i].expected) <
			    1e-12);
	assert_true(spread_quantile(values, 1, 0.99) == 1);
}

static void spread_of_few_and_of_many(void **state)
{
	double none[1] = {0}, one[] = {7}, even[] = {4, 1, 3, 2}, odd[] = {0.5, 0.1, 0.4, 0.2, 0.3};
	struct spread s = spread_of(none, 0);

	(void)state;
	assert_int_equal(s.count, 0);
	s = spread_of(one, 1);
	assert_true(s.median == 7 && s.min == 7 && s.max == 7 && !s.has_quartiles);
	s = spread_of(even, 4);
	assert_true(s.median == 2.5 && s.min == 1 && s.max == 4 && !s.has_quartiles);
	s = spread_of(odd, 5);
	assert_true(s.median == 0.3 && s.min == 0.1 && s.max == 0.5);
	assert_true(s.has_quartiles && s.q1 == 0.2 && s.q3 == 0.4);
}

static void equal_values_stay_exact(void **state)
{
	double values[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
	struct spread s = spread_of(values, 6);

	(void)state;
	assert_true(s.median == 0.1 && s.q1 == 0.1 && s.q3 == 0.1);
}

static void latency_in_seconds(void **state)
{
	struct error err = ERROR_INIT;
	struct hdr h;
	struct latency l;

	(void)state;
	assert_int_equal(hdr_init(&h, 1, INT64_C(60000000000), 3, &err), 0);
	l = latency_of(&h, 1e-9);
	assert_true(l.count == 0 && l.max == 0);
	/* 1 us … 1 ms, each once: P99.9 is the 999th of 1000. */
	for (int i = 1; i <= 1000; i++)
		hdr_record(&h, i * 1000);
	l = latency_of(&h, 1e-9);
	assert_int_equal(l.count, 1000);
	assert_true(fabs(l.p50 / 500e-6 - 1) < 2e-3);
	assert_true(fabs(l.p90 / 900e-6 - 1) < 2e-3);
	assert_true(fabs(l.p99 / 990e-6 - 1) < 2e-3);
	assert_true(fabs(l.p999 / 999e-6 - 1) < 2e-3);
	assert_true(fabs(l.max / 1000e-6 - 1) < 2e-3);
	assert_true(fabs(l.mean / 500.5e-6 - 1) < 2e-3);
	hdr_destroy(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(compare_does_not_cut),      cmocka_unit_test(quantiles_are_those_of_r),
	    cmocka_unit_test(spread_of_few_and_of_many), cmocka_unit_test(equal_values_stay_exact),
	    cmocka_unit_test(latency_in_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
