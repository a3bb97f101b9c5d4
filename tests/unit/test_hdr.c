/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hdr.h"

static void latency(struct hdr *h)
{
	struct error err = ERROR_INIT;

	assert_int_equal(
	    hdr_init(h, HDR_LATENCY_LOWEST_NS, HDR_LATENCY_HIGHEST_NS, HDR_LATENCY_DIGITS, &err),
	    0);
}

static void test_layout(void **state)
{
	/* Hand-made from the format's rules: half * (buckets + 1) counts. */
	static const struct {
		int64_t lowest, highest;
		int digits, counts_len;
	} rows[] = {
	    {64, INT64_C(100000000000), 3, 1024 * 22},
	    {1, INT64_C(3600000000), 3, 1024 * 23},
	    {1, 2, 1, 16 * 2},
	    {1, 31, 1, 16 * 2},
	    {1, 32, 1, 16 * 3},
	    {1, INT64_MAX, 1, 16 * 60},
	    {1, INT64_MAX, 5, 131072 * 47},
	};
	struct hdr h;
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    hdr_init(&h, rows[i].lowest, rows[i].highest, rows[i].digits, NULL), 0);
		assert_int_equal(h.counts_len, rows[i].counts_len);
		hdr_destroy(&h);
	}
}

static void test_bad_ranges(void **state)
{
	static const struct {
		int64_t lowest, highest;
		int digits;
	} rows[] = {{0, 100, 3},
		    {-1, 100, 3},
		    {64, 127, 3},
		    {1, 100, 0},
		    {1, 100, 6},
		    {INT64_MAX / 2 + 1, INT64_MAX, 1},
		    {INT64_C(1) << 60, INT64_MAX, 3}};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = ERROR_INIT;
		struct hdr h;

		assert_int_equal(
		    hdr_init(&h, rows[i].lowest, rows[i].highest, rows[i].digits, &err), -1);
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_non_null(strstr(err.text, ";"));
		hdr_destroy(&h);
	}
}

static void test_empty(void **state)
{
	struct hdr h, none = {0};
	(void)state;

	latency(&h);
	assert_int_equal(hdr_total(&h), 0);
	assert_int_equal(hdr_max(&h), 0);
	assert_int_equal(hdr_min(&h), 0);
	assert_int_equal(hdr_quantile(&h, 0.5), 0);
	assert_true(hdr_mean(&h) == 0);
	hdr_destroy(&h);
	hdr_destroy(&none);
}

/* Three digits: a value and its equivalents differ by less than one in a thousand. */
static void test_precision(void **state)
{
	struct hdr h;
	(void)state;

	latency(&h);
	for (int64_t v = 200000; v < HDR_LATENCY_HIGHEST_NS; v = v * 7 / 5 + 13) {
		hdr_reset(&h);
		hdr_record(&h, v);
		assert_true(hdr_min(&h) <= v && v <= hdr_max(&h));
		assert_true((hdr_max(&h) - hdr_min(&h)) * 1000 < v);
		assert_int_equal(hdr_quantile(&h, 0), hdr_max(&h));
		assert_int_equal(hdr_count_up_to(&h, v), 1);
		assert_int_equal(hdr_count_up_to(&h, hdr_min(&h) - 1), 0);
	}
	hdr_destroy(&h);
}

static void test_out_of_range(void **state)
{
	struct hdr h;
	(void)state;

	latency(&h);
	hdr_record(&h, -5);
	hdr_record(&h, INT64_MAX);
	assert_int_equal(hdr_total(&h), 2);
	assert_int_equal(hdr_count_up_to(&h, 0), 1);
	assert_int_equal(hdr_count_up_to(&h, -1), 0);
	assert_true(hdr_max(&h) >= HDR_LATENCY_HIGHEST_NS);
	assert_true(hdr_max(&h) < HDR_LATENCY_HIGHEST_NS / 1000 * 1001);
	hdr_destroy(&h);
}

/* Values of single-unit resolution have exact quantiles by counting. */
static void test_quantiles(void **state)
{
	static const struct {
		int64_t n; /* of the values 1..n */
		double q;
		int64_t value;
	} rows[] = {
	    {100, 0, 1},     {100, 0.5, 50},     {100, 0.505, 51},     {100, 0.07, 7},
	    {100, 0.99, 99}, {100, 0.991, 100},  {100, 1, 100},        {10, 0.9, 9},
	    {10, 0.99, 10},  {1000, 0.999, 999}, {1000, 0.9991, 1000}, {3, 0.5, 2},
	    {1, 0.5, 1},     {100, -1, 1},       {100, 2, 100},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hdr h;

		assert_int_equal(hdr_init(&h, 1, 10000, 3, NULL), 0);
		for (int64_t v = 1; v <= rows[i].n; v++)
			hdr_record(&h, v);
		assert_int_equal(hdr_quantile(&h, rows[i].q), rows[i].value);
		hdr_destroy(&h);
	}
}

/* The last value is that of a share of 1, also where a double can't count up to it. */
static void test_quantile_of_a_huge_total(void **state)
{
	struct hdr h;
	(void)state;

	assert_int_equal(hdr_init(&h, 1, 10000, 3, NULL), 0);
	hdr_record_n(&h, 5, INT64_C(1) << 62);
	hdr_record_n(&h, 700, 1);
	assert_int_equal(hdr_quantile(&h, 1), 700);
	assert_int_equal(hdr_quantile(&h, 0.5), 5);
	hdr_destroy(&h);
}

static void test_mean(void **state)
{
	struct hdr h;
	(void)state;

	assert_int_equal(hdr_init(&h, 1, 10000, 3, NULL), 0);
	hdr_record_n(&h, 10, 3);
	hdr_record(&h, 30);
	assert_true(hdr_mean(&h) == 15);
	hdr_destroy(&h);
}

static void test_add(void **state)
{
	struct error err = ERROR_INIT;
	struct hdr a, b, narrow;
	(void)state;

	latency(&a);
	latency(&b);
	assert_int_equal(hdr_init(&narrow, 1, 100000, 2, NULL), 0);
	hdr_record_n(&a, 1000000, 2);
	hdr_record_n(&b, 1000000, 3);
	hdr_record(&b, 70);
	assert_int_equal(hdr_add(&a, &b, &err), 0);
	assert_int_equal(hdr_total(&a), 6);
	assert_int_equal(hdr_count_up_to(&a, 128), 1);
	/* What does not fit leaves the receiver as it was. */
	assert_int_equal(hdr_add(&narrow, &b, &err), -1);
	assert_non_null(strstr(err.text, "above 100000"));
	assert_int_equal(hdr_total(&narrow), 0);
	hdr_record(&narrow, 50000);
	assert_int_equal(hdr_add(&a, &narrow, &err), 0);
	assert_int_equal(hdr_count_up_to(&a, 51000), 2);
	hdr_record_n(&b, 100, INT64_MAX - 10);
	assert_int_equal(hdr_add(&a, &b, &err), -1);
	assert_int_equal(hdr_total(&a), 7);
	hdr_destroy(&a);
	hdr_destroy(&b);
	hdr_destroy(&narrow);
}

enum { RECORDERS = 4, RECORDS = 50000 };

static void *recorder(void *arg)
{
	for (int64_t i = 0; i < RECORDS; i++)
		hdr_record_atomic(arg, i * 997 % 10000000);
	return NULL;
}

/* No value is lost or counted twice while others record. */
static void test_take(void **state)
{
	pthread_t threads[RECORDERS];
	struct hdr shared, taken, sum;
	int64_t total = 0;
	(void)state;

	latency(&shared);
	latency(&taken);
	latency(&sum);
	for (int i = 0; i < RECORDERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, recorder, &shared), 0);
	for (int i = 0; i < 20; i++) {
		total += hdr_take(&taken, &shared);
		assert_int_equal(hdr_add(&sum, &taken, NULL), 0);
	}
	for (int i = 0; i < RECORDERS; i++)
		pthread_join(threads[i], NULL);
	total += hdr_take(&taken, &shared);
	assert_int_equal(hdr_add(&sum, &taken, NULL), 0);
	assert_int_equal(total, RECORDERS * RECORDS);
	assert_int_equal(hdr_total(&sum), total);
	hdr_reset(&taken);
	for (int64_t i = 0; i < RECORDS; i++)
		hdr_record_n(&taken, i * 997 % 10000000, RECORDERS);
	assert_memory_equal(taken.counts, sum.counts, (size_t)sum.counts_len * sizeof(int64_t));
	hdr_destroy(&shared);
	hdr_destroy(&taken);
	hdr_destroy(&sum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_layout),
	    cmocka_unit_test(test_bad_ranges),
	    cmocka_unit_test(test_empty),
	    cmocka_unit_test(test_precision),
	    cmocka_unit_test(test_out_of_range),
	    cmocka_unit_test(test_quantiles),
	    cmocka_unit_test(test_quantile_of_a_huge_total),
	    cmocka_unit_test(test_mean),
	    cmocka_unit_test(test_add),
	    cmocka_unit_test(test_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
