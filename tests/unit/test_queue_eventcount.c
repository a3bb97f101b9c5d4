/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The eventcount: a notification between prepare and wait is not lost, deadlines, and that no
 * thread is counted as waiting who does not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>

#include "pool/queue/eventcount.h"

static void test_notified_before_the_wait(void **state)
{
	struct pool_eventcount ec;
	uint32_t key;

	(void)state;
	pool_eventcount_init(&ec);
	pool_eventcount_notify(&ec, 1); /* nobody waits: nothing happens */
	assert_int_equal(atomic_load(&ec.epoch), 0);
	key = pool_eventcount_prepare(&ec);
	pool_eventcount_notify(&ec, 1);
	assert_true(pool_eventcount_wait(&ec, key, INT64_MAX));
	key = pool_eventcount_prepare(&ec);
	pool_eventcount_cancel(&ec);
	assert_int_equal(atomic_load(&ec.waiters), 0);
}

static void test_deadline(void **state)
{
	const int64_t passed[] = {INT64_MIN, -1, 0, 1, 1000000000};
	struct pool_eventcount ec;

	(void)state;
	pool_eventcount_init(&ec);
	for (size_t i = 0; i < sizeof(passed) / sizeof(*passed); i++) {
		uint32_t key = pool_eventcount_prepare(&ec);

		assert_false(pool_eventcount_wait(&ec, key, passed[i]));
		assert_int_equal(atomic_load(&ec.waiters), 0);
	}
}

struct sleeper {
	struct pool_eventcount *ec;
	atomic_bool *ready;
	pthread_t thread;
};

static void *sleeper_main(void *arg)
{
	struct sleeper *sleeper = arg;

	while (!atomic_load(sleeper->ready)) {
		uint32_t key = pool_eventcount_prepare(sleeper->ec);

		if (atomic_load(sleeper->ready))
			pool_eventcount_cancel(sleeper->ec);
		else
			pool_eventcount_wait(sleeper->ec, key, INT64_MAX);
	}
	return NULL;
}

static void test_wakes_all(void **state)
{
	struct pool_eventcount ec;
	atomic_bool ready = false;
	struct sleeper sleepers[4];

	(void)state;
	pool_eventcount_init(&ec);
	for (int i = 0; i < 4; i++) {
		sleepers[i] = (struct sleeper){.ec = &ec, .ready = &ready};
		assert_int_equal(
		    pthread_create(&sleepers[i].thread, NULL, sleeper_main, &sleepers[i]), 0);
	}
	while (atomic_load(&ec.waiters) < 4)
		sched_yield();
	atomic_store(&ready, true);
	pool_eventcount_notify(&ec, UINT32_MAX);
	for (int i = 0; i < 4; i++)
		pthread_join(sleepers[i].thread, NULL);
	assert_int_equal(atomic_load(&ec.waiters), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_notified_before_the_wait),
	    cmocka_unit_test(test_deadline),
	    cmocka_unit_test(test_wakes_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
