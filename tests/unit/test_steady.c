/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steady state of a series, against R (tests/reference/steady.R made the reference values). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/own.h"
#include "base/random.h"
#include "rig/stats/changepoint.h"
#include "rig/stats/steady.h"
#include "tests/unit/reference.h"

static struct steady steady(const double *values, size_t count, struct steady_rules rules,
			    size_t *starts)
{
	struct error err = ERROR_INIT;
	struct steady got;

	assert_int_equal(steady_of(values, count, &rules, starts, &got, &err), 0);
	return got;
}

/* results: lower tolerance class noise outliers from level; values: series, starts */
static void check(struct reference_row *row)
{
	const double *wanted = row->results;
	size_t starts[REFERENCE_VALUES_MAX];
	struct steady got;

	assert_int_equal(row->results_count, 7);
	got =
	    steady(row->values[0], row->counts[0],
		   (struct steady_rules){.lower_is_better = wanted[0] != 0, .tolerance = wanted[1]},
		   starts);
	if (got.class != wanted[2])
		fail_msg("%s: %s; R has %g", row->name, steady_class_text(got.class), wanted[2]);
	reference_close(row->name, "noise", got.noise, wanted[3], 1e-9);
	reference_close(row->name, "outliers", (double)got.outliers, wanted[4], 0);
	assert_int_equal(got.segments, row->counts[1]);
	for (size_t i = 0; i < got.segments; i++)
		reference_close(row->name, "start", (double)starts[i], row->values[1][i], 0);
	if (isnan(wanted[5]))
		return;
	reference_close(row->name, "begin", (double)got.from, wanted[5], 0);
	reference_close(row->name, "level", got.level, wanted[6], 1e-9);
}

static void values_are_those_of_r(void **state)
{
	(void)state;
	assert_true(reference_rows("tests/golden/steady.tsv", check) >= 20);
}

/* The least cost of any division, one by one: each of the 2^(count - 1) sets of borders. */
static double least_cost(const double *x, size_t count, double deviation, double penalty)
{
	double least = INFINITY;

	for (unsigned int borders = 0; borders < 1u << (count - 1); borders++) {
		double cost = 0;

		for (size_t from = 0, to; from < count; from = to) {
			double mean = 0;

			for (to = from + 1; to < count && !(borders & 1u << (to - 1)); to++)
				;
			for (size_t i = from; i < to; i++)
				mean += x[i] / (double)(to - from);
			for (size_t i = from; i < to; i++)
				cost += pow((x[i] - mean) / deviation, 2);
			cost += from ? penalty : 0;
		}
		least = fmin(least, cost);
	}
	return least;
}

static double cost_of(const double *x, size_t count, double deviation, double penalty,
		      const size_t *starts, size_t segments)
{
	double cost = penalty * (double)(segments - 1);

	for (size_t s = 0; s < segments; s++) {
		size_t to = s + 1 < segments ? starts[s + 1] : count;
		double mean = 0;

		for (size_t i = starts[s]; i < to; i++)
			mean += x[i] / (double)(to - starts[s]);
		for (size_t i = starts[s]; i < to; i++)
			cost += pow((x[i] - mean) / deviation, 2);
	}
	return cost;
}

static void no_division_costs_less(void **state)
{
	enum { COUNT = 11 };
	struct error err = ERROR_INIT;
	struct random random;

	(void)state;
	random_init(&random, 43, 0);
	for (int set = 0; set < 60; set++) {
		double x[COUNT], penalty = 0.5 + 8 * random_unit(&random), level = 0, cost;
		size_t starts[COUNT];
		long segments;

		for (size_t i = 0; i < COUNT; i++) {
			level += random_below(&random, 4) ? 0 : 6 * random_unit(&random) - 3;
			x[i] = level + random_exponential(&random);
		}
		segments = changepoint_find(x, COUNT, 0.7, penalty, starts, &err);
		assert_in_range(segments, 1, COUNT);
		assert_int_equal(starts[0], 0);
		cost = cost_of(x, COUNT, 0.7, penalty, starts, (size_t)segments);
		reference_close("set", "cost", cost, least_cost(x, COUNT, 0.7, penalty), 1e-9);
	}
	assert_int_equal(changepoint_find(NULL, 0, 1, 1, NULL, &err), 0);
}

/* One wild value, or two in a row, wherever but at the very first: the same class and borders. */
static void single_outliers_change_nothing(void **state)
{
	enum { COUNT = 60 };
	struct steady_rules rules = {.lower_is_better = true};
	size_t starts[COUNT], plain_starts[COUNT];
	double x[COUNT];
	struct steady plain, got;

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		x[i] = (i < 20 ? 30 : 20) + (double)(i * 7 % 5) / 4;
	plain = steady(x, COUNT, rules, plain_starts);
	assert_int_equal(plain.class, STEADY_WARMUP);
	assert_int_equal(plain.segments, 2);
	for (size_t i = 1; i < COUNT; i++)
		for (size_t row = 1; row <= 2 && i + row <= COUNT; row++) {
			double held[2] = {x[i], i + 1 < COUNT ? x[i + 1] : 0};

			if ((i < 3 && row > 1) || (i >= 17 && i <= 22))
				continue; /* too near to the change, which it may move */
			for (size_t k = i; k < i + row; k++)
				x[k] = k % 2 ? 500 : 400;
			got = steady(x, COUNT, rules, starts);
			for (size_t k = i; k < i + row; k++)
				x[k] = held[k - i];
			if (got.class != plain.class || got.segments != 2 || got.outliers != row ||
			    starts[1] != plain_starts[1])
				fail_msg("%zu wild values from %zu on: %s, %zu segments", row, i,
					 steady_class_text(got.class), got.segments);
		}
	x[0] = 500; /* that is where a warm-up of one value is */
	got = steady(x, COUNT, rules, starts);
	assert_int_equal(got.segments, 3);
	assert_int_equal(got.outliers, 0);
}

/* Up is down where higher is better. */
static void direction_and_last_quarter_decide(void **state)
{
	enum { COUNT = 40 };
	size_t starts[COUNT];

	(void)state;
	for (size_t step = 4; step < COUNT - 3; step++)
		for (int lower = 0; lower < 2; lower++) {
			double x[COUNT];
			struct steady got;

			for (size_t i = 0; i < COUNT; i++)
				x[i] = (i < step ? 10 : 20) + (double)(i % 3) / 2;
			got = steady(x, COUNT, (struct steady_rules){.lower_is_better = lower},
				     starts);
			assert_int_equal(got.class, step > 30 ? STEADY_NONE
						    : lower   ? STEADY_SLOWDOWN
							      : STEADY_WARMUP);
			assert_int_equal(got.from, step);
		}
}

static void what_is_no_number_is_refused(void **state)
{
	double x[20] = {0};
	struct steady_rules rules = {.lower_is_better = true};
	struct error err = ERROR_INIT;
	struct steady got;
	size_t starts[20];

	(void)state;
	assert_int_equal(steady_of(x, 0, &rules, starts, &got, &err), 0);
	assert_int_equal(got.class, STEADY_UNKNOWN);
	x[3] = NAN;
	assert_int_equal(steady_of(x, 20, &rules, starts, &got, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_string_equal(err.text, "series: value 4 is nan; only finite ones can be used");
	assert_int_equal(steady_of(x, 5, &rules, starts, &got, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_are_those_of_r),
	    cmocka_unit_test(no_division_costs_less),
	    cmocka_unit_test(single_outliers_change_nothing),
	    cmocka_unit_test(direction_and_last_quarter_decide),
	    cmocka_unit_test(what_is_no_number_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
