/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Intervals that may be looked at after every pair, against R (tests/reference/sequential.R made
 * the reference values) and against their promise. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/random.h"
#include "tests/unit/reference.h"
#include "rig/stats/sequential.h"

static void values_are_those_of_r(void **state)
{
	(void)state;
	assert_true(reference_check("tests/golden/sequential.tsv", sequential_of, SIZE_MAX) >= 20);
}

static void few_pairs_decide_nothing(void **state)
{
	struct paired got;

	(void)state;
	assert_int_equal(sequential_least(0.95), 7);
	assert_int_equal(sequential_least(0.99), 10);
	sequential_of(NULL, 0, 0.95, &got);
	assert_int_equal(got.count, 0);
	assert_false(got.has_interval);
}

/* Two equal variants, looked at after each of 200 blocks: how many of 2,000 runs ever claim a
 * difference. The host drifts, so that neighbours are alike, and the one that comes first in a
 * block is 20 % slower; the order is drawn by lot. 5 % are promised. */
static void looking_often_claims_no_more(void **state)
{
	enum { RUNS = 2000, BLOCKS = 200 };
	struct random random;
	int claims = 0;

	(void)state;
	random_init(&random, 23, 0);
	for (int run = 0; run < RUNS; run++) {
		double drift = 0;
		size_t below = 0;

		for (size_t n = 1; n <= BLOCKS; n++) {
			double first = random_below(&random, 2) ? 0.2 : -0.2;

			drift = 0.9 * drift + 0.1 * (random_unit(&random) - 0.5);
			below += first * (1 + drift) + (random_unit(&random) - 0.5) * 0.1 < 0;
			if (sequential_evidence(n, below) >= -log(0.05)) {
				claims++;
				break;
			}
		}
	}
	assert_in_range(claims, 1, RUNS * 5 / 100);
}

/* A true shift of half a standard deviation is found, and the interval ends up about it. */
static void a_shift_is_found(void **state)
{
	enum { RUNS = 200, BLOCKS = 150 };
	struct random random;
	int found = 0, missed = 0;

	(void)state;
	random_init(&random, 29, 0);
	for (int run = 0; run < RUNS; run++) {
		double d[BLOCKS];
		struct paired got;

		for (int i = 0; i < BLOCKS; i++) /* uniform: its deviation is 1 / sqrt(12) */
			d[i] = random_unit(&random) - 0.5 + 0.5 / sqrt(12);
		sequential_of(d, BLOCKS, 0.95, &got);
		found += got.low > 0;
		missed += got.low > 0.5 / sqrt(12) || got.high < 0.5 / sqrt(12);
	}
	assert_in_range(found, RUNS * 4 / 10, RUNS);
	assert_in_range(missed, 0, RUNS * 5 / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_are_those_of_r),
	    cmocka_unit_test(few_pairs_decide_nothing),
	    cmocka_unit_test(looking_often_claims_no_more),
	    cmocka_unit_test(a_shift_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
