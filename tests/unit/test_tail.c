/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The threshold and the far quantiles of a tail, against R (tests/reference/tail.R made the
 * reference values). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/random.h"
#include "rig/stats/quantile_interval.h"
#include "rig/stats/spread.h"
#include "rig/stats/tail.h"
#include "tests/unit/reference.h"

static void check(struct reference_row *row)
{
	const double *r = row->results;
	struct error err = ERROR_INIT;
	struct tail got;

	assert_int_equal(row->results_count, 9);
	if (isnan(r[2])) {
		assert_int_equal(tail_of(row->values[0], row->counts[0], (int64_t)row->counts[0],
					 0.95, &got, &err),
				 -1);
		assert_int_equal(err.kind, ERROR_INPUT);
		return;
	}
	assert_int_equal(
	    tail_of(row->values[0], row->counts[0], (int64_t)row->counts[0], 0.95, &got, &err), 0);
	reference_close(row->name, "candidates", (double)got.candidates, r[0], 0);
	reference_close(row->name, "rejected", (double)got.rejected, r[1], 0);
	reference_close(row->name, "threshold", got.threshold, r[2], 1e-15);
	reference_close(row->name, "above", (double)got.above, r[3], 0);
	reference_close(row->name, "1 + shape", 1 + got.fit.shape, 1 + r[4], 1e-9);
	reference_close(row->name, "scale", got.fit.scale, r[5], 1e-9);
	reference_close(row->name, "P", got.p, r[6], 1e-8);
	reference_close(row->name, "P99.9", tail_level(&got, 0.999), r[7], 1e-9);
	reference_close(row->name, "P99.99", tail_level(&got, 0.9999), r[8], 1e-9);
	tail_destroy(&got);
}

static void values_are_those_of_r(void **state)
{
	(void)state;
	assert_true(reference_rows("tests/golden/tail.tsv", check) >= 20);
}

static void what_has_no_tail_is_refused(void **state)
{
	enum { COUNT = 300 };
	double x[COUNT];
	struct error err = ERROR_INIT;
	struct tail got;

	(void)state;
	for (int i = 0; i < COUNT; i++)
		x[i] = 7;
	assert_int_equal(tail_of(x, 0, 0, 0.95, &got, &err), -1);
	assert_int_equal(tail_of(x, 1, 1, 0.95, &got, &err), -1);
	assert_int_equal(tail_of(x, 249, 249, 0.95, &got, &err), -1);
	assert_int_equal(tail_of(x, COUNT, COUNT, 0.95, &got, &err), -1); /* constant */
	for (int i = 0; i < COUNT; i++)
		x[i] = i < 150 ? 1 : 2; /* nothing exceeds any threshold */
	assert_int_equal(tail_of(x, COUNT, COUNT, 0.95, &got, &err), -1);
	x[COUNT - 1] = NAN;
	assert_int_equal(tail_of(x, COUNT, COUNT, 0.95, &got, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_null(got.excesses);
}

/* `count` values: below 15 ms uniform, and of one in ten the published tail. */
static void published(double *x, size_t count, uint64_t seed)
{
	const struct gpd tail = {0.42, 8.3};
	struct random random;

	random_init(&random, seed, 0);
	for (size_t i = 0; i < count; i++)
		x[i] = i % 10 ? 15 * random_unit(&random)
			      : 15 + gpd_level(&tail, random_unit(&random));
	qsort(x, count, sizeof(*x), spread_compare);
}

/* The threshold is found where the tail begins: at the first candidate that about a tenth of the
 * values exceed, or, as a test errs, soon after; and the shape is the true one. */
static void the_threshold_is_where_the_tail_begins(void **state)
{
	enum { COUNT = 5000 };
	static double x[COUNT];
	int hit = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct error err = ERROR_INIT;
		struct tail got;

		published(x, COUNT, seed);
		assert_int_equal(tail_of(x, COUNT, COUNT, 0.95, &got, &err), 0);
		assert_true(got.threshold > 14 && got.threshold < 30);
		hit += got.shape.low < 0.42 && got.shape.high > 0.42;
		tail_destroy(&got);
	}
	assert_in_range(hit, 8, 10);
}

/* From 5,000 values P99.99 is above the largest with some chance: ranks don't bound it. */
static void few_values_do_not_tell_a_far_quantile(void **state)
{
	enum { COUNT = 5000 };
	static double x[COUNT];
	struct error err = ERROR_INIT;
	struct tail_quantile got;
	struct tail tail;

	(void)state;
	published(x, COUNT, 1);
	assert_int_equal(tail_of(x, COUNT, COUNT, 0.95, &tail, &err), 0);
	got = tail_quantile(&tail, 0.9999);
	assert_int_equal(got.source, TAIL_FIT);
	assert_true(got.low < got.value && got.value < got.high);
	assert_int_equal(got.least, quantile_least(0.9999, 0.95));
	/* Below the threshold the tail says nothing. */
	got = tail_quantile(&tail, 0.5);
	assert_int_equal(got.source, TAIL_UNKNOWN);
	/* So far out that the interval is wider than an order of magnitude. */
	got = tail_quantile(&tail, 1 - 1e-12);
	assert_int_equal(got.source, TAIL_UNKNOWN);
	tail_destroy(&tail);
}

/* The same values, in buckets of one thousandth, have the same tail up to that error. */
static void a_histogram_has_the_same_tail(void **state)
{
	enum { COUNT = 5000 };
	static double x[COUNT], top[TAIL_TOP];
	struct error err = ERROR_INIT;
	struct tail_quantile q;
	struct tail exact, got;
	struct hdr h;
	size_t count;

	(void)state;
	published(x, COUNT, 2);
	assert_int_equal(
	    hdr_init(&h, HDR_LATENCY_LOWEST_NS, HDR_LATENCY_HIGHEST_NS, HDR_LATENCY_DIGITS, &err),
	    0);
	for (int i = 0; i < COUNT; i++)
		hdr_record(&h, (int64_t)(x[i] * 1e6));
	count = tail_top(&h, 1e-6, top);
	assert_int_equal(count, TAIL_TOP);
	for (size_t i = 0; i < count; i++) {
		assert_true(fabs(top[i] - x[COUNT - count + i]) <= 1.1e-3 * top[i]);
		assert_true(i == 0 || top[i] > top[i - 1]);
	}
	assert_int_equal(tail_of(x, COUNT, COUNT, 0.95, &exact, &err), 0);
	assert_int_equal(tail_of(top, count, COUNT, 0.95, &got, &err), 0);
	assert_int_equal(got.above, exact.above);
	assert_true(fabs(got.fit.shape - exact.fit.shape) < 0.01);
	assert_true(fabs(got.fit.scale / exact.fit.scale - 1) < 0.01);

	q = tail_quantile_hdr(&h, 1e-6, &got, 0.999, 0.95); /* 3,688 are enough for ranks */
	assert_int_equal(q.source, TAIL_RANKS);
	assert_true(q.low < q.value && q.value < q.high);
	assert_true(q.value == (double)hdr_quantile(&h, 0.999) * 1e-6);
	q = tail_quantile_hdr(&h, 1e-6, &got, 0.9999, 0.95);
	assert_int_equal(q.source, TAIL_FIT);
	q = tail_quantile_hdr(&h, 1e-6, NULL, 0.9999, 0.95);
	assert_int_equal(q.source, TAIL_UNKNOWN);
	assert_int_equal(q.least, quantile_least(0.9999, 0.95));

	hdr_reset(&h);
	assert_int_equal(tail_top(&h, 1, top), 0);
	hdr_record_n(&h, 12, 3);
	assert_int_equal(tail_top(&h, 1, top), 3);
	assert_true(top[0] > 12 && top[2] < 13);
	hdr_destroy(&h);
	tail_destroy(&exact);
	tail_destroy(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_are_those_of_r),
	    cmocka_unit_test(what_has_no_tail_is_refused),
	    cmocka_unit_test(the_threshold_is_where_the_tail_begins),
	    cmocka_unit_test(few_values_do_not_tell_a_far_quantile),
	    cmocka_unit_test(a_histogram_has_the_same_tail),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
