/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ring for one producer and one consumer, in each order: nothing lost, nothing twice, first in,
 * first out; either side sees what the other did before. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "pool/queue/ring_spsc.h"
#include "tests/model/expect.h"

enum { ITEMS = 4, TRIES = 3 };

struct rig {
	struct pool_ring_spsc ring;
	int items[ITEMS]; /* written by the producer before they are put */
	int notes[ITEMS]; /* written by the consumer before it gets the item of this number */
	int put, got;
};

static void prepare(void *state, size_t capacity, size_t start)
{
	struct rig *rig = state;

	MODEL_ASSERT(pool_ring_spsc_init(&rig->ring, capacity, start) == 0);
	model_name(&rig->ring.head, "head");
	model_name(&rig->ring.tail, "tail");
	for (size_t i = 0; i < pool_ring_spsc_capacity(&rig->ring); i++)
		model_name(&rig->ring.places[i], "places[%zu]", i);
	for (int i = 0; i < ITEMS; i++) {
		model_name(&rig->items[i], "item %d", i);
		model_name(&rig->notes[i], "note %d", i);
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

/* `count` items have just been put: their places were used before by those `capacity` earlier. */
static void was_put(struct rig *rig, int count)
{
	int capacity = (int)pool_ring_spsc_capacity(&rig->ring);

	rig->put += count;
	for (int i = 0; i < rig->put - capacity; i++)
		MODEL_ASSERT(rig->notes[i] == i + 1);
}

static void producer(void *state)
{
	struct rig *rig = state;

	for (int i = 0; i < TRIES; i++) {
		int *item = &rig->items[rig->put];

		*item = rig->put + 1;
		if (pool_ring_spsc_put(&rig->ring, item))
			was_put(rig, 1);
	}
}

static void was_got(struct rig *rig, pool_queue_item item)
{
	MODEL_ASSERT(item == &rig->items[rig->got]);
	MODEL_ASSERT(*(int *)item == rig->got + 1);
	rig->got++;
}

static void consumer(void *state)
{
	struct rig *rig = state;
	pool_queue_item item;

	for (int i = 0; i < TRIES; i++) {
		rig->notes[rig->got] = rig->got + 1;
		if (pool_ring_spsc_get(&rig->ring, &item))
			was_got(rig, item);
	}
}

static void producer_many(void *state)
{
	struct rig *rig = state;

	for (int i = 0; i < 2; i++) {
		pool_queue_item items[2] = {&rig->items[rig->put], &rig->items[rig->put + 1]};

		rig->items[rig->put] = rig->put + 1;
		rig->items[rig->put + 1] = rig->put + 2;
		was_put(rig, (int)pool_ring_spsc_put_many(&rig->ring, items, 2));
	}
}

static void consumer_many(void *state)
{
	struct rig *rig = state;
	pool_queue_item items[2];

	for (int i = 0; i < 2; i++) {
		size_t count;

		rig->notes[rig->got] = rig->got + 1;
		rig->notes[rig->got + 1] = rig->got + 2;
		count = pool_ring_spsc_get_many(&rig->ring, items, 2);
		for (size_t j = 0; j < count; j++)
			was_got(rig, items[j]);
	}
}

static void looker(void *state)
{
	struct rig *rig = state;

	MODEL_ASSERT(pool_ring_spsc_count(&rig->ring) <= pool_ring_spsc_capacity(&rig->ring));
}

static void finish(void *state)
{
	struct rig *rig = state;
	pool_queue_item item;

	model_outcome(rig->put * 8 + rig->got);
	MODEL_ASSERT(pool_ring_spsc_count(&rig->ring) == (size_t)(rig->put - rig->got));
	while (pool_ring_spsc_get(&rig->ring, &item))
		was_got(rig, item);
	MODEL_ASSERT(rig->got == rig->put);
	pool_ring_spsc_destroy(&rig->ring);
}

/* Explore; `all` that could be put and got at best must have been, in one execution. */
static void explore(struct model model, int all)
{
	static struct rig rig;

	model.state = &rig;
	model.state_size = sizeof(rig);
	model.finish = finish;
	assert_true(expect_pass(&model) & UINT64_C(1) << (all * 9));
}

static void test_one_place(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_one, .threads = {producer, consumer}}, TRIES);
}

static void test_two_places(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_two, .threads = {producer, consumer}}, TRIES);
}

static void test_wrap(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_wrap, .threads = {producer, consumer}}, TRIES);
}

static void test_many_at_once(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_two, .threads = {producer_many, consumer_many}},
		4);
	explore((struct model){.prepare = prepare_wrap, .threads = {producer_many, consumer}}, 3);
}

static void test_count(void **state)
{
	(void)state;
	explore((struct model){.prepare = prepare_one, .threads = {producer, consumer, looker}},
		TRIES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one_place), cmocka_unit_test(test_two_places),
	    cmocka_unit_test(test_wrap),      cmocka_unit_test(test_many_at_once),
	    cmocka_unit_test(test_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
