/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind "fixed": a fixed number of workers, and a queue without bound. */
#include "pool/worker/idle_stack.h"
#include "tests/unit/pool_help.h"

static struct pool *open_fixed(unsigned capacity)
{
	struct pool_options options = POOL_OPTIONS_INIT;

	options.capacity = capacity;
	return open_or_fail("fixed", &options);
}

static void test_capacity_is_needed(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	int error = 0;

	(void)state;
	assert_null(pool_open("fixed", &options, &error));
	assert_int_equal(error, EINVAL);
	options.capacity = POOL_IDLE_STACK_MAX + 1;
	assert_null(pool_open("fixed", &options, &error));
	assert_int_equal(error, EAGAIN);
}

static void test_all_workers_are_there_from_the_start(void **state)
{
	struct pool *pool = open_fixed(3);
	atomic_bool hold = true;
	struct probe probes[3] = {PROBE(.hold = &hold), PROBE(.hold = &hold), PROBE(.hold = &hold)};

	(void)state;
	assert_int_equal(stats_of(pool).workers, 3);
	for (int i = 0; i < 3; i++)
		submit_ok(pool, &probes[i]);
	await(probes[0].ran && probes[1].ran && probes[2].ran); /* at one time */
	assert_int_equal(stats_of(pool).idle, 0);
	atomic_store(&hold, false);
	await(stats_of(pool).idle == 3);
	assert_int_equal(stats_of(pool).workers_started, 3);
	assert_int_equal(stats_of(pool).workers_ended, 0);
	pool_close(pool, POOL_DRAIN);
}

enum { MANY = 500 };

static void test_one_worker_runs_in_order(void **state)
{
	struct pool *pool = open_fixed(1);
	atomic_bool hold = true;
	atomic_int sequence = 0;
	static struct probe probes[MANY];
	struct probe first = PROBE(.hold = &hold);

	(void)state;
	submit_ok(pool, &first);
	await(first.ran);
	for (int i = 0; i < MANY; i++) {
		probes[i] = (struct probe)PROBE(.sequence = &sequence);
		submit_ok(pool, &probes[i]);
	}
	atomic_store(&hold, false);
	pool_close(pool, POOL_DRAIN);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(probes[i].order, i);
}

static void test_the_queue_is_counted(void **state)
{
	struct pool *pool = open_fixed(1);
	atomic_bool hold = true;
	struct probe first = PROBE(.hold = &hold);
	struct probe probes[5];

	(void)state;
	submit_ok(pool, &first);
	await(first.ran);
	assert_int_equal(stats_of(pool).queued, 0);
	for (int i = 0; i < 5; i++) {
		probes[i] = (struct probe)PROBE(0);
		submit_ok(pool, &probes[i]);
		assert_int_equal(stats_of(pool).queued, i + 1);
	}
	atomic_store(&hold, false);
	await(stats_of(pool).completed == 6);
	assert_int_equal(stats_of(pool).queued, 0);
	assert_int_equal(stats_of(pool).queued_peak, 5);
	pool_close(pool, POOL_DRAIN);
}

static void test_abandon_gives_up_the_queue(void **state)
{
	struct closer closer = {.pool = open_fixed(1), .mode = POOL_ABANDON};
	atomic_bool hold = true;
	struct probe first = PROBE(.hold = &hold);
	struct probe probes[5];

	(void)state;
	submit_ok(closer.pool, &first);
	await(first.ran);
	for (int i = 0; i < 5; i++) {
		probes[i] = (struct probe)PROBE(0);
		submit_ok(closer.pool, &probes[i]);
	}
	closer_start(&closer);
	atomic_store(&hold, false);
	assert_int_equal(closer_join(&closer).abandoned, 5);
	assert_int_equal(first.ran, 1);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(probes[i].ran, 0);
		assert_int_equal(probes[i].abandoned, 1);
	}
}

static void test_the_last_that_sat_down_is_called_first(void **state)
{
	struct pool *pool = open_fixed(4);
	pid_t worker;

	(void)state;
	await(stats_of(pool).idle == 4);
	worker = run_one(pool, 4);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(run_one(pool, 4), worker);
	}
	pool_close(pool, POOL_DRAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_capacity_is_needed),
	    cmocka_unit_test(test_all_workers_are_there_from_the_start),
	    cmocka_unit_test(test_one_worker_runs_in_order),
	    cmocka_unit_test(test_the_queue_is_counted),
	    cmocka_unit_test(test_abandon_gives_up_the_queue),
	    cmocka_unit_test(test_the_last_that_sat_down_is_called_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
