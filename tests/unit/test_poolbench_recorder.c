/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "workloads/poolbench/recorder.h"

static void open_recorder(struct bench_recorder *r, int64_t warmup, int64_t window)
{
	struct error err = ERROR_INIT;

	assert_int_equal(bench_recorder_init(r, warmup, window, &err), 0);
}

/* The sum of a series over some intervals; the caller's to destroy. */
static struct hdr sum(const struct bench_recorder *r, size_t from, size_t to,
		      enum bench_series series)
{
	struct hdr h;

	assert_int_equal(
	    hdr_init(&h, HDR_LATENCY_LOWEST_NS, HDR_LATENCY_HIGHEST_NS, HDR_LATENCY_DIGITS, NULL),
	    0);
	for (size_t i = from; i < to; i++)
		bench_recorder_add(r, i, series, &h);
	return h;
}

static void test_bounds(void **state)
{
	static const struct {
		int64_t warmup, window;
		size_t intervals;
		int64_t last; /* length of the last */
	} rows[] = {
	    {0, NS_PER_S, 1, NS_PER_S},
	    {NS_PER_S / 2, 5 * NS_PER_S / 2, 3, NS_PER_S / 2},
	    {0, NS_PER_MS, 1, NS_PER_MS},
	    {0, NS_PER_S + 1, 2, 1},
	    {3 * NS_PER_S, 4 * NS_PER_S, 4, NS_PER_S},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench_recorder r;
		int64_t at = rows[i].warmup;

		open_recorder(&r, rows[i].warmup, rows[i].window);
		bench_recorder_finish(&r); /* no tick at all: a generator that was held up */
		assert_int_equal(r.count, rows[i].intervals);
		for (size_t k = 0; k < r.count; k++) {
			assert_int_equal(r.intervals[k].from_ns, at);
			at = r.intervals[k].to_ns;
		}
		assert_int_equal(at, rows[i].warmup + rows[i].window);
		assert_int_equal(at - r.intervals[r.count - 1].from_ns, rows[i].last);
		bench_recorder_destroy(&r);
	}
}

/* Each value is in the interval it was recorded in, and comes back as it was. */
static void test_intervals(void **state)
{
	struct bench_recorder r;
	(void)state;

	open_recorder(&r, NS_PER_S, 3 * NS_PER_S);
	for (int second = 0; second < 3; second++) {
		struct hdr none;

		bench_recorder_tick(&r, (second + 1) * NS_PER_S);
		while (bench_recorder_busy(&r))
			bench_recorder_step(&r);
		for (int i = 0; i <= second; i++) {
			bench_recorder_latency(&r, BENCH_SOJOURN, (second + 1) * NS_PER_MS);
			bench_recorder_latency(&r, BENCH_SUBMIT, HDR_LATENCY_HIGHEST_NS);
			r.offered += 10;
			r.rejected += 9;
		}
		none = sum(&r, 0, r.count, BENCH_START_LATENCY);
		assert_int_equal(hdr_total(&none), 0);
		hdr_destroy(&none);
	}
	bench_recorder_finish(&r);
	assert_int_equal(r.count, 3);
	for (size_t i = 0; i < 3; i++) {
		struct hdr h = sum(&r, i, i + 1, BENCH_SOJOURN);
		int64_t value = ((int64_t)i + 1) * NS_PER_MS;

		assert_int_equal(hdr_total(&h), i + 1);
		assert_int_equal(r.intervals[i].series[BENCH_SOJOURN].total, i + 1);
		assert_true(hdr_min(&h) <= value && value <= hdr_max(&h));
		assert_int_equal(r.intervals[i].offered, 10 * (i + 1));
		assert_int_equal(r.intervals[i].rejected, 9 * (i + 1));
		hdr_destroy(&h);
		h = sum(&r, i, i + 1, BENCH_SUBMIT);
		assert_int_equal(hdr_total(&h), i + 1);
		assert_true(hdr_max(&h) >= HDR_LATENCY_HIGHEST_NS);
		hdr_destroy(&h);
	}
	bench_recorder_destroy(&r);
}

/* The window's end cuts nothing: tasks still complete, and belong to the last interval. */
static void test_after_the_window(void **state)
{
	struct bench_recorder r;
	struct hdr h;
	(void)state;

	open_recorder(&r, 0, 2 * NS_PER_S);
	bench_recorder_tick(&r, NS_PER_S);
	while (bench_recorder_busy(&r))
		bench_recorder_step(&r);
	bench_recorder_tick(&r, 50 * NS_PER_S);
	bench_recorder_latency(&r, BENCH_SOJOURN, 5);
	bench_recorder_finish(&r);
	assert_int_equal(r.count, 2);
	h = sum(&r, 1, 2, BENCH_SOJOURN);
	assert_int_equal(hdr_total(&h), 1);
	hdr_destroy(&h);
	bench_recorder_destroy(&r);
}

enum { THREADS = 3, VALUES = 100000 };

static void *record_many(void *arg)
{
	for (int64_t i = 0; i < VALUES; i++)
		bench_recorder_latency(arg, BENCH_SOJOURN, i * i % 50000017);
	return NULL;
}

/* While others record, cuts are made, also ones that find the one before under way. */
static void test_nothing_is_lost(void **state)
{
	pthread_t threads[THREADS];
	struct bench_recorder r;
	struct hdr got, want;
	(void)state;

	open_recorder(&r, 0, 50 * NS_PER_S);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, record_many, &r), 0);
	for (int64_t second = 1; second < 50; second++) {
		bench_recorder_tick(&r, second * NS_PER_S);
		for (int i = 0; i < second % 5 * 100 && bench_recorder_busy(&r); i++)
			bench_recorder_step(&r);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	bench_recorder_finish(&r);
	got = sum(&r, 0, r.count, BENCH_SOJOURN);
	want = sum(&r, 0, 0, BENCH_SOJOURN);
	for (int64_t i = 0; i < VALUES; i++)
		hdr_record_n(&want, i * i % 50000017, THREADS);
	assert_int_equal(hdr_total(&got), THREADS * VALUES);
	assert_memory_equal(got.counts, want.counts, (size_t)want.counts_len * sizeof(int64_t));
	hdr_destroy(&got);
	hdr_destroy(&want);
	bench_recorder_destroy(&r);
	bench_recorder_destroy(&r);
}

/* The worst that can be packed fits: every count in use, and large. */
static void test_full_spool(void **state)
{
	struct bench_recorder r;
	(void)state;

	open_recorder(&r, 0, NS_PER_S);
	for (int s = 0; s < BENCH_SERIES; s++)
		for (int32_t i = 0; i < r.histograms[s].counts_len; i++)
			r.histograms[s].counts[i] = INT64_MAX / r.histograms[s].counts_len;
	bench_recorder_finish(&r);
	assert_true(r.spool_used <= r.spool_size);
	for (int s = 0; s < BENCH_SERIES; s++) {
		struct hdr h = sum(&r, 0, 1, (enum bench_series)s);

		for (int32_t i = 0; i < h.counts_len; i++)
			assert_int_equal(h.counts[i], INT64_MAX / h.counts_len);
		hdr_destroy(&h);
	}
	bench_recorder_destroy(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bounds),           cmocka_unit_test(test_intervals),
	    cmocka_unit_test(test_after_the_window), cmocka_unit_test(test_nothing_is_lost),
	    cmocka_unit_test(test_full_spool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
