/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of metrics holds together, and names without a row are understood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rig/metric/metric.h"

static void each_name_and_label_is_there_once(void **state)
{
	size_t count;
	const struct metric_row *rows = metric_rows(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(metric_find(rows[i].name), &rows[i]);
		if (rows[i].label)
			assert_ptr_equal(metric_by_label(rows[i].label), &rows[i]);
		assert_non_null(rows[i].group);
	}
}

/* The table of docs/ and the labels of tables come from the rows. */
static void each_row_can_be_shown_and_documented(void **state)
{
	size_t count;
	const struct metric_row *rows = metric_rows(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const struct metric_row *r = &rows[i];

		if (r->shown != METRIC_LISTED || r->column)
			assert_non_null(r->label);
		if (!r->help)
			assert_int_equal(r->reduction, METRIC_MERGED);
		if (r->source == METRIC_USAGE)
			assert_int_not_equal(r->usage[0], 0);
		/* The name says the unit, for those who have no table. */
		if (r->kind == UNITS_SECONDS)
			assert_non_null(strstr(r->name, "_seconds"));
		if (r->kind == UNITS_BYTES)
			assert_non_null(strstr(r->name, "bytes"));
	}
}

static void rows_of_a_group_stand_together(void **state)
{
	size_t count;
	const struct metric_row *rows = metric_rows(&count);

	(void)state;
	for (size_t i = 1; i < count; i++)
		for (size_t k = 0; k + 1 < i && strcmp(rows[i].group, rows[i - 1].group) != 0; k++)
			assert_string_not_equal(rows[k].group, rows[i].group);
}

static void kinds_come_from_the_row_or_the_name(void **state)
{
	static const struct {
		const char *name;
		enum units_kind kind;
	} cases[] = {
	    {"start_latency_seconds.p99", UNITS_SECONDS},
	    {"start_latency_seconds.count", UNITS_COUNT},
	    {"queue_wait_seconds", UNITS_SECONDS},
	    {"queue_wait_seconds.p50", UNITS_SECONDS},
	    {"queue_wait_seconds.count", UNITS_COUNT},
	    {"psi.cpu.some_seconds", UNITS_SECONDS},
	    {"peak_rss_bytes", UNITS_BYTES},
	    {"cache_bytes", UNITS_BYTES},
	    {"allocator_bytes_per_task", UNITS_BYTES},
	    {"stalls_per_task", UNITS_RATIO},
	    {"hit_ratio", UNITS_RATIO},
	    {"throughput_tasks_per_second", UNITS_RATE},
	    {"completed", UNITS_COUNT},
	    {"memory_events.oom_kill", UNITS_COUNT},
	    {"goroutines", UNITS_COUNT},
	    {"seconds", UNITS_SECONDS},
	    {"bytes", UNITS_BYTES},
	    {"count", UNITS_COUNT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(metric_kind_of(cases[i].name), cases[i].kind);
}

static void directions_are_of_rows_and_their_parts(void **state)
{
	(void)state;
	assert_int_equal(metric_better("start_latency_seconds.p90"), METRIC_LOWER);
	assert_int_equal(metric_better("start_latency_seconds.count"), METRIC_NEUTRAL);
	assert_int_equal(metric_better("throughput_tasks_per_second"), METRIC_HIGHER);
	assert_int_equal(metric_better("offered"), METRIC_NEUTRAL);
	assert_int_equal(metric_better("goroutines"), METRIC_NEUTRAL);
}

static void labels_name_the_part(void **state)
{
	char buf[80];

	(void)state;
	assert_string_equal(metric_label("start_latency_seconds.p99", buf, sizeof(buf)),
			    "start latency P99");
	assert_string_equal(metric_label("sojourn_seconds.p999", buf, sizeof(buf)),
			    "sojourn time P99.9");
	assert_string_equal(metric_label("gc_pause_seconds.max", buf, sizeof(buf)), "max GC pause");
	assert_string_equal(metric_label("peak_rss_bytes", buf, sizeof(buf)), "peak RSS");
	assert_string_equal(metric_label("queue_wait_seconds.p50", buf, sizeof(buf)),
			    "queue_wait_seconds.p50");
}

static void a_counter_of_time_is_in_seconds(void **state)
{
	(void)state;
	assert_true(metric_scale(metric_find("cpu_seconds")) == 1e-9);
	assert_true(metric_scale(metric_find("pids_peak")) == 1);
	assert_null(metric_find("cpu_seconds.p50"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_name_and_label_is_there_once),
	    cmocka_unit_test(each_row_can_be_shown_and_documented),
	    cmocka_unit_test(rows_of_a_group_stand_together),
	    cmocka_unit_test(kinds_come_from_the_row_or_the_name),
	    cmocka_unit_test(directions_are_of_rows_and_their_parts),
	    cmocka_unit_test(labels_name_the_part),
	    cmocka_unit_test(a_counter_of_time_is_in_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
