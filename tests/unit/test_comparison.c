/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verdicts of paired comparisons. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/own.h"
#include "rig/stats/comparison.h"

/* Log-ratios of COUNT pairs about `middle`, evenly spread by `half` to both sides. */
enum { COUNT = 20 };
static void fill(double d[COUNT], double middle, double half)
{
	for (int i = 0; i < COUNT; i++)
		d[i] = middle + half * (2.0 * i / (COUNT - 1) - 1);
}

static struct comparison compare(double *d, size_t count, double margin, bool lower_is_better)
{
	struct comparison_rules rules = {
	    .level = 0.95, .margin = margin, .lower_is_better = lower_is_better};
	struct error err = ERROR_INIT;
	struct comparison c;

	assert_int_equal(comparison_of(d, count, &rules, &c, &err), 0);
	comparison_judge(&c, &rules);
	return c;
}

static void verdicts_follow_interval_margin_and_direction(void **state)
{
	static const struct {
		double middle, half, margin;
		bool lower_is_better;
		enum comparison_verdict verdict;
	} cases[] = {
	    {-0.10, 0.05, 0, true, COMPARISON_BETTER},
	    {-0.10, 0.05, 0, false, COMPARISON_WORSE},
	    {0.10, 0.05, 0, true, COMPARISON_WORSE},
	    {0.10, 0.05, 0, false, COMPARISON_BETTER},
	    {0.001, 0.05, 0, true, COMPARISON_INCONCLUSIVE},
	    {0.00, 0.05, 0.05, true, COMPARISON_EQUIVALENT},
	    {0.00, 0.50, 0.05, true, COMPARISON_INCONCLUSIVE},
	    /* surely larger, and surely by less than matters */
	    {0.02, 0.01, 0.05, true, COMPARISON_EQUIVALENT},
	    {0.05, 0.03, 0.05, true, COMPARISON_WORSE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		double d[COUNT];
		struct comparison c;

		fill(d, cases[i].middle, cases[i].half);
		c = compare(d, COUNT, cases[i].margin, cases[i].lower_is_better);
		if (c.verdict != cases[i].verdict)
			fail_msg("case %zu: %s", i, comparison_verdict_text(c.verdict));
		assert_true(fabs(c.ratio - exp(cases[i].middle)) < 1e-12);
		assert_true(c.low <= c.ratio && c.ratio <= c.high);
		assert_int_equal(c.needed > 0, c.verdict == COMPARISON_INCONCLUSIVE);
	}
}

static void five_pairs_need_one_more(void **state)
{
	double d[] = {0.5, 0.6, 0.7, 0.8, 0.9};
	struct comparison c = compare(d, 5, 0, true);

	(void)state;
	assert_false(c.has_interval);
	assert_int_equal(c.verdict, COMPARISON_INCONCLUSIVE);
	assert_int_equal(c.needed, 1);
}

/* Four times the spread needs sixteen times the pairs. */
static void what_is_needed_grows_with_the_square_of_the_spread(void **state)
{
	double d[COUNT];
	struct comparison narrow, wide;

	(void)state;
	fill(d, 0.1, 1);
	narrow = compare(d, COUNT, 0, true);
	fill(d, 0.1, 4);
	wide = compare(d, COUNT, 0, true);
	assert_in_range(wide.needed + COUNT, 15 * (narrow.needed + COUNT),
			17 * (narrow.needed + COUNT));
	fill(d, 0, 1);
	assert_int_equal(compare(d, COUNT, 0, true).needed,
			 0); /* exactly 1: no number decides that */
}

/* R: p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.8), "holm"). */
static void several_are_adjusted_as_by_r(void **state)
{
	struct comparison c[] = {{.p = 0.01}, {.p = 0.04}, {.p = 0.03}, {.p = 0.005}, {.p = 0.8}};
	const double adjusted[] = {0.04, 0.09, 0.09, 0.025, 0.8};
	struct comparison *list[ARRAY_SIZE(c)];
	struct error err = ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(c); i++)
		list[i] = &c[i];
	assert_int_equal(comparison_adjust(list, ARRAY_SIZE(c), &err), 0);
	for (size_t i = 0; i < ARRAY_SIZE(c); i++)
		assert_true(fabs(c[i].p - adjusted[i]) < 1e-15);
	assert_int_equal(comparison_adjust(list, 0, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verdicts_follow_interval_margin_and_direction),
	    cmocka_unit_test(five_pairs_need_one_more),
	    cmocka_unit_test(what_is_needed_grows_with_the_square_of_the_spread),
	    cmocka_unit_test(several_are_adjusted_as_by_r),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
