/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which numbers are the workload's word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"
#include "rig/result/result.h"

static void put(struct trial_record *r, const char *name, double value)
{
	struct error err = ERROR_INIT;

	assert_int_equal(trial_metric(r, name, value, &err), 0);
}

static void words(const struct trial_record *r, bool schedule, bool tasks, bool others)
{
	assert_int_equal(result_is_word(r, "offered"), schedule);
	assert_int_equal(result_is_word(r, "generator_lateness_seconds.p999"), schedule);
	assert_int_equal(result_is_word(r, "completed"), tasks);
	assert_int_equal(result_is_word(r, "throughput_tasks_per_second"), tasks);
	assert_int_equal(result_is_word(r, "sojourn_seconds.p99"), tasks);
	assert_int_equal(result_is_word(r, "allocator_calls_per_task"), others);
	assert_int_equal(result_is_word(r, "workers_peak"), others);
	assert_int_equal(result_is_word(r, "queue_wait_seconds.max"), others);
	assert_int_equal(result_is_word(r, "completed_total"), others);
	/* the rig's own, always */
	assert_false(result_is_word(r, "scheduled"));
	assert_false(result_is_word(r, "cpu_work_seconds"));
	assert_false(result_is_word(r, "psi.cpu.some_seconds"));
	assert_false(result_is_word(r, "neighbour.noisy.cpu_seconds"));
}

static void what_was_held_against_nothing(void **state)
{
	struct error err = ERROR_INIT;
	struct trial_record r;

	(void)state;
	trial_record_init(&r);
	put(&r, "completed", 390);
	words(&r, false, false, false); /* stored before anything was checked */
	put(&r, "scheduled", 400);
	words(&r, false, true, true); /* where the others are is not known */
	put(&r, "rejected", 10);
	words(&r, false, false, true);
	trial_record_destroy(&r);
	trial_record_init(&r);
	assert_int_equal(trial_metric_unknown(&r, "scheduled", &err, "closed"), 0);
	put(&r, "completed", 390);
	put(&r, "offered", 390);
	words(&r, true, true, true);
	trial_record_destroy(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_held_against_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
