/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tasks of others: lines of /proc/PID/stat with any name in them, and the difference of two walks.
 */
#include "rig/probe/foreign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/own.h"

/* Fields 3 to 21, then starttime (22), 23 to 38, processor (39), and what follows. */
#define REST                                                                                       \
	" S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 7777 23 24 25 26 27 28 29 30 31 32 33 "   \
	"34 "                                                                                      \
	"35 36 37 38 3 40 41 42\n"

static void name_is(const char *line, const char *comm)
{
	struct foreign_task task = {0};

	assert_true(foreign_parse_stat(line, &task));
	assert_int_equal(task.tid, 1234);
	assert_string_equal(task.comm, comm);
	assert_int_equal(task.started, 7777);
	assert_int_equal(task.cpu, 3);
}

static void names_may_hold_anything(void **state)
{
	(void)state;
	name_is("1234 (bash)" REST, "bash");
	name_is("1234 (a b c)" REST, "a b c");
	name_is("1234 (a) R 1 2 (b)" REST, "a) R 1 2 (b");
	name_is("1234 ()))((()" REST, ")))(((");
	name_is("1234 ()" REST, "");
	name_is("1234 (new\nline)" REST, "new\nline");
	name_is("1234 (kworker/u8:2-events_unbound)" REST, "kworker/u8:2-events");
}

static void what_is_no_such_line_is_refused(void **state)
{
	static const char *const wrong[] = {
	    "",
	    "1234",
	    "1234 (bash",
	    "1234 bash) S 1",
	    ")(",
	    "1234 (bash)",
	    "1234 (bash) S 1 2 3 4",
	    "1234 (bash) ",
	    "(bash)",
	    "1234 )bash( S",
	    /* all fields, and no task */
	    "0 (bash)" REST,
	    "-5 (bash)" REST,
	    "x (bash)" REST,
	};
	struct foreign_task task;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		if (foreign_parse_stat(wrong[i], &task))
			fail_msg("taken: \"%s\"", wrong[i]);
}

static struct foreign_task task(pid_t tid, uint64_t started, uint64_t ran_ms, int cpu)
{
	struct foreign_task t = {
	    .tid = tid, .started = started, .ran_ns = ran_ms * 1000000, .cpu = cpu};

	snprintf(t.comm, sizeof(t.comm), "task%d", tid);
	return t;
}

/* What two walks give, for work on CPU 1. */
static struct interference_line interference(struct foreign_task *before, size_t before_count,
					     struct foreign_task *after, size_t after_count)
{
	struct foreign_walk one = {.known = true, .tasks = before, .count = before_count};
	struct foreign_walk two = {.known = true, .tasks = after, .count = after_count};
	struct error err = ERROR_INIT;
	struct interference_line line;
	struct trial_record r;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(1, &cpus);
	trial_record_init(&r);
	assert_int_equal(foreign_interference("foreign_tasks", NULL, &one, &two, &cpus, &r, &err),
			 0);
	assert_int_equal(r.interference_count, 1);
	line = r.interference[0];
	trial_record_destroy(&r);
	assert_string_equal(line.name, "foreign_tasks");
	return line;
}

static void only_what_ran_there_counts(void **state)
{
	struct foreign_task before[] = {task(10, 1, 100, 0), task(20, 1, 100, 1),
					task(30, 1, 100, 1), task(40, 1, 100, 0)};
	struct foreign_task after[] = {task(10, 1, 900, 0), task(20, 1, 130, 1),
				       task(30, 1, 150, 0), task(40, 1, 107, 1)};
	struct interference_line line = interference(before, 4, after, 4);

	(void)state;
	/* 10 never was on CPU 1; 30 has left it and 40 has come: all that these ran counts */
	assert_true(line.value > 0.0869999 && line.value < 0.0870001);
	assert_string_equal(line.detail, "3 tasks at most: task30[30] 50.0 ms, task20[20] 30.0 ms, "
					 "task40[40] 7.0 ms");
}

static void a_share_of_the_cpus_time(void **state)
{
	struct foreign_task before[] = {task(20, 1, 100, 1)}, after[] = {task(20, 1, 600, 1)};
	struct foreign_walk one = {.known = true, .tasks = before, .count = 1, .at_ns = 5};
	struct foreign_walk two = {.known = true, .tasks = after, .count = 1, .at_ns = 2000000005};
	struct error err = ERROR_INIT;
	struct trial_record r;
	cpu_set_t cpus;

	(void)state;
	CPU_ZERO(&cpus);
	CPU_SET(1, &cpus);
	CPU_SET(4, &cpus);
	trial_record_init(&r);
	assert_int_equal(foreign_interference("f", "share", &one, &two, &cpus, &r, &err), 0);
	assert_int_equal(r.interference_count, 2);
	assert_string_equal(r.interference[1].name, "share");
	assert_true(r.interference[1].value == 0.125); /* 0.5 s of 2 s on 2 CPUs */
	two.known = false;
	assert_int_equal(foreign_interference("f", "share", &one, &two, &cpus, &r, &err), 0);
	assert_int_equal(r.interference_count, 4);
	assert_false(r.interference[3].known);
	two.known = true;
	two.at_ns = one.at_ns;
	assert_int_equal(foreign_interference("f", "share", &one, &two, &cpus, &r, &err), 0);
	assert_false(r.interference[5].known);
	trial_record_destroy(&r);
}

static void new_ones_and_reused_ids(void **state)
{
	struct foreign_task before[] = {task(10, 1, 5000, 1), task(20, 1, 70, 1)};
	/* 10 is another task than before; 30 is new; 20 has gone */
	struct foreign_task after[] = {task(10, 9, 3, 1), task(30, 9, 4, 1)};
	struct interference_line line = interference(before, 2, after, 2);

	(void)state;
	assert_true(line.value > 0.00699 && line.value < 0.00701);
}

static void one_that_went_back_leaves_the_sum_unknown(void **state)
{
	struct foreign_task before[] = {task(10, 1, 5, 1), task(20, 1, 9, 1), task(30, 1, 9, 0)};
	struct foreign_task after[] = {task(10, 1, 6, 1), task(20, 1, 8, 1), task(30, 1, 8, 0)};
	struct interference_line line = interference(before, 3, after, 3);

	(void)state;
	assert_false(line.known);
	assert_string_equal(line.detail, "the kernel's counter went back: of task20[20]");
	/* Only what ran there counts, or does not. */
	before[1] = after[1];
	line = interference(before, 3, after, 3);
	assert_true(line.known && line.value > 0.00099 && line.value < 0.00101);
}

static void idle_ones_are_not_named(void **state)
{
	struct foreign_task before[] = {task(10, 1, 5, 1)}, after[] = {task(10, 1, 5, 1)};
	struct interference_line line = interference(before, 1, after, 1);

	(void)state;
	assert_true(line.known && line.value == 0);
	assert_null(strstr(line.detail, "task10"));
	line = interference(NULL, 0, NULL, 0);
	assert_true(line.value == 0);
}

static void many_are_cut_to_the_largest(void **state)
{
	struct foreign_task after[1000];
	struct interference_line line;

	(void)state;
	for (int i = 0; i < 1000; i++)
		after[i] = task(i + 1, 1, (uint64_t)i, 1);
	line = interference(NULL, 0, after, 1000);
	assert_true(line.value > 499.499 && line.value < 499.501);
	assert_string_equal(line.detail,
			    "999 tasks at most: task1000[1000] 999.0 ms, task999[999] 998.0 ms, "
			    "task998[998] 997.0 ms, task997[997] 996.0 ms");
}

static void a_walk_that_failed_is_unknown(void **state)
{
	struct foreign_walk none = {0}, some = {.known = true};
	struct error err = ERROR_INIT;
	struct trial_record r;
	cpu_set_t cpus;

	(void)state;
	CPU_ZERO(&cpus);
	trial_record_init(&r);
	assert_int_equal(foreign_interference("foreign_tasks", NULL, &none, &some, &cpus, &r, &err),
			 0);
	assert_false(r.interference[0].known);
	assert_true(r.interference[0].detail[0]);
	trial_record_destroy(&r);
}

static const struct foreign_task *find(const struct foreign_walk *w, pid_t tid)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->tasks[i].tid == tid)
			return &w->tasks[i];
	return NULL;
}

/* On the real /proc: this process is found, and left out where it is one of the own. */
static void a_real_walk(void **state)
{
	struct error err = ERROR_INIT;
	struct foreign_walk w;
	pid_t own[] = {getpid()};

	(void)state;
	assert_int_equal(foreign_walk(&w, NULL, 0, &err), 0);
	assert_true(w.known);
	assert_non_null(find(&w, getpid()));
	assert_true(find(&w, getpid())->started > 0);
	for (size_t i = 1; i < w.count; i++)
		assert_true(w.tasks[i - 1].tid < w.tasks[i].tid);
	foreign_walk_destroy(&w);
	assert_int_equal(foreign_walk(&w, own, 1, &err), 0);
	assert_null(find(&w, getpid()));
	foreign_walk_destroy(&w);
	foreign_walk_destroy(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_may_hold_anything),
	    cmocka_unit_test(what_is_no_such_line_is_refused),
	    cmocka_unit_test(only_what_ran_there_counts),
	    cmocka_unit_test(a_share_of_the_cpus_time),
	    cmocka_unit_test(new_ones_and_reused_ids),
	    cmocka_unit_test(one_that_went_back_leaves_the_sum_unknown),
	    cmocka_unit_test(idle_ones_are_not_named),
	    cmocka_unit_test(many_are_cut_to_the_largest),
	    cmocka_unit_test(a_walk_that_failed_is_unknown),
	    cmocka_unit_test(a_real_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
