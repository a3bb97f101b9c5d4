/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queues behind their one face, with threads that sleep until they can put or get: no wake-up is
 * lost, and closing ends every wait, with nothing left inside. The parts have tests of their own
 * for what reordering can do: here, but for the smallest programs, only interleavings are explored.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "pool/queue/queue.h"
#include "tests/model/expect.h"

enum { ITEMS = 4, BOUND = 2 /* preemptions, of three threads and more */ };

struct rig {
	struct pool_queue *queue;
	int items[ITEMS]; /* written before they are put */
	int put[ITEMS];   /* by the thread that put it */
	int taken[ITEMS]; /* by the thread that got it */
};

static void prepare(struct rig *rig, const char *kind, size_t capacity)
{
	struct pool_queue_options options = {.capacity = capacity, .wait = POOL_QUEUE_EVENTCOUNT};
	int error;

	rig->queue = pool_queue_open(kind, &options, &error);
	MODEL_ASSERT(rig->queue);
}

static void prepare_mpmc(void *state)
{
	prepare(state, "mpmc", 1);
}

static void prepare_mpmc_two(void *state)
{
	prepare(state, "mpmc", 2);
}

static void prepare_spsc(void *state)
{
	prepare(state, "spsc", 1);
}

static void prepare_list(void *state)
{
	prepare(state, "list", 1);
}

static enum pool_queue_status put(struct rig *rig, int number)
{
	enum pool_queue_status status;

	rig->items[number] = number + 1;
	status = pool_queue_put(rig->queue, &rig->items[number], POOL_QUEUE_FOR_EVER);
	rig->put[number] = status == POOL_QUEUE_OK;
	return status;
}

static enum pool_queue_status get(struct rig *rig)
{
	void *item;
	enum pool_queue_status status = pool_queue_get(rig->queue, &item, POOL_QUEUE_FOR_EVER);
	ptrdiff_t number = (int *)item - rig->items;

	if (status != POOL_QUEUE_OK)
		return status;
	MODEL_ASSERT(number >= 0 && number < ITEMS);
	MODEL_ASSERT(*(int *)item == number + 1);
	MODEL_ASSERT(rig->taken[number]++ == 0);
	return POOL_QUEUE_OK;
}

static void put_0(void *state)
{
	MODEL_ASSERT(put(state, 0) == POOL_QUEUE_OK);
}

static void put_1(void *state)
{
	MODEL_ASSERT(put(state, 1) == POOL_QUEUE_OK);
}

static void put_two(void *state)
{
	put_0(state);
	put_1(state);
}

static void get_one(void *state)
{
	MODEL_ASSERT(get(state) == POOL_QUEUE_OK);
}

static void get_two(void *state)
{
	get_one(state);
	get_one(state);
}

static void get_to_the_end(void *state)
{
	while (get(state) == POOL_QUEUE_OK)
		;
}

static void put_and_close(void *state)
{
	struct rig *rig = state;

	put_0(rig);
	pool_queue_close(rig->queue);
}

/* Unless it is closed before: where it is full, it waits. */
static void put_if_open(void *state)
{
	enum pool_queue_status status = put(state, 1);

	MODEL_ASSERT(status == POOL_QUEUE_OK || status == POOL_QUEUE_CLOSED);
}

static void close_it(void *state)
{
	pool_queue_close(((struct rig *)state)->queue);
}

static void prepare_full(void *state)
{
	prepare(state, "mpmc", 1);
	put_0(state);
}

static void finish(void *state)
{
	struct rig *rig = state;
	int left = 0;

	for (int i = 0; i < ITEMS; i++)
		left += rig->put[i] - rig->taken[i];
	model_outcome(left);
	MODEL_ASSERT(pool_queue_count(rig->queue) == (size_t)left);
	pool_queue_destroy(rig->queue);
}

/* Explore: nothing is left in the end, whatever else comes out. */
static void explore(struct model model)
{
	static struct rig rig;

	model.state = &rig;
	model.state_size = sizeof(rig);
	model.finish = finish;
	assert_int_equal(expect_pass(&model), 1);
}

static void test_one_to_one(void **state)
{
	static void (*const prepares[])(void *) = {prepare_spsc, prepare_mpmc, prepare_list};

	(void)state;
	for (size_t i = 0; i < sizeof(prepares) / sizeof(*prepares); i++) {
		explore((struct model){.prepare = prepares[i], .threads = {put_0, get_one}});
		explore((struct model){.prepare = prepares[i],
				       .threads = {put_two, get_two},
				       .preemptions = BOUND,
				       .newest = true});
	}
}

static void test_two_getters(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_mpmc,
			       .threads = {put_two, get_one, get_one},
			       .preemptions = BOUND,
			       .newest = true});
	explore((struct model){.prepare = prepare_list,
			       .threads = {put_two, get_one, get_one},
			       .preemptions = BOUND,
			       .newest = true});
}

static void test_two_putters(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_mpmc,
			       .threads = {put_0, put_1, get_two},
			       .preemptions = BOUND,
			       .newest = true});
}

/* With two places an item may be there while the one in front of it is still on its way in. */
static void test_two_of_both(void **state)
{
	static void (*const prepares[])(void *) = {prepare_mpmc, prepare_mpmc_two};

	(void)state;
	for (size_t i = 0; i < sizeof(prepares) / sizeof(*prepares); i++)
		explore((struct model){.prepare = prepares[i],
				       .threads = {put_0, put_1, get_one, get_one},
				       .preemptions = 1,
				       .newest = true});
}

static void test_close(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_mpmc,
			       .threads = {put_and_close, get_to_the_end},
			       .preemptions = BOUND,
			       .newest = true});
	explore((struct model){.prepare = prepare_mpmc,
			       .threads = {put_and_close, get_to_the_end, get_to_the_end},
			       .preemptions = BOUND,
			       .newest = true});
	explore((struct model){.prepare = prepare_full,
			       .threads = {put_if_open, close_it, get_to_the_end},
			       .preemptions = BOUND,
			       .newest = true});
	/* One that is on its way in when it is closed: that wakes all, but it is not the end yet.
	 */
	explore((struct model){.prepare = prepare_mpmc,
			       .threads = {put_if_open, close_it, get_to_the_end, get_to_the_end},
			       .preemptions = 1,
			       .newest = true});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_to_one),  cmocka_unit_test(test_two_getters),
	    cmocka_unit_test(test_two_putters), cmocka_unit_test(test_two_of_both),
	    cmocka_unit_test(test_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
