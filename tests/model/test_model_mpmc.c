/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ring for many producers and consumers, in each order: nothing lost, nothing twice, each
 * producer's items in order, either side sees what the other did before, and a closed ring can be
 * emptied. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "pool/queue/ring_mpmc.h"
#include "tests/model/expect.h"

enum { PRODUCERS = 3, ITEMS = 3 };

struct rig {
	struct pool_ring_mpmc ring;
	int items[PRODUCERS][ITEMS]; /* written by the producer before they are put */
	int taken[PRODUCERS][ITEMS]; /* by the thread that got the item */
	int put[PRODUCERS];          /* each producer's own */
	bool drained;
};

static void prepare(void *state, size_t capacity, size_t start)
{
	struct rig *rig = state;

	MODEL_ASSERT(pool_ring_mpmc_init(&rig->ring, capacity, start) == 0);
	model_name(&rig->ring.head, "head");
	model_name(&rig->ring.tail, "tail");
	for (size_t i = 0; i < pool_ring_mpmc_capacity(&rig->ring); i++) {
		model_name(&rig->ring.places[i].sequence, "places[%zu].sequence", i);
		model_name(&rig->ring.places[i].item, "places[%zu].item", i);
	}
	for (int i = 0; i < PRODUCERS; i++)
		for (int j = 0; j < ITEMS; j++) {
			model_name(&rig->items[i][j], "item %d of %d", j, i);
			model_name(&rig->taken[i][j], "mark of item %d of %d", j, i);
		}
}

static void prepare_one(void *state)
{
	prepare(state, 1, 0);
}

static void prepare_two(void *state)
{
	prepare(state, 2, 0);
}

/* The indices wrap on their way. */
static void prepare_wrap(void *state)
{
	prepare(state, 2, SIZE_MAX - 1);
}

static void prepare_filled(void *state)
{
	struct rig *rig = state;

	prepare(state, 2, 0);
	rig->items[2][0] = 1;
	MODEL_ASSERT(pool_ring_mpmc_put(&rig->ring, &rig->items[2][0]));
	rig->put[2] = 1;
}

static void put(struct rig *rig, int producer)
{
	int *item = &rig->items[producer][rig->put[producer]];

	*item = rig->put[producer] + 1;
	rig->put[producer] += pool_ring_mpmc_put(&rig->ring, item);
}

/* Got as the one after those of `last`, which are one consumer's. */
static void take(struct rig *rig, pool_queue_item got, int last[PRODUCERS])
{
	ptrdiff_t number = (int *)got - rig->items[0];
	int producer = (int)(number / ITEMS), item = (int)(number % ITEMS);

	MODEL_ASSERT(number >= 0 && number < PRODUCERS * ITEMS);
	MODEL_ASSERT(*(int *)got == item + 1);
	MODEL_ASSERT(item >= last[producer]);
	MODEL_ASSERT(rig->taken[producer][item]++ == 0);
	last[producer] = item + 1;
}

static bool get(struct rig *rig, int last[PRODUCERS])
{
	pool_queue_item item;

	if (!pool_ring_mpmc_get(&rig->ring, &item))
		return false;
	take(rig, item, last);
	return true;
}

static void put_0(void *state)
{
	put(state, 0);
}

static void put_twice_0(void *state)
{
	put(state, 0);
	put(state, 0);
}

static void put_twice_1(void *state)
{
	put(state, 1);
	put(state, 1);
}

static void get_twice(void *state)
{
	int last[PRODUCERS] = {0};

	get(state, last);
	get(state, last);
}

static void put_and_get_0(void *state)
{
	int last[PRODUCERS] = {0};

	put(state, 0);
	get(state, last);
}

static void put_and_get_1(void *state)
{
	int last[PRODUCERS] = {0};

	put(state, 1);
	get(state, last);
}

static void put_many_0(void *state)
{
	struct rig *rig = state;
	pool_queue_item items[2] = {&rig->items[0][0], &rig->items[0][1]};

	rig->items[0][0] = 1;
	rig->items[0][1] = 2;
	rig->put[0] = (int)pool_ring_mpmc_put_many(&rig->ring, items, 2);
}

static void get_many(void *state)
{
	pool_queue_item items[2];
	int last[PRODUCERS] = {0};
	size_t count = pool_ring_mpmc_get_many(&((struct rig *)state)->ring, items, 2);

	for (size_t i = 0; i < count; i++)
		take(state, items[i], last);
}

static void close_and_put(void *state)
{
	struct rig *rig = state;

	pool_ring_mpmc_close(&rig->ring);
	put(rig, 1);
	MODEL_ASSERT(!rig->put[1]);
}

static void get_and_look(void *state)
{
	struct rig *rig = state;
	int last[PRODUCERS] = {0};

	MODEL_ASSERT(pool_ring_mpmc_count(&rig->ring) <= pool_ring_mpmc_capacity(&rig->ring));
	get(rig, last);
	rig->drained = pool_ring_mpmc_drained(&rig->ring);
}

static void finish(void *state)
{
	struct rig *rig = state;
	int last[PRODUCERS] = {0}, all = 0, left = 0;

	for (int i = 0; i < PRODUCERS; i++) {
		all += rig->put[i];
		left += rig->put[i];
		for (int j = 0; j < ITEMS; j++)
			left -= rig->taken[i][j];
	}
	model_outcome(all * 8 + all - left);
	MODEL_ASSERT(!rig->drained || !left);
	MODEL_ASSERT(pool_ring_mpmc_count(&rig->ring) == (size_t)left);
	while (get(rig, last))
		left--;
	MODEL_ASSERT(!left);
	for (int i = 0; i < PRODUCERS; i++)
		for (int j = 0; j < ITEMS; j++)
			MODEL_ASSERT(rig->taken[i][j] == (j < rig->put[i]));
	pool_ring_mpmc_destroy(&rig->ring);
}

/* Explore; in one execution at least `put` items were put and `got` of them got. */
static void explore(struct model model, int put_items, int got)
{
	static struct rig rig;

	model.state = &rig;
	model.state_size = sizeof(rig);
	model.finish = finish;
	assert_true(expect_pass(&model) & UINT64_C(1) << (put_items * 8 + got));
}

static void test_one_producer_one_consumer(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_one, .threads = {put_twice_0, get_twice}}, 2, 2);
	explore((struct model){.prepare = prepare_two, .threads = {put_twice_0, get_twice}}, 2, 2);
}

static void test_two_producers(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_one, .threads = {put_0, put_twice_1, get_twice}},
		3, 2);
	explore((struct model){.prepare = prepare_two, .threads = {put_0, put_twice_1, get_twice}},
		3, 2);
}

static void test_two_consumers(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_filled,
			       .threads = {put_twice_0, get_twice, get_twice}},
		3, 3);
}

static void test_all_do_both(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_wrap, .threads = {put_and_get_0, put_and_get_1}},
		2, 2);
	explore((struct model){.prepare = prepare_one, .threads = {put_and_get_0, put_and_get_1}},
		2, 2);
}

static void test_many_at_once(void **state)
{
	(void)state;
	explore(
	    (struct model){.prepare = prepare_two, .threads = {put_many_0, put_twice_1, get_many}},
	    3, 2);
	explore(
	    (struct model){.prepare = prepare_filled, .threads = {put_many_0, get_many, get_many}},
	    3, 3);
}

static void test_close(void **state)
{
	(void)state;
	explore(
	    (struct model){.prepare = prepare_two, .threads = {put_0, close_and_put, get_and_look}},
	    1, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_producer_one_consumer),
	    cmocka_unit_test(test_two_producers),
	    cmocka_unit_test(test_two_consumers),
	    cmocka_unit_test(test_all_do_both),
	    cmocka_unit_test(test_many_at_once),
	    cmocka_unit_test(test_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
