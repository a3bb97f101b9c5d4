/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind "elastic": workers are started and ended on demand, submitters are refused or wait in
 * order. */
#include "tests/unit/pool_help.h"

#define MS INT64_C(1000000)

static void test_it_refuses_when_full(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	atomic_bool hold = true;
	struct probe held[2] = {PROBE(.hold = &hold), PROBE(.hold = &hold)};
	struct probe refused = PROBE(0);
	struct pool *pool;

	(void)state;
	options.capacity = 2;
	options.nonblocking = true;
	pool = open_or_fail("elastic", &options);
	assert_int_equal(stats_of(pool).workers, 0);
	submit_ok(pool, &held[0]);
	assert_int_equal(stats_of(pool).workers, 1);
	submit_ok(pool, &held[1]);
	assert_int_equal(stats_of(pool).workers, 2);
	assert_int_equal(pool_submit(pool, &refused.task), POOL_OVERLOAD);
	assert_int_equal(stats_of(pool).rejected, 1);
	assert_int_equal(stats_of(pool).submitted, 2);
	atomic_store(&hold, false);
	await(stats_of(pool).completed == 2);
	run_one(pool, 2);
	assert_int_equal(refused.ran, 0);
	assert_int_equal(stats_of(pool).workers_started, 2);
	pool_close(pool, POOL_DRAIN);
}

static void test_capacity_0_is_no_limit(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	atomic_bool hold = true;
	struct probe probes[50];
	struct pool *pool;

	(void)state;
	options.nonblocking = true;
	options.prewarm = 3;
	pool = open_or_fail("elastic", &options);
	assert_int_equal(stats_of(pool).workers, 3);
	for (int i = 0; i < 50; i++) {
		probes[i] = (struct probe)PROBE(.hold = &hold);
		submit_ok(pool, &probes[i]);
	}
	for (int i = 0; i < 50; i++)
		await(probes[i].ran);
	assert_int_equal(stats_of(pool).workers, 50);
	atomic_store(&hold, false);
	pool_close(pool, POOL_DRAIN);
}

static void test_prewarm_is_at_most_capacity(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool;

	(void)state;
	options.capacity = 3;
	options.prewarm = 10;
	pool = open_or_fail("elastic", &options);
	assert_int_equal(stats_of(pool).workers_started, 3);
	pool_close(pool, POOL_DRAIN);
}

static void test_the_last_idle_is_used_first(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool;
	pid_t worker;

	(void)state;
	options.capacity = options.prewarm = 4;
	pool = open_or_fail("elastic", &options);
	await(stats_of(pool).idle == 4);
	worker = run_one(pool, 4);
	for (int i = 0; i < 20; i++)
		assert_int_equal(run_one(pool, 4), worker);
	pool_close(pool, POOL_DRAIN);
}

/* A pool of one worker, which is held. */
struct full_pool {
	struct pool *pool;
	atomic_bool hold;
	struct probe held;
};

static void full_open(struct full_pool *full, unsigned max_waiters)
{
	struct pool_options options = POOL_OPTIONS_INIT;

	options.capacity = 1;
	options.max_waiters = max_waiters;
	atomic_store(&full->hold, true);
	full->held = (struct probe)PROBE(.hold = &full->hold);
	full->pool = open_or_fail("elastic", &options);
	submit_ok(full->pool, &full->held);
	await(full->held.ran);
}

static void submitters_start(struct submitter *submitters, int count, struct pool *pool,
			     atomic_int *sequence)
{
	for (int i = 0; i < count; i++) {
		submitters[i].pool = pool;
		submitters[i].probe = (struct probe)PROBE(.sequence = sequence);
		submitter_start(&submitters[i]);
		await(stats_of(pool).waiters == (uint64_t)i + 1);
	}
}

static void test_submitters_are_served_in_order(void **state)
{
	struct submitter submitters[5];
	atomic_int sequence = 0;
	struct full_pool full;

	(void)state;
	full_open(&full, 0);
	submitters_start(submitters, 5, full.pool, &sequence);
	assert_int_equal(stats_of(full.pool).submitted, 1);
	assert_int_equal(stats_of(full.pool).queued, 0);
	atomic_store(&full.hold, false);
	for (int i = 0; i < 5; i++)
		assert_int_equal(submitter_join(&submitters[i]), POOL_OK);
	await(stats_of(full.pool).completed == 6);
	for (int i = 0; i < 5; i++)
		assert_int_equal(submitters[i].probe.order, i);
	assert_int_equal(stats_of(full.pool).waiters, 0);
	assert_int_equal(stats_of(full.pool).workers_started, 1);
	pool_close(full.pool, POOL_DRAIN);
}

static void test_waiters_have_a_bound(void **state)
{
	struct submitter submitters[2];
	struct probe refused = PROBE(0);
	struct full_pool full;

	(void)state;
	full_open(&full, 2);
	submitters_start(submitters, 2, full.pool, NULL);
	assert_int_equal(pool_submit(full.pool, &refused.task), POOL_OVERLOAD);
	assert_int_equal(stats_of(full.pool).rejected, 1);
	assert_int_equal(stats_of(full.pool).waiters, 2);
	atomic_store(&full.hold, false);
	for (int i = 0; i < 2; i++)
		assert_int_equal(submitter_join(&submitters[i]), POOL_OK);
	pool_close(full.pool, POOL_DRAIN);
	assert_int_equal(submitters[0].probe.ran + submitters[1].probe.ran, 2);
	assert_int_equal(refused.ran, 0);
}

static void test_close_turns_waiters_away(void **state)
{
	struct closer closer = {.mode = POOL_DRAIN};
	struct submitter submitters[3];
	struct full_pool full;

	(void)state;
	full_open(&full, 0);
	submitters_start(submitters, 3, full.pool, NULL);
	closer.pool = full.pool;
	closer_start(&closer);
	for (int i = 0; i < 3; i++)
		assert_int_equal(submitter_join(&submitters[i]), POOL_CLOSED);
	assert_int_equal(stats_of(full.pool).rejected, 3);
	atomic_store(&full.hold, false);
	assert_int_equal(closer_join(&closer).abandoned, 0);
	assert_int_equal(full.held.ran, 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(submitters[i].probe.ran + submitters[i].probe.abandoned, 0);
}

static void test_idle_workers_expire(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool;

	(void)state;
	options.capacity = options.prewarm = 5;
	options.idle_expiry_ns = 1 * MS;
	pool = open_or_fail("elastic", &options);
	await(stats_of(pool).workers == 0); /* the prewarmed ones, too */
	assert_true(stats_of(pool).workers_ended > 0);
	assert_int_equal(stats_of(pool).workers_ended, stats_of(pool).workers_started);
	assert_int_equal(stats_of(pool).idle, 0);

	/* They come again, in the same places. */
	for (int round = 0; round < 10; round++) {
		struct probe probe = PROBE(0);

		submit_ok(pool, &probe);
		await(probe.ran && stats_of(pool).workers == 0);
	}
	assert_true(stats_of(pool).workers_peak <= 5);
	pool_close(pool, POOL_DRAIN);
}

static void test_busy_workers_do_not_expire(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	atomic_bool hold = true;
	struct probe held[2] = {PROBE(.hold = &hold), PROBE(.hold = &hold)};
	struct pool *pool;

	(void)state;
	options.capacity = 4;
	options.prewarm = 4;
	options.idle_expiry_ns = 20 * MS;
	pool = open_or_fail("elastic", &options);
	submit_ok(pool, &held[0]);
	submit_ok(pool, &held[1]);
	await(held[0].ran && held[1].ran);
	await(stats_of(pool).workers == 2);
	assert_int_equal(stats_of(pool).idle, 0);
	atomic_store(&hold, false);
	await(stats_of(pool).workers == 0);
	assert_int_equal(stats_of(pool).completed, 2);
	pool_close(pool, POOL_DRAIN);
}

static void test_workers_that_are_not_needed_expire_under_load(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	uint64_t tasks = 0;
	struct pool *pool;

	(void)state;
	options.capacity = options.prewarm = 4;
	options.idle_expiry_ns = 5 * MS;
	pool = open_or_fail("elastic", &options);
	while (stats_of(pool).workers > 1) {
		struct probe probe = PROBE(0);

		submit_ok(pool, &probe);
		tasks++;
		await(stats_of(pool).completed == tasks);
	}
	assert_true(stats_of(pool).workers_ended > 0);
	pool_close(pool, POOL_DRAIN);
}

static void test_without_expiry_workers_stay(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool;

	(void)state;
	options.capacity = options.prewarm = 3;
	pool = open_or_fail("elastic", &options);
	await(stats_of(pool).idle == 3);
	for (int i = 0; i < 50; i++)
		pause_a_little();
	assert_int_equal(stats_of(pool).workers, 3);
	pool_close(pool, POOL_DRAIN);
}

/* pthread_create() that waits while it is held, and fails as often as it is told to. */
static atomic_bool creation_held;
static atomic_int creations_begun, failures_left;

static int create_or_fail(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *),
			  void *arg)
{
	atomic_fetch_add(&creations_begun, 1);
	while (atomic_load(&creation_held))
		pause_a_little();
	if (atomic_fetch_sub(&failures_left, 1) > 0)
		return EAGAIN;
	return pthread_create(thread, attr, start, arg);
}

/* Where the place is not passed on, the waiting submitter would never return. */
static void test_a_place_without_thread_goes_to_the_line(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct submitter first = {.probe = PROBE(0)}, second = {.probe = PROBE(0)};
	struct pool *pool;
	int error = 0;

	(void)state;
	options.capacity = 1;
	atomic_store(&creation_held, true);
	atomic_store(&failures_left, 1);
	pool = pool_open_with("elastic", &options, create_or_fail, &error);
	assert_non_null(pool);
	first.pool = second.pool = pool;
	submitter_start(&first);
	await(creations_begun == 1);
	submitter_start(&second);
	await(stats_of(pool).waiters == 1);
	atomic_store(&creation_held, false);
	assert_int_equal(submitter_join(&first), POOL_NO_THREAD);
	assert_int_equal(submitter_join(&second), POOL_OK);
	pool_close(pool, POOL_DRAIN);
	assert_int_equal(first.probe.ran, 0);
	assert_int_equal(second.probe.ran, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_it_refuses_when_full),
	    cmocka_unit_test(test_capacity_0_is_no_limit),
	    cmocka_unit_test(test_prewarm_is_at_most_capacity),
	    cmocka_unit_test(test_the_last_idle_is_used_first),
	    cmocka_unit_test(test_submitters_are_served_in_order),
	    cmocka_unit_test(test_waiters_have_a_bound),
	    cmocka_unit_test(test_close_turns_waiters_away),
	    cmocka_unit_test(test_idle_workers_expire),
	    cmocka_unit_test(test_busy_workers_do_not_expire),
	    cmocka_unit_test(test_workers_that_are_not_needed_expire_under_load),
	    cmocka_unit_test(test_without_expiry_workers_stay),
	    cmocka_unit_test(test_a_place_without_thread_goes_to_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
