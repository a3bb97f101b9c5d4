/* SPDX-License-Identifier: GPL-3.0-or-later */
/* States that last a moment only in a pool that lives, made to stand still from inside. */
#include "pool/kinds/elastic.h"
#include "tests/unit/pool_help.h"

static struct pool *open_on_one_cpu(const char *kind, unsigned capacity)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	cpu_set_t cpus;
	int cpu = 0;

	assert_int_equal(sched_getaffinity(0, sizeof(cpus), &cpus), 0);
	while (!CPU_ISSET(cpu, &cpus))
		cpu++;
	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	options.capacity = options.prewarm = capacity;
	options.cpus = &cpus;
	return open_or_fail(kind, &options);
}

/* With one CPU one worker is called at a time, so the second of two tasks may bring no call of its
 * own. */
static void test_one_call_starts_all_that_is_queued(void **state)
{
	struct pool *pool = open_on_one_cpu("fixed", 4);
	struct pool_workers *workers = (struct pool_workers *)pool;
	atomic_bool hold = true;
	struct probe probes[3] = {PROBE(.hold = &hold), PROBE(.hold = &hold), PROBE(.hold = &hold)};

	(void)state;
	await(stats_of(pool).idle == 4);
	for (int i = 0; i < 2; i++) {
		pool_queued(pool);
		pool_fifo_put(&workers->queue, &probes[i].task);
	}
	submit_ok(pool, &probes[2]);
	await(probes[0].ran && probes[1].ran && probes[2].ran); /* at one time */
	assert_int_equal(stats_of(pool).idle, 1);
	atomic_store(&hold, false);
	pool_close(pool, POOL_DRAIN);
}

static void test_no_more_are_called_than_can_run(void **state)
{
	struct pool *pool = open_on_one_cpu("fixed", 4);
	struct pool_idle_stack *idle_stack = &((struct pool_workers *)pool)->idle_stack;
	bool called[3];

	(void)state;
	await(stats_of(pool).idle == 4);
	pool_count(&pool->idle, -2); /* as the waking thread does */
	called[0] = pool_idle_stack_wake(idle_stack, 1);
	called[1] = pool_idle_stack_wake(idle_stack, 0);
	called[2] = pool_idle_stack_wake(idle_stack, UINT32_MAX);
	assert_true(called[0]);
	assert_false(called[1]);
	assert_true(called[2]);
	await(stats_of(pool).idle == 4);
	assert_int_equal(
	    atomic_load(&idle_stack->word) >> POOL_IDLE_STACK_BITS & POOL_IDLE_STACK_MAX, 0);
	pool_close(pool, POOL_DRAIN);
}

/* Room, and a waiting submitter: a new one joins the queue, and serves it. */
static void test_no_submitter_overtakes_the_queue(void **state)
{
	struct pool *pool = open_on_one_cpu("elastic", 1);
	struct pool_elastic *elastic = (struct pool_elastic *)pool;
	atomic_int sequence = 0;
	struct probe first = PROBE(.sequence = &sequence), second = PROBE(.sequence = &sequence);
	struct pool_waiter waiter = {.task = &first.task};

	(void)state;
	assert_int_equal(pool_wait_queue_join(&elastic->wait_queue, &waiter, 0), POOL_OK);
	submit_ok(pool, &second);
	assert_int_equal(pool_wait_queue_wait(&elastic->wait_queue, &waiter, INT64_MAX),
			 POOL_WAITER_SERVED);
	await(stats_of(pool).completed == 2);
	assert_int_equal(first.order, 0);
	assert_int_equal(second.order, 1);
	pool_close(pool, POOL_DRAIN);
}

static void *close_and_tell(void *arg)
{
	atomic_bool *closed = ((void **)arg)[1];

	pool_close(((void **)arg)[0], POOL_DRAIN);
	atomic_store(closed, true);
	return NULL;
}

static void test_close_waits_for_who_is_inside(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool *pool = open_on_one_cpu(*kind, 2);
		atomic_bool closed = false;
		void *arg[] = {pool, &closed};
		struct pool_closable_count *submitters =
		    &pool_shard_here(&pool->shards)->submitters;
		pthread_t thread;

		assert_true(pool_closable_count_enter(submitters));
		pthread_create(&thread, NULL, close_and_tell, arg);
		for (int i = 0; i < 100; i++)
			pause_a_little();
		assert_false(closed);
		pool_closable_count_leave(submitters);
		pthread_join(thread, NULL);
		assert_true(closed);
	}
}

static void test_a_seat_keeps_a_call(void **state)
{
	struct pool_parker parker;

	(void)state;
	pool_parker_init(&parker);
	assert_false(pool_parker_park(&parker, 1000));
	pool_parker_unpark(&parker);
	assert_true(pool_parker_park(&parker, 0));
	assert_false(pool_parker_park(&parker, 1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_call_starts_all_that_is_queued),
	    cmocka_unit_test(test_no_more_are_called_than_can_run),
	    cmocka_unit_test(test_no_submitter_overtakes_the_queue),
	    cmocka_unit_test(test_close_waits_for_who_is_inside),
	    cmocka_unit_test(test_a_seat_keeps_a_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
