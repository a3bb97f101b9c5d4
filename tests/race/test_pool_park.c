/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A task, or the dismissal, that comes while a worker is sitting down must not be missed: where it
 * is, this test hangs. Delays of some hundred nanoseconds walk over that moment. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "pool/pool.h"

enum { TASKS = 100000, POOLS = 2000, DELAYS = 512 };

struct flag {
	struct pool_task task;
	atomic_bool up;
};

static void flag_run(struct pool_task *task)
{
	atomic_store(&((struct flag *)task)->up, true);
}

static void wait_for(struct flag *flag)
{
	for (unsigned spins = 0; !atomic_load(&flag->up); spins++)
		if (spins > 1000)
			sched_yield(); /* there may be one CPU only */
}

static void spin(int times)
{
	for (volatile int i = 0; i < times; i++)
		;
}

/* The first CPU or the last one that this test may use: where there are two, the worker and the
 * submitter each have one. */
static cpu_set_t one_cpu(bool last)
{
	static cpu_set_t own;
	cpu_set_t one;
	int found = -1;

	if (CPU_COUNT(&own) == 0)
		assert_int_equal(sched_getaffinity(0, sizeof(own), &own), 0);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &own) && (last || found < 0))
			found = cpu;
	CPU_ZERO(&one);
	CPU_SET(found, &one);
	return one;
}

static struct pool *open_one(const char *kind)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	cpu_set_t cpus = one_cpu(true);
	struct pool *pool;
	int error = 0;

	options.cpus = &cpus;
	options.capacity = options.prewarm = 1;
	pool = pool_open(kind, &options, &error);
	assert_non_null(pool);
	return pool;
}

static void test_a_task_while_sitting_down(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool *pool = open_one(*kind);

		for (int i = 0; i < TASKS; i++) {
			struct flag flag = {.task.run = flag_run};

			spin(i % DELAYS);
			assert_int_equal(pool_submit(pool, &flag.task), POOL_OK);
			wait_for(&flag);
		}
		pool_close(pool, POOL_DRAIN);
	}
}

static void test_the_dismissal_while_sitting_down(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		for (int i = 0; i < POOLS; i++) {
			struct pool *pool = open_one(*kind);
			struct flag flag = {.task.run = flag_run};

			assert_int_equal(pool_submit(pool, &flag.task), POOL_OK);
			wait_for(&flag);
			spin(i % DELAYS);
			pool_close(pool, POOL_DRAIN);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_task_while_sitting_down),
	    cmocka_unit_test(test_the_dismissal_while_sitting_down),
	};

	cpu_set_t cpus = one_cpu(false);

	sched_setaffinity(0, sizeof(cpus), &cpus);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
