/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two rings, alone with one thread: order, borders, indices that wrap, batches, closing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "pool/queue/ring_mpmc.h"
#include "pool/queue/ring_spsc.h"
#include "tests/unit/no_memory.h"

static pool_queue_item item(uintptr_t n)
{
	return (pool_queue_item)n;
}

/* The two rings have the same operations: one test for both. */
struct ring {
	const char *name;
	size_t step; /* of indices */
	int (*init)(struct ring *ring, size_t capacity, size_t start);
	void (*destroy)(struct ring *ring);
	bool (*put)(struct ring *ring, pool_queue_item it);
	bool (*get)(struct ring *ring, pool_queue_item *it);
	size_t (*put_many)(struct ring *ring, pool_queue_item const *items, size_t count);
	size_t (*get_many)(struct ring *ring, pool_queue_item *items, size_t count);
	size_t (*count)(const struct ring *ring);
	size_t (*capacity)(const struct ring *ring);
	struct pool_ring_spsc spsc;
	struct pool_ring_mpmc mpmc;
};

#define OPERATIONS(kind)                                                                           \
	static int kind##_init(struct ring *ring, size_t capacity, size_t start)                   \
	{                                                                                          \
		return pool_ring_##kind##_init(&ring->kind, capacity, start);                      \
	}                                                                                          \
	static void kind##_destroy(struct ring *ring)                                              \
	{                                                                                          \
		pool_ring_##kind##_destroy(&ring->kind);                                           \
	}                                                                                          \
	static bool kind##_put(struct ring *ring, pool_queue_item it)                              \
	{                                                                                          \
		return pool_ring_##kind##_put(&ring->kind, it);                                    \
	}                                                                                          \
	static bool kind##_get(struct ring *ring, pool_queue_item *it)                             \
	{                                                                                          \
		return pool_ring_##kind##_get(&ring->kind, it);                                    \
	}                                                                                          \
	static size_t kind##_put_many(struct ring *ring, pool_queue_item const *items,             \
				      size_t count)                                                \
	{                                                                                          \
		return pool_ring_##kind##_put_many(&ring->kind, items, count);                     \
	}                                                                                          \
	static size_t kind##_get_many(struct ring *ring, pool_queue_item *items, size_t count)     \
	{                                                                                          \
		return pool_ring_##kind##_get_many(&ring->kind, items, count);                     \
	}                                                                                          \
	static size_t kind##_count(const struct ring *ring)                                        \
	{                                                                                          \
		return pool_ring_##kind##_count(&ring->kind);                                      \
	}                                                                                          \
	static size_t kind##_capacity(const struct ring *ring)                                     \
	{                                                                                          \
		return pool_ring_##kind##_capacity(&ring->kind);                                   \
	}
#define RING(kind, step)                                                                           \
	{                                                                                          \
#kind, step, kind##_init, kind##_destroy, kind##_put, kind##_get, kind##_put_many, \
		    kind##_get_many, kind##_count, kind##_capacity, {0 },                          \
		{                                                                                  \
			0                                                                          \
		}                                                                                  \
	}

OPERATIONS(spsc)
OPERATIONS(mpmc)

static void each_ring(void (*test)(struct ring *ring))
{
	struct ring rings[] = {RING(spsc, 1), RING(mpmc, 2)};

	for (size_t i = 0; i < 2; i++)
		test(&rings[i]);
}

static void borders(struct ring *ring)
{
	pool_queue_item got;

	assert_int_equal(ring->init(ring, 0, 0), EINVAL);
	assert_int_equal(ring->init(ring, POOL_QUEUE_CAPACITY_MAX + 1, 0), EINVAL);
	assert_int_equal(ring->init(ring, POOL_QUEUE_CAPACITY_MAX, 0), ENOMEM);
	for (size_t capacity = 1; capacity <= 9; capacity++) {
		size_t places = capacity <= 1   ? 1
				: capacity <= 2 ? 2
				: capacity <= 4 ? 4
				: capacity <= 8 ? 8
						: 16;

		assert_int_equal(ring->init(ring, capacity, 0), 0);
		assert_int_equal(ring->capacity(ring), places);
		assert_false(ring->get(ring, &got));
		for (size_t i = 0; i < places; i++) {
			assert_int_equal(ring->count(ring), i);
			assert_true(ring->put(ring, item(i)));
		}
		assert_false(ring->put(ring, item(99)));
		assert_int_equal(ring->count(ring), places);
		for (size_t i = 0; i < places; i++) {
			assert_true(ring->get(ring, &got));
			assert_ptr_equal(got, item(i));
		}
		assert_false(ring->get(ring, &got));
		ring->destroy(ring);
	}
	ring->destroy(ring); /* a second time does nothing */
}

static void test_borders(void **state)
{
	(void)state;
	each_ring(borders);
}

/* From shortly before the last index to after it, full and empty on both sides of it. */
static void wrap(struct ring *ring)
{
	pool_queue_item got;

	for (size_t before = 0; before <= 9; before++) {
		uintptr_t in = 0, out = 0;

		assert_int_equal(ring->init(ring, 4, (size_t)0 - before * ring->step), 0);
		for (int turn = 0; turn < 12; turn++) {
			for (int fill = 0; ring->put(ring, item(in)); fill++, in++)
				assert_true(fill < 4);
			assert_int_equal(ring->count(ring), 4);
			for (int take = 0; take < 1 + turn % 4; take++, out++) {
				assert_true(ring->get(ring, &got));
				assert_ptr_equal(got, item(out));
			}
		}
		while (ring->get(ring, &got))
			assert_ptr_equal(got, item(out++));
		assert_int_equal(in, out);
		assert_int_equal(ring->count(ring), 0);
		ring->destroy(ring);
	}
}

static void test_indices_wrap(void **state)
{
	(void)state;
	each_ring(wrap);
}

static void batches(struct ring *ring)
{
	pool_queue_item in[20], got[20];

	for (uintptr_t i = 0; i < 20; i++)
		in[i] = item(i);
	assert_int_equal(ring->init(ring, 8, (size_t)0 - 6), 0);
	assert_int_equal(ring->get_many(ring, got, 20), 0);
	assert_int_equal(ring->put_many(ring, in, 0), 0);
	assert_int_equal(ring->put_many(ring, in, 3), 3);
	assert_int_equal(ring->put_many(ring, in + 3, 17), 5); /* as many as there is room */
	assert_int_equal(ring->put_many(ring, in + 8, 12), 0);
	assert_int_equal(ring->get_many(ring, got, 0), 0);
	assert_int_equal(ring->get_many(ring, got, 6), 6);
	assert_int_equal(ring->put_many(ring, in + 8, 4), 4); /* over the end of the array */
	assert_int_equal(ring->get_many(ring, got + 6, 14), 6);
	assert_memory_equal(got, in, 12 * sizeof(*in));
	assert_int_equal(ring->get_many(ring, got, 20), 0);
	ring->destroy(ring);
}

static void test_batches(void **state)
{
	(void)state;
	each_ring(batches);
}

static void test_mpmc_closes(void **state)
{
	struct pool_ring_mpmc ring;
	pool_queue_item got;

	(void)state;
	assert_int_equal(pool_ring_mpmc_init(&ring, 4, 1),
			 EINVAL); /* an odd start would be closed */
	for (size_t before = 0; before <= 6; before += 2) {
		assert_int_equal(pool_ring_mpmc_init(&ring, 4, (size_t)0 - before), 0);
		for (uintptr_t i = 0; i < 2; i++)
			assert_true(pool_ring_mpmc_put(&ring, item(i)));
		assert_false(pool_ring_mpmc_is_closed(&ring));
		pool_ring_mpmc_close(&ring);
		pool_ring_mpmc_close(&ring);
		assert_true(pool_ring_mpmc_is_closed(&ring));
		assert_false(pool_ring_mpmc_put(&ring, item(7)));
		assert_int_equal(pool_ring_mpmc_count(&ring), 2);
		for (uintptr_t i = 0; i < 2; i++) {
			assert_false(pool_ring_mpmc_drained(&ring));
			assert_true(pool_ring_mpmc_get(&ring, &got));
			assert_ptr_equal(got, item(i));
		}
		assert_true(pool_ring_mpmc_drained(&ring));
		assert_false(pool_ring_mpmc_get(&ring, &got));
		assert_false(pool_ring_mpmc_put(&ring, item(7)));
		pool_ring_mpmc_destroy(&ring);
	}
}

/* A full ring that is closed refuses too, at each of its places. */
static void test_mpmc_closed_at_every_place(void **state)
{
	(void)state;
	for (size_t at = 0; at <= 8; at++) {
		struct pool_ring_mpmc ring;
		pool_queue_item got;

		assert_int_equal(pool_ring_mpmc_init(&ring, 4, 0), 0);
		for (size_t i = 0; i < at; i++) {
			assert_true(pool_ring_mpmc_put(&ring, item(i)));
			if (i >= 4 || at <= 4)
				continue;
			if (i < at - 4)
				assert_true(pool_ring_mpmc_get(&ring, &got));
		}
		pool_ring_mpmc_close(&ring);
		for (int i = 0; i < 8; i++) {
			assert_false(pool_ring_mpmc_put(&ring, item(9)));
			pool_ring_mpmc_get(&ring, &got);
		}
		assert_true(pool_ring_mpmc_drained(&ring));
		pool_ring_mpmc_destroy(&ring);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_borders),
	    cmocka_unit_test(test_indices_wrap),
	    cmocka_unit_test(test_batches),
	    cmocka_unit_test(test_mpmc_closes),
	    cmocka_unit_test(test_mpmc_closed_at_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
