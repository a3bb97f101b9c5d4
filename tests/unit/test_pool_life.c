/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pool that is tuned, purged, stopped and rebooted, and submitters with a deadline. */
#include <string.h>

#include "base/clock.h"
#include "tests/unit/pool_help.h"

#define MS INT64_C(1000000)

static int own_threads;

static struct pool *open_with_workers(const char *kind, unsigned capacity)
{
	struct pool_options options = POOL_OPTIONS_INIT;

	options.capacity = options.prewarm = capacity;
	return open_or_fail(kind, &options);
}

static bool is(const char *kind, const char *name)
{
	return strcmp(kind, name) == 0;
}

static void test_a_stopped_pool_has_no_thread_and_comes_back(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool *pool = open_with_workers(*kind, 3);
		struct pool_closing closing = {99, 99};
		struct probe before = PROBE(0), during = PROBE(0), after = PROBE(0);
		uint64_t workers = stats_of(pool).workers;

		assert_int_equal(pool_reboot(pool), EALREADY);
		submit_ok(pool, &before);
		assert_int_equal(pool_stop(pool, POOL_DRAIN, &closing), 0);
		assert_int_equal(closing.abandoned, 0);
		assert_int_equal(before.ran, 1);
		assert_threads(own_threads);
		assert_int_equal(pool_submit(pool, &during.task), POOL_CLOSED);
		assert_int_equal(pool_tune(pool, 2), ESHUTDOWN);
		assert_int_equal(pool_purge(pool), ESHUTDOWN);
		assert_int_equal(pool_stop(pool, POOL_DRAIN, NULL), 0);

		assert_int_equal(pool_reboot(pool), 0);
		assert_int_equal(stats_of(pool).workers, workers);
		submit_ok(pool, &after);
		await(stats_of(pool).completed == 2);
		assert_int_equal(stats_of(pool).rejected, 1);
		assert_int_equal(stats_of(pool).submitted, 2);
		assert_int_equal(pool_stop(pool, POOL_ABANDON, NULL), 0);
		pool_close(pool, POOL_DRAIN); /* frees one that is stopped, too */
		assert_threads(own_threads);
		assert_int_equal(during.ran, 0);
	}
}

static int creations_left;

static int create_some(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *),
		       void *arg)
{
	return creations_left-- > 0 ? pthread_create(thread, attr, start, arg) : EAGAIN;
}

static void test_a_reboot_that_fails_can_be_tried_again(void **state)
{
	(void)state;
	for (const char *const *kind = pool_kinds(); *kind; kind++) {
		struct pool_options options = POOL_OPTIONS_INIT;
		struct probe probe = PROBE(0);
		struct pool *pool;
		int error = 0;

		if (is(*kind, "fibre"))
			continue; /* as many threads as CPUs, not as prewarm says */
		options.capacity = options.prewarm = 3;
		creations_left = 3;
		pool = pool_open_with(*kind, &options, create_some, &error);
		assert_non_null(pool);
		assert_int_equal(pool_stop(pool, POOL_DRAIN, NULL), 0);
		creations_left = 2;
		assert_int_equal(pool_reboot(pool), EAGAIN);
		assert_threads(own_threads);
		assert_int_equal(pool_submit(pool, &probe.task), POOL_CLOSED);
		creations_left = 3;
		assert_int_equal(pool_reboot(pool), 0);
		assert_int_equal(stats_of(pool).workers, 3);
		submit_ok(pool, &probe);
		pool_close(pool, POOL_DRAIN);
		assert_int_equal(probe.ran, 1);
	}
}

static void test_stopping_tells_what_it_gave_up(void **state)
{
	struct pool *pool = open_with_workers("fixed", 1);
	struct pool_group group;

	(void)state;
	pool_group_init(&group);
	for (uint64_t round = 1; round <= 2; round++) {
		struct probe probes[3] = {PROBE(0), PROBE(0), PROBE(0)};
		atomic_bool hold = true;
		struct probe held = PROBE(.hold = &hold);
		struct closer closer = {.pool = pool, .mode = POOL_ABANDON};

		probes[0].task.group = &group;
		submit_ok(pool, &held);
		await(held.ran);
		for (int i = 0; i < 3; i++)
			submit_ok(pool, &probes[i]);
		stopper_start(&closer);
		atomic_store(&hold, false);
		assert_int_equal(closer_join(&closer).abandoned, 3);
		assert_int_equal(closer.closing.in_groups, 1);
		assert_int_equal(stats_of(pool).abandoned, 3 * round);
		assert_int_equal(pool_reboot(pool), 0);
	}
	pool_close(pool, POOL_DRAIN);
}

static void test_what_a_kind_has_not_it_says(void **state)
{
	struct pool *naive = open_with_workers("naive", 1), *fixed = open_with_workers("fixed", 1);

	(void)state;
	assert_int_equal(pool_tune(naive, 3), ENOTSUP);
	assert_int_equal(pool_purge(naive), ENOTSUP);
	assert_int_equal(pool_purge(fixed), ENOTSUP);
	assert_int_equal(pool_tune(fixed, 0), EINVAL);
	assert_int_equal(pool_tune(fixed, UINT32_MAX), EINVAL);
	assert_int_equal(stats_of(fixed).capacity, 1);
	pool_close(naive, POOL_DRAIN);
	pool_close(fixed, POOL_DRAIN);
}

static void run_at_one_time(struct pool *pool, int count)
{
	struct probe probes[16];
	atomic_bool hold = true;

	assert_true(count <= 16);
	for (int i = 0; i < count; i++) {
		probes[i] = (struct probe)PROBE(.hold = &hold);
		submit_ok(pool, &probes[i]);
	}
	for (int i = 0; i < count; i++)
		await(probes[i].ran);
	atomic_store(&hold, false);
	await(stats_of(pool).idle == stats_of(pool).workers);
}

static void test_a_fixed_pool_is_tuned(void **state)
{
	struct pool *pool = open_with_workers("fixed", 2);

	(void)state;
	assert_int_equal(pool_tune(pool, 5), 0);
	assert_int_equal(stats_of(pool).capacity, 5);
	run_at_one_time(pool, 5);
	assert_int_equal(stats_of(pool).workers, 5);
	assert_int_equal(pool_tune(pool, 1), 0);
	await(stats_of(pool).workers == 1);
	run_at_one_time(pool, 1);
	assert_int_equal(pool_tune(pool, 3), 0);
	run_at_one_time(pool, 3);
	assert_int_equal(stats_of(pool).workers, 3);
	assert_int_equal(pool_stop(pool, POOL_DRAIN, NULL), 0);
	assert_int_equal(pool_reboot(pool), 0);
	assert_int_equal(stats_of(pool).workers, 3);
	pool_close(pool, POOL_DRAIN);
}

/* Workers that are too many leave before they take what is queued. */
static void test_tuning_down_needs_no_idle_worker(void **state)
{
	struct pool *pool = open_with_workers("fixed", 3);
	atomic_bool hold = true, hold_queued = true;
	struct probe held[3] = {PROBE(.hold = &hold), PROBE(.hold = &hold), PROBE(.hold = &hold)};
	struct probe queued[4];

	(void)state;
	for (int i = 0; i < 3; i++)
		submit_ok(pool, &held[i]);
	for (int i = 0; i < 3; i++)
		await(held[i].ran);
	for (int i = 0; i < 4; i++) {
		queued[i] = (struct probe)PROBE(.hold = &hold_queued);
		submit_ok(pool, &queued[i]);
	}
	assert_int_equal(pool_tune(pool, 1), 0);
	assert_int_equal(stats_of(pool).workers, 3);
	atomic_store(&hold, false);
	await(stats_of(pool).workers == 1);
	assert_int_equal(stats_of(pool).queued + (uint64_t)queued[0].ran, 4);
	atomic_store(&hold_queued, false);
	await(stats_of(pool).completed == 7);
	assert_int_equal(stats_of(pool).workers, 1);
	pool_close(pool, POOL_DRAIN);
}

/* One that is to leave stays, where the capacity goes up again before it could. */
static void test_tuning_up_keeps_who_was_to_leave(void **state)
{
	struct pool *pool = open_with_workers("fixed", 3);
	atomic_bool hold = true;
	struct probe held[3] = {PROBE(.hold = &hold), PROBE(.hold = &hold), PROBE(.hold = &hold)};

	(void)state;
	for (int i = 0; i < 3; i++)
		submit_ok(pool, &held[i]);
	for (int i = 0; i < 3; i++)
		await(held[i].ran);
	assert_int_equal(pool_tune(pool, 1), 0);
	assert_int_equal(pool_tune(pool, 3), 0);
	atomic_store(&hold, false);
	await(stats_of(pool).completed == 3);
	run_at_one_time(pool, 3);
	assert_int_equal(stats_of(pool).workers, 3);
	assert_int_equal(stats_of(pool).workers_started, 3);
	pool_close(pool, POOL_DRAIN);
}

static void test_tuning_up_that_fails_keeps_what_it_has(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	struct pool *pool;
	int error = 0;

	(void)state;
	options.capacity = 1;
	creations_left = 3;
	pool = pool_open_with("fixed", &options, create_some, &error);
	assert_non_null(pool);
	assert_int_equal(pool_tune(pool, 8), EAGAIN);
	assert_int_equal(stats_of(pool).capacity, 3);
	run_at_one_time(pool, 3);
	assert_int_equal(pool_tune(pool, 1), 0);
	await(stats_of(pool).workers == 1);
	pool_close(pool, POOL_DRAIN);
}

static void test_an_elastic_pool_is_tuned(void **state)
{
	struct pool *pool = open_with_workers("elastic", 1);
	atomic_bool hold = true, hold_waiting = true;
	struct probe held[2] = {PROBE(.hold = &hold), PROBE(.hold = &hold)};
	struct submitter waiting[2] = {{.pool = pool, .probe = PROBE(.hold = &hold_waiting)},
				       {.pool = pool, .probe = PROBE(.hold = &hold_waiting)}};

	(void)state;
	submit_ok(pool, &held[0]);
	for (int i = 0; i < 2; i++) {
		submitter_start(&waiting[i]);
		await(stats_of(pool).waiters == (uint64_t)i + 1);
	}
	/* Who waits is let in. */
	assert_int_equal(pool_tune(pool, 3), 0);
	assert_int_equal(submitter_join(&waiting[0]), POOL_OK);
	assert_int_equal(submitter_join(&waiting[1]), POOL_OK);
	await(waiting[0].probe.ran && waiting[1].probe.ran); /* at one time */
	assert_int_equal(stats_of(pool).workers, 3);
	atomic_store(&hold_waiting, false);
	await(stats_of(pool).completed == 2);
	submit_ok(pool, &held[1]);
	await(held[1].ran);
	/* The idle one leaves now, one that works when it is done. */
	assert_int_equal(pool_tune(pool, 1), 0);
	await(stats_of(pool).workers == 2);
	atomic_store(&hold, false);
	await(stats_of(pool).workers == 1);
	run_one(pool, 1);
	assert_int_equal(stats_of(pool).workers_started, 3);
	assert_int_equal(pool_tune(pool, 0), 0);
	run_at_one_time(pool, 10);
	pool_close(pool, POOL_DRAIN);
}

static void test_a_purge_ends_who_is_idle(void **state)
{
	struct pool *pool = open_with_workers("elastic", 5);
	atomic_bool hold = true;
	struct probe held = PROBE(.hold = &hold);

	(void)state;
	submit_ok(pool, &held);
	await(held.ran);
	assert_int_equal(pool_purge(pool), 0);
	await(stats_of(pool).workers == 1);
	assert_int_equal(stats_of(pool).workers_ended, 4);
	assert_int_equal(pool_purge(pool), 0);
	assert_int_equal(stats_of(pool).workers, 1);
	atomic_store(&hold, false);
	run_at_one_time(pool, 5);
	assert_int_equal(stats_of(pool).workers, 5);
	assert_int_equal(pool_purge(pool), 0);
	await(stats_of(pool).workers == 0);
	pool_close(pool, POOL_DRAIN);
}

static void test_a_deadline_ends_a_wait(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	atomic_bool hold = true;
	struct probe held = PROBE(.hold = &hold), late = PROBE(0), last = PROBE(0);
	struct submitter waiting[2];
	struct pool *pool;
	int64_t deadline;

	(void)state;
	options.capacity = 1;
	pool = open_or_fail("elastic", &options);
	submit_ok(pool, &held);
	waiting[0] = (struct submitter){.pool = pool, .probe = PROBE(0)};
	waiting[1] = (struct submitter){.pool = pool, .probe = PROBE(0)};
	submitter_start(&waiting[0]);
	await(stats_of(pool).waiters == 1);
	deadline = clock_now() + 3 * MS;
	assert_int_equal(pool_submit_until(pool, &late.task, deadline), POOL_TIMEOUT);
	assert_true(clock_now() >= deadline);
	assert_int_equal(pool_submit_until(pool, &late.task, 0), POOL_TIMEOUT);
	assert_int_equal(pool_submit_until(pool, &late.task, -1), POOL_TIMEOUT);
	submitter_start(&waiting[1]);
	await(stats_of(pool).waiters == 2);
	atomic_store(&hold, false);
	assert_int_equal(submitter_join(&waiting[0]), POOL_OK);
	assert_int_equal(submitter_join(&waiting[1]), POOL_OK);
	await(stats_of(pool).idle == 1);
	assert_int_equal(pool_submit_until(pool, &last.task, 0), POOL_OK); /* need not wait */
	await(stats_of(pool).completed == 4);
	assert_int_equal(stats_of(pool).rejected, 3);
	assert_int_equal(late.ran, 0);
	pool_close(pool, POOL_DRAIN);
}

static void test_who_gives_up_leaves_the_line_in_order(void **state)
{
	struct pool_options options = POOL_OPTIONS_INIT;
	atomic_bool hold = true;
	atomic_int sequence = 0;
	struct probe held = PROBE(.hold = &hold), late = PROBE(0);
	struct submitter waiting[3];
	struct pool *pool;

	(void)state;
	options.capacity = 1;
	pool = open_or_fail("elastic", &options);
	submit_ok(pool, &held);
	for (int i = 0; i < 3; i++) {
		waiting[i] =
		    (struct submitter){.pool = pool, .probe = PROBE(.sequence = &sequence)};
		submitter_start(&waiting[i]);
		await(stats_of(pool).waiters == (uint64_t)i + 1);
		assert_int_equal(pool_submit_until(pool, &late.task, clock_now() + MS),
				 POOL_TIMEOUT);
	}
	atomic_store(&hold, false);
	for (int i = 0; i < 3; i++)
		assert_int_equal(submitter_join(&waiting[i]), POOL_OK);
	await(stats_of(pool).completed == 4);
	for (int i = 0; i < 3; i++)
		assert_int_equal(waiting[i].probe.order, i);
	pool_close(pool, POOL_DRAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_stopped_pool_has_no_thread_and_comes_back),
	    cmocka_unit_test(test_a_reboot_that_fails_can_be_tried_again),
	    cmocka_unit_test(test_stopping_tells_what_it_gave_up),
	    cmocka_unit_test(test_what_a_kind_has_not_it_says),
	    cmocka_unit_test(test_a_fixed_pool_is_tuned),
	    cmocka_unit_test(test_tuning_down_needs_no_idle_worker),
	    cmocka_unit_test(test_tuning_up_keeps_who_was_to_leave),
	    cmocka_unit_test(test_tuning_up_that_fails_keeps_what_it_has),
	    cmocka_unit_test(test_an_elastic_pool_is_tuned),
	    cmocka_unit_test(test_a_purge_ends_who_is_idle),
	    cmocka_unit_test(test_a_deadline_ends_a_wait),
	    cmocka_unit_test(test_who_gives_up_leaves_the_line_in_order),
	};

	own_threads = count_own_threads();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
