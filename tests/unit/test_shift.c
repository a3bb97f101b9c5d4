/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shift function, against R (tests/reference/shift.R made the reference values). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/random.h"
#include "rig/stats/shift.h"
#include "tests/unit/reference.h"

/* Deciles to 1e-9. R draws other resamples than we: with 4,000 each, two standard errors of the
 * same data differ by 1.6 % of themselves (one standard deviation, of a normal distribution), and
 * by more where few values or outliers make the resamples less normal. */
#define RESAMPLES     4000
#define ERRORS_MAY_BE 0.1

static void check(struct reference_row *row)
{
	const struct shift_rules rules = {.resamples = RESAMPLES, .seed = 1};
	const double *r = row->results;
	struct error err = ERROR_INIT;
	struct shift got;

	assert_int_equal(row->results_count, 28);
	assert_int_equal(shift_of(row->values[0], row->counts[0], row->values[1], row->counts[1],
				  &rules, &got, &err),
			 0);
	for (int i = 0; i < SHIFT_DECILES; i++) {
		const struct shift_decile *d = &got.deciles[i];

		reference_close(row->name, "baseline", d->baseline, r[i], 1e-9);
		reference_close(row->name, "variant", d->variant, r[9 + i], 1e-9);
		reference_close(row->name, "shift", d->shift, d->variant - d->baseline, 0);
		/* 1e-12: resamples of a constant differ in their last digits. */
		if (fabs(d->error - r[18 + i]) > 1e-12 * fabs(d->variant))
			reference_close(row->name, "error", d->error, r[18 + i], ERRORS_MAY_BE);
		reference_close(row->name, "1 + low", 1 + d->low, 1 + d->shift - r[27] * d->error,
				1e-9);
		reference_close(row->name, "1 + high", 1 + d->high, 1 + d->shift + r[27] * d->error,
				1e-9);
	}
}

static void values_are_those_of_r(void **state)
{
	(void)state;
	assert_true(reference_rows("tests/golden/shift.tsv", check) >= 20);
}

static void what_has_no_deciles_is_refused(void **state)
{
	const struct shift_rules rules = {.resamples = 10}, one = {.resamples = 1};
	double good[] = {1, 2, 3}, bad[] = {1, NAN, 3}, endless[] = {1, INFINITY};
	struct error err = ERROR_INIT;
	struct shift got;

	(void)state;
	assert_int_equal(shift_of(good, 1, good, 3, &rules, &got, &err), -1);
	assert_int_equal(shift_of(good, 3, good, 0, &rules, &got, &err), -1);
	assert_int_equal(shift_of(good, 3, bad, 3, &rules, &got, &err), -1);
	assert_int_equal(shift_of(endless, 2, good, 3, &rules, &got, &err), -1);
	assert_int_equal(shift_of(good, 3, good, 3, &one, &got, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
}

static void a_seed_gives_the_same_bytes(void **state)
{
	struct shift_rules rules = {.resamples = 50, .seed = 3};
	double a[] = {3, 1, 4, 1, 5, 9, 2, 6}, b[] = {2, 7, 1, 8, 2, 8};
	struct shift first, again, other;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(shift_of(a, 8, b, 6, &rules, &first, &err), 0);
	assert_int_equal(shift_of(a, 8, b, 6, &rules, &again, &err), 0);
	rules.seed = 4;
	assert_int_equal(shift_of(a, 8, b, 6, &rules, &other, &err), 0);
	assert_memory_equal(&first, &again, sizeof(first));
	assert_memory_not_equal(&first, &other, sizeof(first));
}

/* Of 500 pairs of equal groups, in at most 5 % any of the nine intervals misses 0 (three standard
 * deviations of that count: 15); and in some, or they would be too wide. */
static void intervals_hold_together(void **state)
{
	enum { SETS = 500, COUNT = 40 };
	const struct shift_rules rules = {.resamples = 200, .seed = 9};
	struct random random;
	int missed = 0;

	(void)state;
	random_init(&random, 12, 0);
	for (int i = 0; i < SETS; i++) {
		double a[COUNT], b[COUNT];
		struct error err = ERROR_INIT;
		struct shift got;
		bool any = false;

		for (int k = 0; k < COUNT; k++) {
			a[k] = random_exponential(&random);
			b[k] = random_exponential(&random);
		}
		assert_int_equal(shift_of(a, COUNT, b, COUNT, &rules, &got, &err), 0);
		for (int d = 0; d < SHIFT_DECILES; d++)
			any |= got.deciles[d].low > 0 || got.deciles[d].high < 0;
		missed += any;
	}
	assert_in_range(missed, 3, 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_are_those_of_r),
	    cmocka_unit_test(what_has_no_deciles_is_refused),
	    cmocka_unit_test(a_seed_gives_the_same_bytes),
	    cmocka_unit_test(intervals_hold_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
