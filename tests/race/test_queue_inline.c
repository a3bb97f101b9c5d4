/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inline operations of the rings and the deque, by the million, from shortly before their
 * indices wrap, with so few places that each side runs into the other all the time. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "pool/queue/deque.h"
#include "pool/queue/ring_mpmc.h"
#include "pool/queue/ring_spsc.h"
#include "tests/race/queue_race.h"

enum { SIDES_MAX = 4, BATCH = 8 };

struct item {
	uint32_t owner, number;
	uint32_t mark; /* plain: a missing order is a data race */
	atomic_uint taken;
};

struct field;

struct side {
	struct field *field;
	uint32_t index;
	struct random random;
	uint64_t taken, disorders, unmarked;
	int64_t last[SIDES_MAX];
	pthread_t thread;
};

/* One structure in use; the operations try up to `count` and return how many. */
struct field {
	size_t (*put)(struct field *field, pool_queue_item const *items, size_t count);
	size_t (*get)(struct field *field, pool_queue_item *items, size_t count);
	size_t (*get_own)(struct field *field, pool_queue_item *items, size_t count); /* or NULL */
	struct pool_ring_spsc spsc;
	struct pool_ring_mpmc mpmc;
	struct pool_deque deque;
	struct item *items;
	size_t share; /* items of a producer */
	unsigned producers, consumers;
	atomic_size_t taken;
};

static void took(struct side *side, pool_queue_item *items, size_t count, bool in_order)
{
	for (size_t i = 0; i < count; i++) {
		struct item *item = items[i];

		side->unmarked += item->mark != ~item->number;
		if (in_order) {
			side->disorders += item->number <= side->last[item->owner];
			side->last[item->owner] = item->number;
		}
		atomic_fetch_add_explicit(&item->taken, 1, memory_order_relaxed);
	}
	side->taken += count;
	if (count)
		atomic_fetch_add_explicit(&side->field->taken, count, memory_order_relaxed);
}

static void *producer_main(void *arg)
{
	struct side *side = arg;
	struct field *field = side->field;
	size_t done = 0;

	while (done < field->share) {
		struct item *first = &field->items[side->index * field->share + done];
		size_t count = 1 + random_below(&side->random, BATCH);
		pool_queue_item batch[BATCH];

		count = count > field->share - done ? field->share - done : count;
		for (size_t i = 0; i < count; i++) {
			first[i].number = (uint32_t)(done + i);
			first[i].owner = side->index;
			first[i].mark = ~(uint32_t)(done + i);
			batch[i] = &first[i];
		}
		count = field->put(field, batch, count);
		done += count;
		if (field->get_own && random_below(&side->random, 2))
			took(side, batch,
			     field->get_own(field, batch, 1 + random_below(&side->random, BATCH)),
			     false);
		if (!count)
			sched_yield();
		race_stumble(&side->random);
	}
	return NULL;
}

static void *consumer_main(void *arg)
{
	struct side *side = arg;
	struct field *field = side->field;
	size_t all = field->share * field->producers;

	while (atomic_load_explicit(&field->taken, memory_order_relaxed) < all) {
		pool_queue_item batch[BATCH];
		size_t count = field->get(field, batch, 1 + random_below(&side->random, BATCH));

		took(side, batch, count, true);
		if (!count)
			sched_yield();
		race_stumble(&side->random);
	}
	return NULL;
}

static void start(struct field *field, struct side *side, unsigned index, void *(*run)(void *arg))
{
	*side = (struct side){.field = field, .index = index};
	side->random = race_random(race_seed(), index + (run == consumer_main ? SIDES_MAX : 0));
	for (int i = 0; i < SIDES_MAX; i++)
		side->last[i] = -1;
	assert_int_equal(pthread_create(&side->thread, NULL, run, side), 0);
}

static void run(struct field *field, unsigned producers, unsigned consumers, size_t items)
{
	struct side put[SIDES_MAX], got[SIDES_MAX];
	uint64_t taken = 0;

	field->producers = producers;
	field->consumers = consumers;
	field->share = items / producers;
	field->items = calloc(field->share * producers, sizeof(*field->items));
	assert_non_null(field->items);
	atomic_init(&field->taken, 0);
	for (unsigned i = 0; i < producers; i++)
		start(field, &put[i], i, producer_main);
	for (unsigned i = 0; i < consumers; i++)
		start(field, &got[i], i, consumer_main);
	for (unsigned i = 0; i < producers + consumers; i++) {
		struct side *side = i < producers ? &put[i] : &got[i - producers];

		pthread_join(side->thread, NULL);
		assert_int_equal(side->disorders, 0);
		assert_int_equal(side->unmarked, 0);
		taken += side->taken;
	}
	assert_int_equal(taken, field->share * producers);
	for (size_t i = 0; i < field->share * producers; i++)
		assert_int_equal(atomic_load(&field->items[i].taken), 1);
	free(field->items);
}

static size_t spsc_put(struct field *field, pool_queue_item const *items, size_t count)
{
	return pool_ring_spsc_put_many(&field->spsc, items, count);
}

static size_t spsc_get(struct field *field, pool_queue_item *items, size_t count)
{
	return pool_ring_spsc_get_many(&field->spsc, items, count);
}

static void test_spsc(void **state)
{
	(void)state;
	for (size_t capacity = 1; capacity <= 1024; capacity *= 32) {
		struct field field = {.put = spsc_put, .get = spsc_get};

		assert_int_equal(pool_ring_spsc_init(&field.spsc, capacity, (size_t)0 - 1000), 0);
		run(&field, 1, 1, RACE_ITEMS(capacity == 1 ? 50000 : 1000000));
		assert_int_equal(pool_ring_spsc_count(&field.spsc), 0);
		pool_ring_spsc_destroy(&field.spsc);
	}
}

static size_t mpmc_put(struct field *field, pool_queue_item const *items, size_t count)
{
	return pool_ring_mpmc_put_many(&field->mpmc, items, count);
}

static size_t mpmc_get(struct field *field, pool_queue_item *items, size_t count)
{
	return pool_ring_mpmc_get_many(&field->mpmc, items, count);
}

static void test_mpmc(void **state)
{
	(void)state;
	for (size_t capacity = 1; capacity <= 1024; capacity *= 32) {
		struct field field = {.put = mpmc_put, .get = mpmc_get};

		assert_int_equal(pool_ring_mpmc_init(&field.mpmc, capacity, (size_t)0 - 1000), 0);
		run(&field, 3, 3, RACE_ITEMS(capacity == 1 ? 50000 : 1000000));
		assert_int_equal(pool_ring_mpmc_count(&field.mpmc), 0);
		pool_ring_mpmc_destroy(&field.mpmc);
	}
}

static size_t deque_put(struct field *field, pool_queue_item const *items, size_t count)
{
	size_t done = 0;

	while (done < count && pool_deque_push(&field->deque, items[done]))
		done++;
	return done;
}

static size_t deque_get_own(struct field *field, pool_queue_item *items, size_t count)
{
	size_t done = 0;

	while (done < count && pool_deque_pop(&field->deque, items + done))
		done++;
	return done;
}

static size_t deque_get(struct field *field, pool_queue_item *items, size_t count)
{
	size_t done = 0;

	while (done < count) {
		enum pool_deque_steal end = pool_deque_steal(&field->deque, items + done);

		if (end == POOL_DEQUE_EMPTY)
			break;
		done += end == POOL_DEQUE_STOLEN;
	}
	return done;
}

/* From one place on, so that it grows while it is robbed; and the owner takes, too. */
static void test_deque(void **state)
{
	(void)state;
	for (unsigned thieves = 1; thieves <= 3; thieves += 2) {
		struct field field = {.put = deque_put, .get = deque_get, .get_own = deque_get_own};

		assert_int_equal(pool_deque_init(&field.deque, 1, (size_t)0 - 1000), 0);
		run(&field, 1, thieves, RACE_ITEMS(1000000));
		assert_int_equal(pool_deque_count(&field.deque), 0);
		pool_deque_destroy(&field.deque);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_spsc),
	    cmocka_unit_test(test_mpmc),
	    cmocka_unit_test(test_deque),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
