/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The eventcount in each order: no wake-up is lost, and who comes back sees why. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdatomic.h>
#include <stdbool.h>

#include "pool/queue/eventcount.h"
#include "tests/model/expect.h"

enum { BOUND = 3 }; /* preemptions, where there are many threads */

struct rig {
	struct pool_eventcount ec;
	_Atomic uint32_t tokens; /* the condition: there is one */
	_Atomic uint32_t taken;
};

static void prepare(void *state)
{
	struct rig *rig = state;

	pool_eventcount_init(&rig->ec);
	model_name(&rig->ec.epoch, "epoch");
	model_name(&rig->ec.waiters, "waiters");
	model_name(&rig->tokens, "tokens");
}

/* Nothing here orders anything: that is the eventcount's part. */
static bool take(struct rig *rig)
{
	uint32_t tokens = atomic_load_explicit(&rig->tokens, memory_order_relaxed);

	while (tokens)
		if (atomic_compare_exchange_strong_explicit(&rig->tokens, &tokens, tokens - 1,
							    memory_order_relaxed,
							    memory_order_relaxed))
			return true;
	return false;
}

static void wait_until(struct rig *rig, int64_t deadline)
{
	bool in_time = true;

	while (!take(rig)) {
		uint32_t key;

		if (!in_time)
			return;
		key = pool_eventcount_prepare(&rig->ec);
		if (take(rig)) {
			pool_eventcount_cancel(&rig->ec);
			break;
		}
		in_time = pool_eventcount_wait(&rig->ec, key, deadline);
	}
	atomic_fetch_add_explicit(&rig->taken, 1, memory_order_relaxed);
}

static void waiter(void *state)
{
	wait_until(state, INT64_MAX);
}

static void waiter_with_deadline(void *state)
{
	wait_until(state, 1);
}

static void notify(struct rig *rig, uint32_t tokens, uint32_t count)
{
	atomic_fetch_add_explicit(&rig->tokens, tokens, memory_order_relaxed);
	pool_eventcount_notify(&rig->ec, count);
}

static void notify_one(void *state)
{
	notify(state, 1, 1);
}

static void notify_one_twice(void *state)
{
	notify(state, 1, 1);
	notify(state, 1, 1);
}

static void notify_two(void *state)
{
	notify(state, 2, 2);
}

static void notify_all(void *state)
{
	notify(state, 3, UINT32_MAX);
}

static void finish(void *state)
{
	struct rig *rig = state;

	model_outcome(atomic_load(&rig->taken));
	MODEL_ASSERT(atomic_load(&rig->ec.waiters) == 0);
}

/* Explore; `outcomes` has a bit for each number of tokens that were taken in one execution or
 * another. */
static void explore(struct model model, uint64_t outcomes)
{
	static struct rig rig;

	model.state = &rig;
	model.state_size = sizeof(rig);
	model.prepare = prepare;
	model.finish = finish;
	assert_int_equal(expect_pass(&model), outcomes);
}

static void test_one_waiter(void **state)
{
	(void)state;
	explore((struct model){.threads = {waiter, notify_one}}, 1 << 1);
	explore((struct model){.threads = {waiter, notify_one, notify_one}}, 1 << 1);
}

static void test_two_waiters(void **state)
{
	(void)state;
	explore((struct model){.threads = {waiter, waiter, notify_two}, .preemptions = BOUND},
		1 << 2);
	explore((struct model){.threads = {waiter, waiter, notify_all}, .preemptions = BOUND},
		1 << 2);
	explore((struct model){.threads = {waiter, waiter, notify_one_twice}, .preemptions = BOUND},
		1 << 2);
}

static void test_two_notifiers(void **state)
{
	(void)state;
	explore((struct model){.threads = {waiter, waiter, notify_one, notify_one},
			       .preemptions = BOUND - 1},
		1 << 2);
}

/* The one with a deadline may go without a token, but then it has not taken the other one's wake-up
 * along. */
static void test_deadline(void **state)
{
	(void)state;
	explore((struct model){.threads = {waiter_with_deadline, notify_one}}, 1 << 0 | 1 << 1);
	explore((struct model){.threads = {waiter_with_deadline, waiter, notify_one_twice},
			       .preemptions = BOUND},
		1 << 1 | 1 << 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_waiter),
	    cmocka_unit_test(test_two_waiters),
	    cmocka_unit_test(test_two_notifiers),
	    cmocka_unit_test(test_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
