/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several threads submit to a small pool with tasks that wait before it: each task runs or is
 * dropped, exactly once, and none is left waiting for a thread that does not come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "pool/policy/overload.h"

enum { SUBMITTERS = 3, TASKS = 5000, WORKERS = 2, WAITING = 8 };

struct job {
	struct pool_task task;
	struct pool_overload *overload;
	atomic_int ran, dropped;
};

static struct job jobs[SUBMITTERS][TASKS];
static atomic_int ended;

static void job_run(struct pool_task *task)
{
	while (task) {
		struct job *job = (struct job *)task;

		atomic_fetch_add(&job->ran, 1);
		atomic_fetch_add(&ended, 1);
		task = pool_overload_next(job->overload);
	}
}

static void job_dropped(struct pool_task *task)
{
	atomic_fetch_add(&((struct job *)task)->dropped, 1);
	atomic_fetch_add(&ended, 1);
}

struct submitter {
	struct pool_overload *overload;
	struct job *jobs;
	pthread_t thread;
};

static void *submitter_main(void *arg)
{
	struct submitter *submitter = arg;
	enum pool_status status;

	for (int i = 0; i < TASKS; i++) {
		submitter->jobs[i].task.run = job_run;
		submitter->jobs[i].overload = submitter->overload;
		pool_overload_submit(submitter->overload, &submitter->jobs[i].task, &status);
		if (i % 64 == 0)
			sched_yield();
	}
	return NULL;
}

static void test_each_once(void **state)
{
	struct pool_overload_options overload_options = {.waiting = WAITING,
							 .dropped = job_dropped};
	struct pool_options options = POOL_OPTIONS_INIT;
	struct submitter submitters[SUBMITTERS];
	struct pool_overload_stats stats;
	struct pool_overload overload;
	struct pool *pool;
	uint64_t dropped = 0;
	int error = 0;
	(void)state;

	options.capacity = WORKERS;
	options.nonblocking = true;
	pool = pool_open("elastic", &options, &error);
	assert_non_null(pool);
	assert_int_equal(pool_overload_init(&overload, "drop_oldest", pool, &overload_options), 0);
	for (int i = 0; i < SUBMITTERS; i++) {
		submitters[i] = (struct submitter){.overload = &overload, .jobs = jobs[i]};
		pthread_create(&submitters[i].thread, NULL, submitter_main, &submitters[i]);
	}
	for (int i = 0; i < SUBMITTERS; i++)
		pthread_join(submitters[i].thread, NULL);
	/* Nobody submits any more, and all the same none is left: else this hangs. */
	while (atomic_load(&ended) < SUBMITTERS * TASKS)
		sched_yield();
	pool_close(pool, POOL_DRAIN);
	assert_int_equal(pool_overload_empty(&overload), 0);
	for (int s = 0; s < SUBMITTERS; s++)
		for (int i = 0; i < TASKS; i++) {
			assert_int_equal(jobs[s][i].ran + jobs[s][i].dropped, 1);
			dropped += (uint64_t)jobs[s][i].dropped;
		}
	pool_overload_stats(&overload, &stats);
	assert_int_equal(stats.dropped, dropped);
	assert_int_equal(stats.waiting, 0);
	pool_overload_destroy(&overload);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_once)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
