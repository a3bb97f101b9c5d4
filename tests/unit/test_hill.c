/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Hill plot, against R (tests/reference/hill.R made the reference values). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "rig/stats/hill.h"
#include "tests/unit/reference.h"

static void check(struct reference_row *row)
{
	struct error err = ERROR_INIT;
	double got[REFERENCE_RESULTS_MAX];

	assert_int_equal(row->results_count, row->counts[0] - 1);
	assert_int_equal(hill_plot(row->values[0], row->counts[0], got, &err), 0);
	for (size_t i = 0; i < row->results_count; i++)
		reference_close(row->name, "1 + estimate", 1 + got[i], 1 + row->results[i], 1e-9);
}

static void values_are_those_of_r(void **state)
{
	(void)state;
	assert_true(reference_rows("tests/golden/hill.tsv", check) >= 20);
}

static void what_has_no_logarithm_is_refused(void **state)
{
	const double bad[] = {0, -1, NAN, INFINITY};
	struct error err = ERROR_INIT;
	double out[2];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const double x[] = {bad[i], 1, 2};

		assert_int_equal(hill_plot(x, 3, out, &err), -1);
		assert_int_equal(err.kind, ERROR_INPUT);
		error_clear(&err);
	}
	assert_int_equal(hill_plot((double[]){1}, 1, out, &err), 0); /* no estimate */
	assert_int_equal(hill_plot(NULL, 0, out, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_are_those_of_r),
	    cmocka_unit_test(what_has_no_logarithm_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
