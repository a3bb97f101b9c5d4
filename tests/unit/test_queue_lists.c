/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of segments, and the two levels made of two of them: borders of segments, segments used
 * again, indices that wrap, closing; high first, and the rule by which low is not starved. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "pool/queue/priority.h"
#include "pool/queue/seglist.h"

static pool_queue_item item(uintptr_t n)
{
	return (pool_queue_item)n;
}

/* Fill to every length up to three segments and drain, from the last lap but one before the indices
 * wrap. */
static void test_every_length(void **state)
{
	const size_t laps = SIZE_MAX / (POOL_SEGLIST_STEP * POOL_SEGLIST_LAP) + 1;
	struct pool_seglist list;
	pool_queue_item got;

	(void)state;
	assert_int_equal(pool_seglist_init(&list, laps - 20), 0);
	for (uintptr_t length = 0; length <= 3 * POOL_SEGLIST_PLACES; length++) {
		for (uintptr_t i = 0; i < length; i++) {
			assert_int_equal(pool_seglist_count(&list), i);
			assert_int_equal(pool_seglist_put(&list, item(i)), POOL_QUEUE_OK);
		}
		for (uintptr_t i = 0; i < length; i++) {
			assert_int_equal(pool_seglist_count(&list), length - i);
			assert_int_equal(pool_seglist_get(&list, &got), POOL_QUEUE_OK);
			assert_ptr_equal(got, item(i));
		}
		assert_int_equal(pool_seglist_get(&list, &got), POOL_QUEUE_EMPTY);
	}
	pool_seglist_destroy(&list);
}

/* Batches of each size stop at the end of a segment, and lose nothing there. */
static void test_batches(void **state)
{
	pool_queue_item in[POOL_SEGLIST_PLACES + 9], got[POOL_SEGLIST_PLACES + 9];
	struct pool_seglist list;
	enum pool_queue_status status;

	(void)state;
	assert_int_equal(pool_seglist_init(&list, 0), 0);
	for (size_t size = 1; size <= POOL_SEGLIST_PLACES + 9; size++) {
		size_t in_all = 0, out_all = 0;

		for (size_t i = 0; i < size; i++)
			in[i] = item(i);
		while (in_all < size) {
			size_t some =
			    pool_seglist_put_many(&list, in + in_all, size - in_all, &status);

			assert_int_equal(status, POOL_QUEUE_OK);
			assert_true(some > 0);
			in_all += some;
		}
		while (out_all < size) {
			size_t some =
			    pool_seglist_get_many(&list, got + out_all, size - out_all, &status);

			assert_int_equal(status, POOL_QUEUE_OK);
			assert_true(some > 0);
			out_all += some;
		}
		assert_memory_equal(got, in, size * sizeof(*in));
		assert_int_equal(pool_seglist_get_many(&list, got, 0, &status), 0);
		assert_int_equal(status, POOL_QUEUE_OK);
	}
	pool_seglist_destroy(&list);
}

/* A list that is not filled beyond a segment goes on with two. */
static void test_segments_are_used_again(void **state)
{
	struct pool_seglist_segment *seen[3] = {NULL};
	struct pool_seglist list;
	pool_queue_item got;
	size_t others = 0;

	(void)state;
	assert_int_equal(pool_seglist_init(&list, 0), 0);
	for (uintptr_t i = 0; i < 100 * POOL_SEGLIST_PLACES; i++) {
		struct pool_seglist_segment *segment = atomic_load(&list.tail.segment);

		assert_int_equal(pool_seglist_put(&list, item(i)), POOL_QUEUE_OK);
		assert_int_equal(pool_seglist_get(&list, &got), POOL_QUEUE_OK);
		if (others < 3 && (!others || segment != seen[others - 1]) &&
		    (others < 2 || segment != seen[0]))
			seen[others++] = segment;
	}
	assert_int_equal(others, 2);
	pool_seglist_destroy(&list);
}

static void test_closes(void **state)
{
	(void)state;
	for (uintptr_t length = 0; length <= 2 * POOL_SEGLIST_PLACES + 1; length++) {
		struct pool_seglist list;
		pool_queue_item got;

		assert_int_equal(pool_seglist_init(&list, 0), 0);
		for (uintptr_t i = 0; i < length; i++)
			assert_int_equal(pool_seglist_put(&list, item(i)), POOL_QUEUE_OK);
		pool_seglist_close(&list);
		assert_int_equal(pool_seglist_put(&list, item(9)), POOL_QUEUE_CLOSED);
		assert_int_equal(pool_seglist_count(&list), length);
		for (uintptr_t i = 0; i < length; i++)
			assert_int_equal(pool_seglist_get(&list, &got), POOL_QUEUE_OK);
		assert_int_equal(pool_seglist_get(&list, &got), POOL_QUEUE_CLOSED);
		assert_int_equal(pool_seglist_put(&list, item(9)), POOL_QUEUE_CLOSED);
		pool_seglist_destroy(&list);
	}
}

/* However many high ones there are, the (n + 1)(POOL_PRIORITY_RUN + 1)-th get has the n-th low one;
 * and high ones wait for low ones no more often than once in POOL_PRIORITY_RUN. */
static void test_low_is_not_starved(void **state)
{
	enum { LOW = 20 };
	struct pool_priority priority;
	uintptr_t low = 0;
	pool_queue_item got;

	(void)state;
	for (int phase = 0; phase <= POOL_PRIORITY_RUN; phase++) {
		assert_int_equal(pool_priority_init(&priority), 0);
		low = 0;
		for (int i = 0; i < phase; i++) /* gets in vain count, too */
			assert_int_equal(pool_priority_get(&priority, &got), POOL_QUEUE_EMPTY);
		for (uintptr_t i = 0; i < LOW; i++)
			assert_int_equal(pool_priority_put(&priority, item(i), POOL_PRIORITY_LOW),
					 POOL_QUEUE_OK);
		for (uintptr_t gets = 1; low < LOW; gets++) {
			assert_int_equal(
			    pool_priority_put(&priority, item(1000), POOL_PRIORITY_HIGH),
			    POOL_QUEUE_OK);
			assert_int_equal(pool_priority_get(&priority, &got), POOL_QUEUE_OK);
			if (got != item(1000)) {
				assert_ptr_equal(got, item(low));
				low++;
			}
			assert_true(low >= gets / (POOL_PRIORITY_RUN + 1));
			assert_true(low <= gets / (POOL_PRIORITY_RUN + 1) + 1);
		}
		pool_priority_destroy(&priority);
	}
}

/* Each level in order; what is empty is passed over at once. */
static void test_levels(void **state)
{
	struct pool_priority priority;
	uintptr_t next[POOL_PRIORITY_LEVELS] = {0, 1000};
	pool_queue_item got;

	(void)state;
	assert_int_equal(pool_priority_init(&priority), 0);
	for (uintptr_t i = 0; i < 100; i++) {
		assert_int_equal(pool_priority_put(&priority, item(i), POOL_PRIORITY_LOW),
				 POOL_QUEUE_OK);
		assert_int_equal(pool_priority_put(&priority, item(1000 + i), POOL_PRIORITY_HIGH),
				 POOL_QUEUE_OK);
	}
	assert_int_equal(pool_priority_count(&priority, POOL_PRIORITY_LOW), 100);
	pool_priority_close(&priority);
	assert_int_equal(pool_priority_put(&priority, item(9), POOL_PRIORITY_LOW),
			 POOL_QUEUE_CLOSED);
	assert_int_equal(pool_priority_put(&priority, item(9), POOL_PRIORITY_HIGH),
			 POOL_QUEUE_CLOSED);
	for (int i = 0; i < 200; i++) {
		enum pool_priority_level level;

		assert_int_equal(pool_priority_get(&priority, &got), POOL_QUEUE_OK);
		level = (uintptr_t)got >= 1000 ? POOL_PRIORITY_HIGH : POOL_PRIORITY_LOW;
		assert_ptr_equal(got, item(next[level]++));
		if (i < POOL_PRIORITY_RUN)
			assert_int_equal(level, POOL_PRIORITY_HIGH);
	}
	for (int i = 0; i <= POOL_PRIORITY_RUN; i++)
		assert_int_equal(pool_priority_get(&priority, &got), POOL_QUEUE_CLOSED);
	pool_priority_destroy(&priority);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_length),
	    cmocka_unit_test(test_batches),
	    cmocka_unit_test(test_segments_are_used_again),
	    cmocka_unit_test(test_closes),
	    cmocka_unit_test(test_low_is_not_starved),
	    cmocka_unit_test(test_levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
