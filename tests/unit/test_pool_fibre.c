/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind "fibre": tasks that wait cost no thread; admission, and the end of idle fibres.
 */
#include <semaphore.h>

#include "base/clock.h"
#include "pool/kinds/fibre_pool.h"
#include "tests/unit/pool_help.h"

static int own_threads; /* of the test without a pool */

#define MS INT64_C(1000000)

/* A pool of one core. */
static struct pool *open_one_core(struct pool_options options)
{
	cpu_set_t own, one;

	assert_int_equal(sched_getaffinity(0, sizeof(own), &own), 0);
	CPU_ZERO(&one);
	for (size_t cpu = 0; cpu < CPU_SETSIZE && !CPU_COUNT(&one); cpu++)
		if (CPU_ISSET(cpu, &own))
			CPU_SET(cpu, &one);
	options.cpus = &one;
	return open_or_fail("fibre", &options);
}

/* A task that waits, as tasks do, until it may end. */
struct waiting {
	struct pool_task task;
	atomic_bool *hold;
	atomic_int *begun;
	pid_t tid;
	int order;
	atomic_int ran;
};

static void waiting_run(struct pool_task *task)
{
	struct waiting *waiting = (struct waiting *)task;

	waiting->order = atomic_fetch_add(waiting->begun, 1);
	waiting->tid = gettid();
	while (atomic_load(waiting->hold))
		pool_wait_until(clock_now() + MS / 5);
	assert_int_equal(waiting->tid, gettid());
	atomic_fetch_add(&waiting->ran, 1);
}

enum { MANY = 300 };

static atomic_bool hold;
static atomic_int begun;
static struct waiting waitings[MANY];

static struct pool_task *fresh(int i)
{
	waitings[i] =
	    (struct waiting){.task.run = waiting_run, .hold = &hold, .begun = &begun, .order = -1};
	return &waitings[i].task;
}

static void submit_many(struct pool *pool, int count)
{
	for (int i = 0; i < count; i++)
		assert_int_equal(pool_submit(pool, fresh(i)), POOL_OK);
}

/* Tasks that make room for others. */
static uint64_t ended_in(struct pool *pool)
{
	return atomic_load(&((struct pool_fibre_pool *)pool)->ended);
}

static void hold_tasks(void)
{
	atomic_store(&hold, true);
	atomic_store(&begun, 0);
}

static void test_tasks_that_wait_share_a_thread(void **state)
{
	struct pool *pool = open_one_core((struct pool_options)POOL_OPTIONS_INIT);

	(void)state;
	hold_tasks();
	submit_many(pool, MANY);
	await(begun == MANY);
	assert_threads(own_threads + 1);
	assert_int_equal(stats_of(pool).workers, MANY);
	atomic_store(&hold, false);
	await(stats_of(pool).completed == MANY);
	assert_int_equal(stats_of(pool).workers_peak, MANY);
	await(stats_of(pool).idle == MANY);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(waitings[i].tid, waitings[0].tid);
		assert_int_equal(waitings[i].order, i);
	}
	pool_close(pool, POOL_DRAIN);
	assert_threads(own_threads);
}

static void test_full_and_nonblocking_refuses(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool;

	(void)state;
	hold_tasks();
	options.capacity = 5;
	options.nonblocking = true;
	pool = open_one_core(options);
	for (int round = 0; round < 3; round++) {
		atomic_store(&hold, true);
		submit_many(pool, 5);
		assert_int_equal(pool_submit(pool, fresh(5)), POOL_OVERLOAD);
		assert_int_equal(pool_submit_until(pool, fresh(5), INT64_MAX), POOL_OVERLOAD);
		await(begun == 5 * (round + 1));
		atomic_store(&hold, false);
		/* There is room again by then; that they are counted as completed or idle says
		 * so a little too soon, or of before. */
		await(ended_in(pool) == 5 * (uint64_t)(round + 1));
	}
	assert_int_equal(stats_of(pool).rejected, 6);
	assert_int_equal(stats_of(pool).completed, 15);
	assert_true(stats_of(pool).workers_peak <= 5);
	pool_close(pool, POOL_DRAIN);
}

static void test_so_many_submitters_may_wait(void **state)
{
	struct submitter submitters[3] = {
	    {.probe = PROBE(0)}, {.probe = PROBE(0)}, {.probe = PROBE(0)}};
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool;

	(void)state;
	hold_tasks();
	options.capacity = 2;
	options.max_waiters = 2;
	pool = open_one_core(options);
	submit_many(pool, 2);
	assert_int_equal(pool_submit_until(pool, fresh(2), 0), POOL_TIMEOUT);
	assert_int_equal(pool_submit_until(pool, fresh(2), clock_now() + MS), POOL_TIMEOUT);
	for (int i = 0; i < 2; i++) {
		submitters[i].pool = pool;
		submitter_start(&submitters[i]);
		await(stats_of(pool).waiters == (uint64_t)i + 1);
	}
	assert_int_equal(pool_submit(pool, fresh(2)), POOL_OVERLOAD);
	atomic_store(&hold, false);
	for (int i = 0; i < 2; i++)
		assert_int_equal(submitter_join(&submitters[i]), POOL_OK);
	assert_int_equal(stats_of(pool).waiters, 0);
	pool_close(pool, POOL_DRAIN);
	assert_int_equal(submitters[0].probe.ran + submitters[1].probe.ran, 2);
}

static void test_closing_sends_those_away_that_wait(void **state)
{
	struct submitter submitter = {.probe = PROBE(0)};
	struct closer closer = {.mode = POOL_DRAIN};
	struct pool_options options = POOL_OPTIONS_INIT;

	(void)state;
	hold_tasks();
	options.capacity = 1;
	closer.pool = submitter.pool = open_one_core(options);
	submit_many(closer.pool, 1);
	submitter_start(&submitter);
	await(stats_of(closer.pool).waiters == 1);
	closer_start(&closer);
	assert_int_equal(submitter_join(&submitter), POOL_CLOSED);
	atomic_store(&hold, false);
	closer_join(&closer);
	assert_int_equal(submitter.probe.ran, 0);
}

/* A task that submits more than there is room for to its own pool, on its only core. */
struct family {
	struct pool_task task;
	struct pool *pool;
	struct waiting *children;
	int count;
	atomic_int done;
};

static void family_run(struct pool_task *task)
{
	struct family *family = (struct family *)task;

	for (int i = 0; i < family->count; i++)
		assert_int_equal(pool_submit(family->pool, fresh(i)), POOL_OK);
	atomic_store(&family->done, 1);
}

static void test_a_fibre_waits_to_submit_and_its_core_goes_on(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct family family = {.task.run = family_run, .count = 50};

	(void)state;
	atomic_store(&hold, false);
	options.capacity = 2;
	family.pool = open_one_core(options);
	assert_int_equal(pool_submit(family.pool, &family.task), POOL_OK);
	await(stats_of(family.pool).completed == 51);
	assert_int_equal(family.done, 1);
	assert_true(stats_of(family.pool).workers_peak <= 2);
	pool_close(family.pool, POOL_DRAIN);
	for (int i = 0; i < 50; i++)
		assert_int_equal(waitings[i].ran, 1);
}

/* What is not begun is bounded, too, where fibres are not. */
static void test_the_queue_has_so_much_room(void **state)
{
	struct probe probe = PROBE(.hold = &hold); /* it holds the core */
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool;

	(void)state;
	hold_tasks();
	options.nonblocking = true;
	options.queue_capacity = 8;
	pool = open_one_core(options);
	submit_ok(pool, &probe);
	await(probe.ran);
	/* The first is reported as begun when the core has come round, which it has not. */
	for (int i = 0; i < 7; i++)
		assert_int_equal(pool_submit(pool, fresh(i)), POOL_OK);
	assert_int_equal(pool_submit(pool, fresh(8)), POOL_OVERLOAD);
	assert_int_equal(stats_of(pool).queued, 7);
	atomic_store(&hold, false);
	await(stats_of(pool).completed == 8);
	pool_close(pool, POOL_DRAIN);
}

/* -- blocking calls ---------------------------------------------------------------------------- */

struct blocker {
	struct pool_task task;
	sem_t *semaphore;
	pid_t core, helper;
	atomic_int done;
};

static void wait_for_semaphore(void *arg)
{
	struct blocker *blocker = arg;

	blocker->helper = gettid();
	while (sem_wait(blocker->semaphore) != 0)
		;
}

static void blocker_run(struct pool_task *task)
{
	struct blocker *blocker = (struct blocker *)task;

	blocker->core = gettid();
	pool_block(wait_for_semaphore, blocker);
	assert_int_equal(blocker->core, gettid());
	atomic_store(&blocker->done, 1);
}

struct poster {
	struct pool_task task;
	sem_t *semaphore;
};

static void poster_run(struct pool_task *task)
{
	sem_post(((struct poster *)task)->semaphore);
}

enum { BLOCKERS = 100 }; /* more than there are helpers */

/* They are let go by tasks that come after them, on the same core. */
static void test_a_blocking_call_stops_no_core(void **state)
{
	static struct blocker blockers[BLOCKERS];
	static struct poster posters[BLOCKERS];
	struct pool *pool = open_one_core((struct pool_options)POOL_OPTIONS_INIT);
	sem_t semaphore;

	(void)state;
	sem_init(&semaphore, 0, 0);
	for (int i = 0; i < BLOCKERS; i++) {
		blockers[i] = (struct blocker){.task.run = blocker_run, .semaphore = &semaphore};
		assert_int_equal(pool_submit(pool, &blockers[i].task), POOL_OK);
	}
	await(stats_of(pool).queued == 0);
	for (int i = 0; i < BLOCKERS; i++) {
		posters[i] = (struct poster){{.run = poster_run}, &semaphore};
		assert_int_equal(pool_submit(pool, &posters[i].task), POOL_OK);
	}
	pool_close(pool, POOL_DRAIN);
	for (int i = 0; i < BLOCKERS; i++) {
		assert_int_equal(blockers[i].done, 1);
		assert_int_not_equal(blockers[i].core, blockers[i].helper);
	}
	assert_threads(own_threads);
	sem_destroy(&semaphore);
}

/* -- failing ----------------------------------------------------------------------------------- */

static void fail_after_a_wait(struct pool_task *task)
{
	(void)task;
	pool_wait_until(clock_now() + MS / 20);
	pool_fail(7);
}

static atomic_int failures;

static void note_failure(void *arg, struct pool_task *task, int code)
{
	(void)arg;
	(void)task;
	assert_int_equal(code, 7);
	atomic_fetch_add(&failures, 1);
}

static void test_a_failure_does_not_take_the_fibre(void **state)
{
	static struct pool_task tasks[50];
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool;

	(void)state;
	atomic_store(&failures, 0);
	options.capacity = 2;
	options.failed = note_failure;
	pool = open_one_core(options);
	for (int i = 0; i < 50; i++) {
		tasks[i] = (struct pool_task){.run = fail_after_a_wait};
		assert_int_equal(pool_submit(pool, &tasks[i]), POOL_OK);
	}
	await(stats_of(pool).failed == 50);
	assert_int_equal(stats_of(pool).completed, 0);
	assert_true(stats_of(pool).workers_started <= 2);
	assert_int_equal(stats_of(pool).workers_ended, 0);
	assert_int_equal(failures, 50);
	pool_close(pool, POOL_DRAIN);
}

/* -- capacity and memory ----------------------------------------------------------------------- */

static void test_tuned_up_more_run(void **state)
{
	struct submitter submitter = {.probe = PROBE(0)};
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool;

	(void)state;
	hold_tasks();
	options.capacity = 3;
	pool = open_one_core(options);
	submit_many(pool, 3);
	submitter.pool = pool;
	submitter_start(&submitter);
	await(stats_of(pool).waiters == 1);
	assert_int_equal(pool_tune(pool, 4), 0);
	assert_int_equal(submitter_join(&submitter), POOL_OK);
	await(submitter.probe.ran);
	assert_int_equal(stats_of(pool).capacity, 4);
	atomic_store(&hold, false);
	await(stats_of(pool).completed == 4);
	pool_close(pool, POOL_DRAIN);
}

static void test_tuned_down_fewer_stay(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool;

	(void)state;
	hold_tasks();
	options.capacity = 10;
	options.nonblocking = true;
	pool = open_one_core(options);
	submit_many(pool, 10);
	await(begun == 10);
	assert_int_equal(pool_tune(pool, 2), 0);
	assert_int_equal(pool_submit(pool, fresh(10)), POOL_OVERLOAD);
	atomic_store(&hold, false);
	await(stats_of(pool).workers == 2 && stats_of(pool).idle == 2);
	assert_int_equal(stats_of(pool).completed, 10);
	atomic_store(&hold, true);
	submit_many(pool, 2);
	assert_int_equal(pool_submit(pool, fresh(2)), POOL_OVERLOAD);
	atomic_store(&hold, false);
	pool_close(pool, POOL_DRAIN);
}

static void test_idle_fibres_expire(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool;

	(void)state;
	options.idle_expiry_ns = 3 * MS;
	options.prewarm = 20;
	pool = open_one_core(options);
	await(stats_of(pool).workers == 0);
	assert_int_equal(stats_of(pool).workers_ended, 20);
	for (int round = 1; round <= 2; round++) {
		hold_tasks();
		submit_many(pool, 50);
		await(begun == 50);
		atomic_store(&hold, false);
		await(stats_of(pool).workers == 0);
		assert_int_equal(stats_of(pool).completed, 50 * round);
	}
	assert_int_equal(stats_of(pool).workers_started, stats_of(pool).workers_ended);
	pool_close(pool, POOL_DRAIN);
}

static void test_purged_fibres_are_gone(void **state)
{
	struct pool *pool = open_one_core((struct pool_options)POOL_OPTIONS_INIT);

	(void)state;
	hold_tasks();
	submit_many(pool, 50);
	await(begun == 50);
	atomic_store(&hold, false);
	await(stats_of(pool).idle == 50);
	assert_int_equal(pool_purge(pool), 0);
	await(stats_of(pool).workers == 0);
	hold_tasks();
	submit_many(pool, 10);
	await(begun == 10);
	assert_int_equal(stats_of(pool).workers, 10);
	assert_int_equal(pool_purge(pool), 0); /* not those that have a task */
	atomic_store(&hold, false);
	await(stats_of(pool).completed == 60);
	pool_close(pool, POOL_DRAIN);
}

static void test_stacks_may_be_large(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool;

	(void)state;
	hold_tasks();
	options.stack_bytes = 1 << 20;
	pool = open_one_core(options);
	submit_many(pool, 100);
	await(begun == 100);
	atomic_store(&hold, false);
	pool_close(pool, POOL_DRAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tasks_that_wait_share_a_thread),
	    cmocka_unit_test(test_full_and_nonblocking_refuses),
	    cmocka_unit_test(test_so_many_submitters_may_wait),
	    cmocka_unit_test(test_closing_sends_those_away_that_wait),
	    cmocka_unit_test(test_a_fibre_waits_to_submit_and_its_core_goes_on),
	    cmocka_unit_test(test_the_queue_has_so_much_room),
	    cmocka_unit_test(test_a_blocking_call_stops_no_core),
	    cmocka_unit_test(test_a_failure_does_not_take_the_fibre),
	    cmocka_unit_test(test_tuned_up_more_run),
	    cmocka_unit_test(test_tuned_down_fewer_stay),
	    cmocka_unit_test(test_idle_fibres_expire),
	    cmocka_unit_test(test_purged_fibres_are_gone),
	    cmocka_unit_test(test_stacks_may_be_large),
	};

	/* A sanitizer has a thread of its own, from the first pthread_create() on. */
	pool_close(open_one_core((struct pool_options)POOL_OPTIONS_INIT), POOL_DRAIN);
	for (int i = 0; i < 10; i++)
		pause_a_little();
	own_threads = count_threads();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
