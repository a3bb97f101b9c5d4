/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From records to one number a name: sums, peaks, and what is not known. */
#include "rig/record/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A warm-up of 10 and a window of 100, so from 10 to 110. */
static struct tally fresh(void)
{
	struct tally t;

	tally_init(&t, 10);
	return t;
}

static int add(struct tally *t, const char *kind, const char *name, int64_t from, int64_t to,
	       double value)
{
	struct workload_record record = {
	    .from_ns = from, .to_ns = to, .known = true, .value = value};
	struct error err = ERROR_INIT;

	snprintf(record.kind, sizeof(record.kind), "%s", kind);
	snprintf(record.name, sizeof(record.name), "%s", name);
	return tally_add(t, &record, &err);
}

static void add_unknown(struct tally *t, const char *kind, const char *name, int64_t from,
			int64_t to, const char *reason)
{
	struct workload_record record = {.from_ns = from, .to_ns = to};
	struct error err = ERROR_INIT;

	snprintf(record.name, sizeof(record.name), "%s", name);
	snprintf(record.kind, sizeof(record.kind), "%s", kind);
	snprintf(record.reason, sizeof(record.reason), "%s", reason);
	assert_int_equal(tally_add(t, &record, &err), 0);
}

static void is_of(const struct tally *t, const char *name, double value)
{
	const struct tally_row *row = tally_find(t, name);

	assert_non_null(row);
	assert_true(row->known);
	assert_true(row->value == value);
}

static void is(const struct tally *t, double value)
{
	is_of(t, "n", value);
}

static void unknown(const struct tally *t, const char *reason)
{
	const struct tally_row *row = tally_find(t, "n");

	assert_non_null(row);
	assert_false(row->known);
	assert_string_equal(row->reason, reason);
}

static void parts_are_added_up(void **state)
{
	struct tally t = fresh();

	(void)state;
	assert_null(tally_find(&t, "n"));
	add(&t, "counter", "n", 10, 60, 5);
	is(&t, 5);
	add(&t, "counter", "n", 60, 110, 7);
	add(&t, "counter", "other", 60, 110, 100);
	is(&t, 12);
}

static void of_gauges_the_last_counts(void **state)
{
	struct tally t = fresh();

	(void)state;
	add(&t, "gauge", "n", 10, 60, 9);
	is(&t, 9);
	add(&t, "gauge", "n", 60, 110, -7);
	is(&t, -7);
	add(&t, "gauge", "n", 20, 70, 8); /* sent late, but of an earlier time */
	is(&t, -7);
	add_unknown(&t, "gauge", "n", 10, 20, "lost");
	is(&t, -7);
	add_unknown(&t, "gauge", "n", 60, 110, "lost");
	unknown(&t, "lost");
	add(&t, "gauge", "n", 70, 120, 3);
	is(&t, 3);
}

static void of_peaks_the_highest_counts(void **state)
{
	struct tally t = fresh();

	(void)state;
	add(&t, "gauge", "workers_peak", 10, 60, -5);
	is_of(&t, "workers_peak", -5);
	add(&t, "gauge", "workers_peak", 60, 110, 7);
	add(&t, "gauge", "workers_peak", 10, 110, 3);
	is_of(&t, "workers_peak", 7);
	add_unknown(&t, "gauge", "workers_peak", 10, 20, "lost"); /* it may have been higher then */
	assert_null(tally_known(&t, "workers_peak"));
	add(&t, "gauge", "workers_peak", 60, 110, 9);
	assert_null(tally_known(&t, "workers_peak"));
	add(&t, "counter", "peaks", 10, 60, 2); /* a counter is a counter */
	add(&t, "counter", "peaks", 60, 110, 1);
	is_of(&t, "peaks", 3);
}

static void the_warm_up_does_not_count(void **state)
{
	struct tally t = fresh();

	(void)state;
	add(&t, "counter", "n", 0, 10, 1000);
	unknown(&t, "the workload sent none in the window of measurement");
	add(&t, "counter", "n", 10, 60, 5);
	is(&t, 5);
	add(&t, "counter", "n", 0, 18, 1000); /* its middle is before the window */
	add(&t, "gauge", "workers_peak", 0, 10, 1000);
	add(&t, "gauge", "workers_peak", 10, 60, 4);
	is_of(&t, "workers_peak", 4);
	is(&t, 5);
}

static void times_are_in_seconds(void **state)
{
	struct workload_record record = {.from_ns = 10, .to_ns = 110, .known = true, .value = 250};
	struct tally t = fresh();
	struct error err = ERROR_INIT;

	(void)state;
	snprintf(record.name, sizeof(record.name), "stalled");
	snprintf(record.kind, sizeof(record.kind), "counter");
	snprintf(record.unit, sizeof(record.unit), "ms");
	assert_int_equal(tally_add(&t, &record, &err), 0);
	is_of(&t, "stalled", 0.25);
	assert_string_equal(tally_find(&t, "stalled")->metric, "stalled_seconds");
	add(&t, "counter", "n", 10, 110, 3);
	assert_string_equal(tally_find(&t, "n")->metric, "n");
}

static void an_unknown_part_makes_the_sum_unknown(void **state)
{
	struct tally t = fresh();

	(void)state;
	add(&t, "counter", "n", 10, 60, 5);
	add_unknown(&t, "counter", "n", 60, 110, "the counter overflowed");
	unknown(&t, "the counter overflowed");
	add(&t, "counter", "n", 60, 70, 5);
	unknown(&t, "the counter overflowed");
	t = fresh();
	add_unknown(&t, "counter", "n", 10, 110, "not counted");
	unknown(&t, "not counted");
	add(&t, "counter", "n", 10, 60, 5);
	unknown(&t, "not counted");
}

static void histograms_are_passed_over(void **state)
{
	struct tally t = fresh();

	(void)state;
	assert_int_equal(add(&t, "histogram", "n", 10, 110, 5), 0);
	assert_null(tally_find(&t, "n"));
	assert_int_equal(t.count, 0);
}

static void there_is_room_for_so_many_names(void **state)
{
	struct tally t = fresh();
	char name[16];

	(void)state;
	for (int i = 0; i < TALLY_ROWS_MAX; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		assert_int_equal(add(&t, "counter", name, 10, 60, 1), 0);
	}
	assert_int_equal(add(&t, "counter", "one-more", 10, 60, 1), -1);
	assert_int_equal(add(&t, "counter", "n0", 60, 110, 1), 0);
	assert_true(tally_find(&t, "n0")->value == 2);
	assert_int_equal(add(&t, "histogram", "one-more", 10, 60, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parts_are_added_up),
	    cmocka_unit_test(of_gauges_the_last_counts),
	    cmocka_unit_test(of_peaks_the_highest_counts),
	    cmocka_unit_test(the_warm_up_does_not_count),
	    cmocka_unit_test(times_are_in_seconds),
	    cmocka_unit_test(an_unknown_part_makes_the_sum_unknown),
	    cmocka_unit_test(histograms_are_passed_over),
	    cmocka_unit_test(there_is_room_for_so_many_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
