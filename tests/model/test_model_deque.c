/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work-stealing deque in each order: nothing lost, nothing twice, the owner and thieves on the
 * last item, and an array that is replaced under a thief's hands. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "pool/queue/deque.h"
#include "tests/model/expect.h"

enum { ITEMS = 4 };

struct rig {
	struct pool_deque deque;
	int items[ITEMS]; /* written by the owner before they are pushed */
	int taken[ITEMS]; /* by the thread that took the item */
	int pushed;
};

static void prepare(void *state, size_t capacity, size_t start)
{
	struct rig *rig = state;

	MODEL_ASSERT(pool_deque_init(&rig->deque, capacity, start) == 0);
	model_name(&rig->deque.top, "top");
	model_name(&rig->deque.bottom, "bottom");
	model_name(&rig->deque.array, "array");
	for (int i = 0; i < ITEMS; i++) {
		model_name(&rig->items[i], "item %d", i);
		model_name(&rig->taken[i], "mark of item %d", i);
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
	prepare(state, 1, SIZE_MAX);
}

static void push(struct rig *rig)
{
	rig->items[rig->pushed] = rig->pushed + 1;
	MODEL_ASSERT(pool_deque_push(&rig->deque, &rig->items[rig->pushed]));
	rig->pushed++;
}

/* Returns the item's number. */
static int take(struct rig *rig, pool_queue_item item)
{
	ptrdiff_t number = (int *)item - rig->items;

	MODEL_ASSERT(number >= 0 && number < ITEMS);
	MODEL_ASSERT(*(int *)item == number + 1);
	MODEL_ASSERT(rig->taken[number]++ == 0);
	return (int)number;
}

/* Last in, first out: who pops after the push of `last` gets that one or one before it. */
static void pop(struct rig *rig, int last)
{
	pool_queue_item item;

	if (pool_deque_pop(&rig->deque, &item))
		MODEL_ASSERT(take(rig, item) <= last);
}

static int steal(struct rig *rig, int after)
{
	pool_queue_item item;
	int number;

	if (pool_deque_steal(&rig->deque, &item) != POOL_DEQUE_STOLEN)
		return after;
	number = take(rig, item);
	MODEL_ASSERT(number > after);
	return number;
}

static void push_pop(void *state)
{
	push(state);
	pop(state, 0);
}

static void push_pop_push(void *state)
{
	push(state);
	pop(state, 0);
	push(state);
}

static void push_push_pop_pop(void *state)
{
	push(state);
	push(state);
	pop(state, 1);
	pop(state, 1);
}

static void push_pop_push_pop(void *state)
{
	push(state);
	pop(state, 0);
	push(state);
	pop(state, 1);
}

static void push_three(void *state)
{
	push(state);
	push(state);
	push(state);
}

static void push_three_pop_two(void *state)
{
	push_three(state);
	pop(state, 2);
	pop(state, 2);
}

static void thief(void *state)
{
	steal(state, -1);
}

static void thief_twice(void *state)
{
	steal(state, steal(state, -1));
}

static void looker(void *state)
{
	struct rig *rig = state;

	MODEL_ASSERT(pool_deque_count(&rig->deque) <= 2);
}

static void finish(void *state)
{
	struct rig *rig = state;
	pool_queue_item item;
	int left = rig->pushed;

	for (int i = 0; i < ITEMS; i++)
		left -= rig->taken[i];
	model_outcome(left);
	MODEL_ASSERT(pool_deque_count(&rig->deque) == (size_t)left);
	while (pool_deque_pop(&rig->deque, &item))
		take(rig, item);
	for (int i = 0; i < ITEMS; i++)
		MODEL_ASSERT(rig->taken[i] == (i < rig->pushed));
	pool_deque_reclaim(&rig->deque);
	pool_deque_destroy(&rig->deque);
}

/* Explore; there were executions in which from `least` to `most` items were left. */
static void explore(struct model model, int least, int most)
{
	static struct rig rig;
	uint64_t expected = 0;

	for (int i = least; i <= most; i++)
		expected |= UINT64_C(1) << i;
	model.state = &rig;
	model.state_size = sizeof(rig);
	model.finish = finish;
	assert_int_equal(expect_pass(&model), expected);
}

static void test_last_item(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_one, .threads = {push_pop, thief}}, 0, 0);
	explore((struct model){.prepare = prepare_one, .threads = {push_pop, thief, thief}}, 0, 0);
	explore((struct model){.prepare = prepare_wrap, .threads = {push_pop_push, thief, thief}},
		0, 1);
}

static void test_last_two(void **state)
{
	(void)state;
	explore(
	    (struct model){.prepare = prepare_two, .threads = {push_push_pop_pop, thief, thief}}, 0,
	    0);
	explore((struct model){.prepare = prepare_two, .threads = {push_push_pop_pop, thief_twice}},
		0, 0);
	explore(
	    (struct model){.prepare = prepare_two, .threads = {push_pop_push_pop, thief, thief}}, 0,
	    0);
}

/* The places are used again, or the array has grown, depending on how far the thieves are. */
static void test_growth(void **state)
{
	(void)state;
	explore(
	    (struct model){.prepare = prepare_one, .threads = {push_push_pop_pop, thief, thief}}, 0,
	    0);
	explore((struct model){.prepare = prepare_one, .threads = {push_three, thief_twice}}, 1, 3);
	explore(
	    (struct model){.prepare = prepare_two, .threads = {push_three_pop_two, thief_twice}}, 0,
	    1);
	explore((struct model){.prepare = prepare_wrap, .threads = {push_three, thief, thief}}, 1,
		3);
}

static void test_count(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_one, .threads = {push_push_pop_pop, looker}}, 0,
		0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_last_item),
	    cmocka_unit_test(test_last_two),
	    cmocka_unit_test(test_growth),
	    cmocka_unit_test(test_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
