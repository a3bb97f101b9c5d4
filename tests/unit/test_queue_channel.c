/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The channel, with threads that wait in it: who is served, in which order, with which item; what
 * closing and deadlines do to them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "base/clock.h"
#include "pool/queue/channel.h"

enum { WAITERS = 4 };

struct waiter {
	struct pool_channel *channel;
	bool puts;
	enum pool_queue_wait way;
	int64_t deadline_ns;
	pool_queue_item item; /* to put, or what was got */
	enum pool_queue_status status;
	pthread_t thread;
};

static void *waiter_main(void *arg)
{
	struct waiter *w = arg;

	w->status = w->puts ? pool_channel_put(w->channel, w->item, w->way, w->deadline_ns)
			    : pool_channel_get(w->channel, &w->item, w->way, w->deadline_ns);
	return NULL;
}

/* Returns when that many wait. */
static void await_waiters(struct pool_channel *channel, size_t putters, size_t getters)
{
	size_t p, g;

	do {
		sched_yield();
		pool_channel_waiters(channel, &p, &g);
	} while (p != putters || g != getters);
}

/* Start WAITERS threads one after the other, so that the order of the queue is known. */
static void line_up(struct waiter *waiters, struct pool_channel *channel, bool put,
		    enum pool_queue_wait way, int64_t deadline_ns)
{
	for (uintptr_t i = 0; i < WAITERS; i++) {
		waiters[i] = (struct waiter){.channel = channel,
					     .puts = put,
					     .way = way,
					     .deadline_ns = deadline_ns,
					     .item = (pool_queue_item)(100 + i)};
		assert_int_equal(pthread_create(&waiters[i].thread, NULL, waiter_main, &waiters[i]),
				 0);
		await_waiters(channel, put ? i + 1 : 0, put ? 0 : i + 1);
	}
}

static void join_all(struct waiter *waiters, enum pool_queue_status status)
{
	for (int i = 0; i < WAITERS; i++) {
		pthread_join(waiters[i].thread, NULL);
		assert_int_equal(waiters[i].status, status);
	}
}

static void each(void (*test)(size_t capacity, enum pool_queue_wait way))
{
	for (size_t capacity = 0; capacity <= 2; capacity++)
		for (enum pool_queue_wait way = POOL_QUEUE_EVENTCOUNT; way <= POOL_QUEUE_SPIN;
		     way++)
			test(capacity, way);
}

static void getters_in_order(size_t capacity, enum pool_queue_wait way)
{
	struct waiter waiters[WAITERS];
	struct pool_channel channel;

	assert_int_equal(pool_channel_init(&channel, capacity), 0);
	line_up(waiters, &channel, false, way, POOL_QUEUE_FOR_EVER);
	/* Each put ends one wait, and is the item of who waits longest; none stays in the channel.
	 */
	for (uintptr_t i = 0; i < WAITERS; i++) {
		assert_int_equal(pool_channel_try_put(&channel, (pool_queue_item)i), POOL_QUEUE_OK);
		assert_int_equal(pool_channel_count(&channel), 0);
		await_waiters(&channel, 0, WAITERS - 1 - i);
	}
	join_all(waiters, POOL_QUEUE_OK);
	for (uintptr_t i = 0; i < WAITERS; i++)
		assert_ptr_equal(waiters[i].item, (pool_queue_item)i);
	pool_channel_destroy(&channel);
}

static void test_getters_in_order(void **state)
{
	(void)state;
	each(getters_in_order);
}

static void putters_in_order(size_t capacity, enum pool_queue_wait way)
{
	struct waiter waiters[WAITERS];
	struct pool_channel channel;
	pool_queue_item got;

	assert_int_equal(pool_channel_init(&channel, capacity), 0);
	for (uintptr_t i = 0; i < capacity; i++)
		assert_int_equal(pool_channel_try_put(&channel, (pool_queue_item)i), POOL_QUEUE_OK);
	line_up(waiters, &channel, true, way, POOL_QUEUE_FOR_EVER);
	assert_int_equal(pool_channel_try_put(&channel, NULL), POOL_QUEUE_FULL);
	for (uintptr_t i = 0; i < capacity + WAITERS; i++) {
		assert_int_equal(pool_channel_try_get(&channel, &got), POOL_QUEUE_OK);
		assert_ptr_equal(got, (pool_queue_item)(i < capacity ? i : 100 + i - capacity));
	}
	join_all(waiters, POOL_QUEUE_OK);
	assert_int_equal(pool_channel_try_get(&channel, &got), POOL_QUEUE_EMPTY);
	pool_channel_destroy(&channel);
}

static void test_putters_in_order(void **state)
{
	(void)state;
	each(putters_in_order);
}

/* What is in the channel is drained; the items of putters that waited stay theirs. */
static void closing_ends_waits(size_t capacity, enum pool_queue_wait way)
{
	struct waiter waiters[WAITERS];
	struct pool_channel channel;
	pool_queue_item got;

	assert_int_equal(pool_channel_init(&channel, capacity), 0);
	line_up(waiters, &channel, false, way, POOL_QUEUE_FOR_EVER);
	pool_channel_close(&channel);
	join_all(waiters, POOL_QUEUE_CLOSED);
	pool_channel_destroy(&channel);

	assert_int_equal(pool_channel_init(&channel, capacity), 0);
	for (uintptr_t i = 0; i < capacity; i++)
		assert_int_equal(pool_channel_try_put(&channel, (pool_queue_item)i), POOL_QUEUE_OK);
	line_up(waiters, &channel, true, way, POOL_QUEUE_FOR_EVER);
	pool_channel_close(&channel);
	join_all(waiters, POOL_QUEUE_CLOSED);
	for (uintptr_t i = 0; i < capacity; i++) {
		assert_int_equal(pool_channel_get(&channel, &got, way, POOL_QUEUE_FOR_EVER),
				 POOL_QUEUE_OK);
		assert_ptr_equal(got, (pool_queue_item)i);
	}
	assert_int_equal(pool_channel_get(&channel, &got, way, POOL_QUEUE_FOR_EVER),
			 POOL_QUEUE_CLOSED);
	pool_channel_destroy(&channel);
}

static void test_closing_ends_waits(void **state)
{
	(void)state;
	each(closing_ends_waits);
}

/* A waiter whose deadline passes leaves the queue, and the others stay in it, in order. */
static void deadline_in_the_middle(size_t capacity, enum pool_queue_wait way)
{
	struct waiter waiters[WAITERS], late;
	int64_t now;
	struct pool_channel channel;
	size_t none, waiting;

	(void)capacity;
	assert_int_equal(pool_channel_init(&channel, 0), 0);
	now = clock_now();
	line_up(waiters, &channel, false, way, POOL_QUEUE_FOR_EVER);
	late = (struct waiter){.channel = &channel, .way = way, .deadline_ns = now};
	waiter_main(&late);
	assert_int_equal(late.status, POOL_QUEUE_TIMEOUT);
	pool_channel_waiters(&channel, &none, &waiting);
	assert_int_equal(waiting, WAITERS);
	for (uintptr_t i = 0; i < WAITERS; i++)
		assert_int_equal(pool_channel_try_put(&channel, (pool_queue_item)i), POOL_QUEUE_OK);
	join_all(waiters, POOL_QUEUE_OK);
	for (uintptr_t i = 0; i < WAITERS; i++)
		assert_ptr_equal(waiters[i].item, (pool_queue_item)i);
	assert_int_equal(pool_channel_try_put(&channel, NULL), POOL_QUEUE_FULL);
	pool_channel_destroy(&channel);
}

static void test_deadline(void **state)
{
	(void)state;
	each(deadline_in_the_middle);
}

static void test_all_deadlines(void **state)
{
	struct waiter waiters[WAITERS];
	struct pool_channel channel;
	int64_t now;
	size_t putters, getters;

	(void)state;
	assert_int_equal(pool_channel_init(&channel, (size_t)-1), EINVAL);
	assert_int_equal(pool_channel_init(&channel, 0), 0);
	for (enum pool_queue_wait way = POOL_QUEUE_EVENTCOUNT; way <= POOL_QUEUE_SPIN; way++) {
		now = clock_now();
		/* Far enough that they have lined up; they leave in any order. */
		for (int i = 0; i < WAITERS; i++) {
			waiters[i] =
			    (struct waiter){.channel = &channel,
					    .puts = true,
					    .way = way,
					    .deadline_ns = now + (1 + (i * 7) % 5) * 1000000};
			assert_int_equal(
			    pthread_create(&waiters[i].thread, NULL, waiter_main, &waiters[i]), 0);
		}
		join_all(waiters, POOL_QUEUE_TIMEOUT);
		pool_channel_waiters(&channel, &putters, &getters);
		assert_int_equal(putters + getters, 0);
	}
	pool_channel_destroy(&channel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_getters_in_order),   cmocka_unit_test(test_putters_in_order),
	    cmocka_unit_test(test_closing_ends_waits), cmocka_unit_test(test_deadline),
	    cmocka_unit_test(test_all_deadlines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
