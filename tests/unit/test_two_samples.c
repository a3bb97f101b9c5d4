/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tests of two samples, against R (tests/reference/two_samples.R made the reference values). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/own.h"
#include "rig/stats/mann_whitney.h"
#include "rig/stats/permutation.h"
#include "tests/unit/reference.h"

static struct permutation permutation(const double *x, size_t m, const double *y, size_t n,
				      struct permutation_rules rules)
{
	struct error err = ERROR_INIT;
	struct permutation got;

	assert_int_equal(permutation_of(x, m, y, n, &rules, &got, &err), 0);
	return got;
}

/* P, drawn by lot, within five standard errors of both draws. */
static void assert_drawn(const char *name, const struct permutation *got, double p, double error)
{
	double both = hypot(fmax(got->error, 1e-4), error);

	assert_false(got->exact);
	assert_true(got->p > 0 && got->p <= 1);
	if (!(fabs(got->p - p) <= 5 * both))
		fail_msg("%s: P is %g; R has %g +- %g", name, got->p, p, both);
}

/* wanted: statistic, P, its error */
static void check_permutation(const struct reference_row *row, enum permutation_statistic statistic,
			      const double *wanted)
{
	struct permutation_rules rules = {
	    .statistic = statistic, .exact_max = PERMUTATION_EXACT_MAX, .draws = 4999, .seed = 41};
	const double *x = row->values[0], *y = row->values[1];
	size_t m = row->counts[0], n = row->counts[1];
	struct permutation got = permutation(x, m, y, n, rules);

	assert_int_equal(got.known, !isnan(wanted[0]));
	if (!got.known) {
		assert_true(got.p == 1);
		return;
	}
	if (isinf(wanted[0]))
		assert_true(got.statistic == wanted[0]);
	else
		reference_close(row->name, "statistic", got.statistic, wanted[0], 1e-9);
	assert_int_equal(got.exact, wanted[2] == 0);
	if (!got.exact) {
		assert_drawn(row->name, &got, wanted[1], wanted[2]);
		return;
	}
	reference_close(row->name, "P", got.p, wanted[1], 1e-9);
	assert_true(got.error == 0);
	rules.exact_max = 0;
	got = permutation(x, m, y, n, rules);
	assert_drawn(row->name, &got, wanted[1], 0);
}

/* results: U and its P, then what check_permutation() wants, of means and of medians */
static void check(struct reference_row *row)
{
	const double *wanted = row->results;
	size_t m = row->counts[0], n = row->counts[1];
	struct error err = ERROR_INIT;
	struct mann_whitney got;

	assert_int_equal(row->results_count, 8);
	assert_int_equal(mann_whitney_of(row->values[0], m, row->values[1], n, &got, &err), 0);
	assert_true(got.known);
	reference_close(row->name, "U", got.u, wanted[0], 0);
	reference_close(row->name, "P of U", got.p, wanted[1], 1e-9);
	assert_true(got.share == got.u / (double)(m * n));
	check_permutation(row, PERMUTATION_MEANS, wanted + 2);
	check_permutation(row, PERMUTATION_MEDIANS, wanted + 5);
}

static void values_are_those_of_r(void **state)
{
	(void)state;
	assert_true(reference_rows("tests/golden/two_samples.tsv", check) >= 20);
}

/* With 2 and 3 values there are 10 ways, with 1 and 3 no standard error. */
static void few_values_decide_nothing(void **state)
{
	const double x[] = {0, 1}, y[] = {100, 101, 102}, none[1] = {0};
	struct permutation_rules rules = {.exact_max = 10, .draws = 99};
	struct error err = ERROR_INIT;
	struct mann_whitney ranks;
	struct permutation got;

	(void)state;
	got = permutation(x, 2, y, 3, rules);
	assert_true(got.exact && got.p == 0.1);
	rules.exact_max = 9;
	assert_false(permutation(x, 2, y, 3, rules).exact);
	got = permutation(x, 1, y, 3, rules);
	assert_true(!got.known && got.p == 1);
	assert_int_equal(mann_whitney_of(none, 0, y, 3, &ranks, &err), 0);
	assert_true(!ranks.known && ranks.p == 1);
}

static void a_seed_gives_the_same_again(void **state)
{
	struct permutation_rules rules = {.draws = 999, .seed = 1};
	double x[20], y[20], first;

	(void)state;
	for (int i = 0; i < 20; i++) {
		x[i] = i * i % 23;
		y[i] = 3 + i * i % 29;
	}
	first = permutation(x, 20, y, 20, rules).p;
	assert_true(permutation(x, 20, y, 20, rules).p == first);
	rules.seed = 2;
	assert_true(permutation(x, 20, y, 20, rules).p != first);
}

/* Of 10^11 ways none that is drawn is as extreme as this one, which counts itself. */
static void p_is_never_zero(void **state)
{
	struct permutation_rules rules = {.draws = 99};
	double x[20], y[20];

	(void)state;
	for (int i = 0; i < 20; i++) {
		x[i] = i;
		y[i] = 1000 + i;
	}
	assert_true(permutation(x, 20, y, 20, rules).p == 0.01);
	rules.statistic = PERMUTATION_MEDIANS;
	assert_true(permutation(x, 20, y, 20, rules).p == 0.01);
}

static void what_is_no_number_is_refused(void **state)
{
	const double good[] = {1, 2, 3}, nan[] = {1, NAN, 3}, infinite[] = {1, 2, -INFINITY};
	struct permutation_rules rules = {.exact_max = 100};
	struct error err = ERROR_INIT;
	struct mann_whitney ranks;
	struct permutation got;

	(void)state;
	assert_int_equal(permutation_of(good, 3, nan, 3, &rules, &got, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_string_equal(err.text,
			    "second sample: value 2 is nan; only finite ones can be used");
	assert_int_equal(permutation_of(infinite, 3, good, 3, &rules, &got, &err), -1);
	assert_non_null(strstr(err.text, "first sample: value 3 is -inf"));
	assert_int_equal(mann_whitney_of(nan, 3, good, 3, &ranks, &err), -1);
	assert_int_equal(mann_whitney_of(good, 3, infinite, 3, &ranks, &err), -1);
	/* also where there is too little to decide anything */
	assert_int_equal(permutation_of(nan + 1, 1, good, 3, &rules, &got, &err), -1);
	assert_int_equal(mann_whitney_of(nan + 1, 1, good, 0, &ranks, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_are_those_of_r),
	    cmocka_unit_test(few_values_decide_nothing),
	    cmocka_unit_test(a_seed_gives_the_same_again),
	    cmocka_unit_test(p_is_never_zero),
	    cmocka_unit_test(what_is_no_number_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
