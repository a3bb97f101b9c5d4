/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many tasks a schedule makes due in a window, against the loop that a workload runs. */
#include "rig/record/due.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/own.h"

static struct due looped(const struct poolrig_schedule_header *schedule,
			 const struct poolrig_schedule_arrival *arrivals, int64_t warmup,
			 int64_t window)
{
	struct due due = {.last_ns = -1};

	for (uint64_t i = 0;; i++) {
		int64_t at = (int64_t)(i / schedule->count * schedule->period_ns +
				       arrivals[i % schedule->count].start_ns);

		if (at >= warmup + window)
			return due;
		due.tasks += at >= warmup;
		due.last_ns = at;
	}
}

static void as_many_as_a_loop_over_it_finds(void **state)
{
	static const struct poolrig_schedule_arrival arrivals[] = {
	    {0, 1}, {3, 1}, {3, 1}, {3, 1}, {9, 1}};
	static const struct poolrig_schedule_arrival late[] = {{19, 1}};
	const struct poolrig_schedule_header schedule = {.count = ARRAY_SIZE(arrivals),
							 .period_ns = 10};
	const struct poolrig_schedule_header sparse = {.count = 1, .period_ns = 20};

	(void)state;
	for (int64_t warmup = 0; warmup < 25; warmup++)
		for (int64_t window = 1; window < 45; window++) {
			struct due a = due_of(&schedule, arrivals, warmup, window);
			struct due b = looped(&schedule, arrivals, warmup, window);

			assert_int_equal(a.tasks, b.tasks);
			assert_int_equal(a.last_ns, b.last_ns);
			a = due_of(&sparse, late, warmup, window);
			b = looped(&sparse, late, warmup, window);
			assert_int_equal(a.tasks, b.tasks);
			assert_int_equal(a.last_ns, b.last_ns);
		}
}

static void read_from_a_memfd(void **state)
{
	const struct {
		struct poolrig_schedule_header header;
		struct poolrig_schedule_arrival arrivals[2];
	} file = {{POOLRIG_SCHEDULE_MAGIC, 2, 1000, 1}, {{0, 5}, {500, 5}}};
	cleanup_fd int fd = memfd_create("schedule", MFD_CLOEXEC);
	struct error err = ERROR_INIT;
	struct due due;

	(void)state;
	assert_int_equal(write(fd, &file, sizeof(file)), sizeof(file));
	assert_int_equal(due_read(&due, fd, 2000, 2001, &err), 0);
	assert_int_equal(due.tasks, 5);
	assert_int_equal(due.last_ns, 4000);
	assert_int_equal(due_read(&due, -1, 0, 1, &err), -1);
	assert_int_equal(err.kind, ERROR_HOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(as_many_as_a_loop_over_it_finds),
	    cmocka_unit_test(read_from_a_memfd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
