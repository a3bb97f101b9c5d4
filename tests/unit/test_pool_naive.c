/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind "naive": a waiting worker, or a new one, and nothing that limits it. */
#include "tests/unit/pool_help.h"

enum { MANY = 50 };

static void test_it_grows_whatever_capacity_says(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	atomic_bool hold = true;
	struct probe probes[MANY];
	struct pool *pool;

	(void)state;
	options.capacity = 2;
	pool = open_or_fail("naive", &options);
	assert_int_equal(stats_of(pool).workers, 0);
	for (int i = 0; i < MANY; i++) {
		probes[i] = (struct probe)PROBE(.hold = &hold);
		submit_ok(pool, &probes[i]);
		assert_int_equal(stats_of(pool).workers, i + 1);
	}
	for (int i = 0; i < MANY; i++)
		await(probes[i].ran); /* at one time */
	atomic_store(&hold, false);
	await(stats_of(pool).idle == MANY);
	assert_int_equal(stats_of(pool).workers_peak, MANY);
	pool_close(pool, POOL_DRAIN);
}

static void test_a_waiting_worker_is_used_again(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool = open_or_fail("naive", &options);
	pid_t worker = run_one(pool, 1);

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_int_equal(run_one(pool, 1), worker);
	assert_int_equal(stats_of(pool).workers_started, 1);
	pool_close(pool, POOL_DRAIN);
}

static void test_no_worker_ever_goes(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool;

	(void)state;
	options.prewarm = 3;
	options.idle_expiry_ns = 1;
	pool = open_or_fail("naive", &options);
	await(stats_of(pool).idle == 3);
	for (int i = 0; i < 50; i++)
		pause_a_little();
	assert_int_equal(stats_of(pool).workers_ended, 0);
	pool_close(pool, POOL_DRAIN);
}

static atomic_bool creation_fails;

static int create_or_fail(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *),
			  void *arg)
{
	return atomic_load(&creation_fails) ? EAGAIN : pthread_create(thread, attr, start, arg);
}

static void test_no_thread_is_a_refusal(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct probe probe = PROBE(0);
	struct pool_stats stats;
	struct pool *pool;
	int error = 0;

	(void)state;
	pool = pool_open_with("naive", &options, create_or_fail, &error);
	assert_non_null(pool);
	atomic_store(&creation_fails, true);
	assert_int_equal(pool_submit(pool, &probe.task), POOL_NO_THREAD);
	stats = stats_of(pool);
	assert_int_equal(stats.rejected, 1);
	assert_int_equal(stats.submitted, 0);
	assert_int_equal(stats.queued_peak, 0);
	assert_int_equal(stats.workers, 0);
	assert_int_equal(stats.workers_started, 0);
	assert_int_equal(stats.workers_peak, 0);
	atomic_store(&creation_fails, false);
	run_one(pool, 1);
	assert_int_equal(probe.ran, 0);
	assert_int_equal(stats_of(pool).submitted, 1);
	pool_close(pool, POOL_DRAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_it_grows_whatever_capacity_says),
	    cmocka_unit_test(test_a_waiting_worker_is_used_again),
	    cmocka_unit_test(test_no_worker_ever_goes),
	    cmocka_unit_test(test_no_thread_is_a_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
