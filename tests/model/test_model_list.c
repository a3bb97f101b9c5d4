/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of segments, in each order: nothing lost, nothing twice, each producer's items in order,
 * either side sees what the other did before, a closed list can be emptied, and every segment is
 * used again or freed only when nobody is in it any more. Segments have three places here. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "pool/queue/seglist.h"
#include "tests/model/expect.h"

enum { PRODUCERS = 3, ITEMS = 3, BOUND = 2 /* preemptions, of three threads */ };

struct rig {
	struct pool_seglist list;
	int items[PRODUCERS][ITEMS]; /* written by the producer before they are put */
	int taken[PRODUCERS][ITEMS]; /* by the thread that got the item */
	int put[PRODUCERS];          /* each producer's own */
	bool drained;
};

/* Lap `start` is the first one; `used` places of it have been used. */
static void prepare(void *state, size_t start, int used)
{
	pool_queue_item item;

	struct rig *rig = state;

	MODEL_ASSERT(pool_seglist_init(&rig->list, start) == 0);
	model_name(&rig->list.tail.index, "tail");
	model_name(&rig->list.tail.segment, "tail segment");
	model_name(&rig->list.head.index, "head");
	model_name(&rig->list.head.segment, "head segment");
	model_name(&rig->list.spare, "spare");
	for (int i = 0; i < PRODUCERS; i++)
		for (int j = 0; j < ITEMS; j++) {
			model_name(&rig->items[i][j], "item %d of %d", j, i);
			model_name(&rig->taken[i][j], "mark of item %d of %d", j, i);
		}
	for (int i = 0; i < used; i++) {
		MODEL_ASSERT(pool_seglist_put(&rig->list, NULL) == POOL_QUEUE_OK);
		MODEL_ASSERT(pool_seglist_get(&rig->list, &item) == POOL_QUEUE_OK);
	}
}

static void put(struct rig *rig, int producer)
{
	int *item = &rig->items[producer][rig->put[producer]];

	*item = rig->put[producer] + 1;
	rig->put[producer] += pool_seglist_put(&rig->list, item) == POOL_QUEUE_OK;
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

static enum pool_queue_status get(struct rig *rig, int last[PRODUCERS])
{
	pool_queue_item item;
	enum pool_queue_status status = pool_seglist_get(&rig->list, &item);

	if (status == POOL_QUEUE_OK)
		take(rig, item, last);
	return status;
}

static void prepare_last(void *state)
{
	prepare(state, 0, POOL_SEGLIST_PLACES - 1);
}

/* The indices wrap on their way. */
static void prepare_wrap(void *state)
{
	prepare(state, SIZE_MAX / (POOL_SEGLIST_LAP * POOL_SEGLIST_STEP), POOL_SEGLIST_PLACES - 1);
}

static void prepare_one_left(void *state)
{
	prepare(state, 0, POOL_SEGLIST_PLACES - 1);
	put(state, 2);
}

static void prepare_two_left(void *state)
{
	prepare(state, 0, POOL_SEGLIST_PLACES - 2);
	put(state, 2);
	put(state, 2);
}

/* A full segment, and another one emptied: there is a spare one, so this one will be freed. */
static void prepare_spare(void *state)
{
	struct rig *rig = state;
	pool_queue_item item;

	prepare(state, 0, 0);
	for (int i = 0; i < POOL_SEGLIST_PLACES; i++)
		MODEL_ASSERT(pool_seglist_put(&rig->list, NULL) == POOL_QUEUE_OK);
	for (int i = 0; i < POOL_SEGLIST_PLACES; i++)
		put(state, 2);
	for (int i = 0; i < POOL_SEGLIST_PLACES; i++)
		MODEL_ASSERT(pool_seglist_get(&rig->list, &item) == POOL_QUEUE_OK);
}

static void put_0(void *state)
{
	put(state, 0);
}

static void put_1(void *state)
{
	put(state, 1);
}

static void put_twice_0(void *state)
{
	put(state, 0);
	put(state, 0);
}

static void get_once(void *state)
{
	int last[PRODUCERS] = {0};

	get(state, last);
}

static void get_many(void *state)
{
	pool_queue_item items[2];
	int last[PRODUCERS] = {0};
	enum pool_queue_status status;
	size_t count = pool_seglist_get_many(&((struct rig *)state)->list, items, 2, &status);

	for (size_t i = 0; i < count; i++)
		take(state, items[i], last);
}

static void put_many_0(void *state)
{
	struct rig *rig = state;
	pool_queue_item items[2] = {&rig->items[0][0], &rig->items[0][1]};
	enum pool_queue_status status;

	rig->items[0][0] = 1;
	rig->items[0][1] = 2;
	rig->put[0] = (int)pool_seglist_put_many(&rig->list, items, 2, &status);
}

/* Up to the end of a segment. */
static void put_three_0(void *state)
{
	struct rig *rig = state;
	pool_queue_item items[3] = {&rig->items[0][0], &rig->items[0][1], &rig->items[0][2]};
	enum pool_queue_status status;

	for (int i = 0; i < 3; i++)
		rig->items[0][i] = i + 1;
	rig->put[0] = (int)pool_seglist_put_many(&rig->list, items, 3, &status);
}

static void get_twice(void *state)
{
	int last[PRODUCERS] = {0};

	get(state, last);
	get(state, last);
}

static void put_and_get_1(void *state)
{
	int last[PRODUCERS] = {0};

	put(state, 1);
	get(state, last);
}

static void close_and_put(void *state)
{
	struct rig *rig = state;

	pool_seglist_close(&rig->list);
	put(rig, 1);
	MODEL_ASSERT(!rig->put[1]);
}

static void get_until_closed(void *state)
{
	struct rig *rig = state;
	int last[PRODUCERS] = {0};

	get(rig, last);
	rig->drained = get(rig, last) == POOL_QUEUE_CLOSED;
}

static void finish(void *state)
{
	struct rig *rig = state;
	int last[PRODUCERS] = {0}, all = 0, left = 0;
	pool_queue_item item;

	for (int i = 0; i < PRODUCERS; i++) {
		all += rig->put[i];
		left += rig->put[i];
		for (int j = 0; j < ITEMS; j++)
			left -= rig->taken[i][j];
	}
	model_outcome(all * 8 + all - left);
	MODEL_ASSERT(!rig->drained || !left);
	MODEL_ASSERT(pool_seglist_count(&rig->list) == (size_t)left);
	while (get(rig, last) == POOL_QUEUE_OK)
		left--;
	MODEL_ASSERT(!left);
	/* Through all segments that there are, unless it is closed. */
	for (int i = 0;
	     i < 3 * POOL_SEGLIST_PLACES && pool_seglist_put(&rig->list, NULL) == POOL_QUEUE_OK;
	     i++)
		MODEL_ASSERT(pool_seglist_get(&rig->list, &item) == POOL_QUEUE_OK);
	pool_seglist_destroy(&rig->list);
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
	explore((struct model){.prepare = prepare_last, .threads = {put_twice_0, get_twice}}, 2, 2);
	explore((struct model){.prepare = prepare_wrap, .threads = {put_twice_0, get_twice}}, 2, 2);
	explore((struct model){.prepare = prepare_one_left, .threads = {put_0, get_twice}}, 2, 2);
}

static void test_two_of_both(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_last, .threads = {put_0, put_and_get_1}}, 2, 1);
	explore((struct model){.prepare = prepare_one_left, .threads = {get_once, put_and_get_1}},
		2, 2);
}

static void test_many_at_once(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_two_left, .threads = {put_many_0, get_many}}, 4,
		2);
	explore((struct model){.prepare = prepare_last, .threads = {put_many_0, get_twice}}, 1, 1);
	explore((struct model){.prepare = prepare_spare, .threads = {get_many, get_once}}, 3, 3);
	explore((struct model){.prepare = prepare_spare, .threads = {get_many, get_twice}}, 3, 3);
}

/* The producer takes the segment that the consumer has just emptied. */
static void test_used_again(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_one_left, .threads = {put_three_0, get_once}}, 4,
		1);
}

static void test_two_producers(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_last,
			       .threads = {put_0, put_1, get_once},
			       .preemptions = BOUND},
		2, 1);
}

static void test_two_consumers(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_one_left,
			       .threads = {put_0, get_once, get_once},
			       .preemptions = BOUND},
		2, 2);
	explore((struct model){.prepare = prepare_two_left,
			       .threads = {put_0, get_twice, get_once},
			       .preemptions = BOUND},
		3, 3);
}

static void test_close(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_last,
			       .threads = {put_0, close_and_put, get_until_closed},
			       .preemptions = BOUND},
		1, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_producer_one_consumer),
	    cmocka_unit_test(test_two_of_both),
	    cmocka_unit_test(test_many_at_once),
	    cmocka_unit_test(test_used_again),
	    cmocka_unit_test(test_two_producers),
	    cmocka_unit_test(test_two_consumers),
	    cmocka_unit_test(test_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
