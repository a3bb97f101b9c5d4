/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work-stealing deque, alone with one thread that is owner and thief: both ends, growth,
 * indices that wrap. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "pool/queue/deque.h"

static pool_queue_item item(uintptr_t n)
{
	return (pool_queue_item)n;
}

static void test_both_ends(void **state)
{
	struct pool_deque deque;
	pool_queue_item got;

	(void)state;
	assert_int_equal(pool_deque_init(&deque, 0, 0), EINVAL);
	assert_int_equal(pool_deque_init(&deque, POOL_QUEUE_CAPACITY_MAX + 1, 0), EINVAL);
	assert_int_equal(pool_deque_init(&deque, 8, 0), 0);
	assert_false(pool_deque_pop(&deque, &got));
	assert_int_equal(pool_deque_steal(&deque, &got), POOL_DEQUE_EMPTY);
	for (uintptr_t i = 0; i < 6; i++)
		assert_true(pool_deque_push(&deque, item(i)));
	assert_int_equal(pool_deque_count(&deque), 6);
	for (uintptr_t i = 0; i < 3; i++) {
		assert_int_equal(pool_deque_steal(&deque, &got), POOL_DEQUE_STOLEN);
		assert_ptr_equal(got, item(i));
		assert_true(pool_deque_pop(&deque, &got));
		assert_ptr_equal(got, item(5 - i));
	}
	assert_int_equal(pool_deque_count(&deque), 0);
	assert_false(pool_deque_pop(&deque, &got));
	assert_int_equal(pool_deque_count(&deque), 0);
	assert_int_equal(pool_deque_steal(&deque, &got), POOL_DEQUE_EMPTY);
	pool_deque_destroy(&deque);
	pool_deque_destroy(&deque); /* a second time does nothing */
}

/* Its arrays hold what they should after each growth, wherever the indices begin. */
static void test_grows(void **state)
{
	(void)state;
	for (size_t before = 0; before <= 20; before++) {
		struct pool_deque deque;
		pool_queue_item got;
		uintptr_t oldest = 0;

		assert_int_equal(pool_deque_init(&deque, 1, (size_t)0 - before), 0);
		for (uintptr_t i = 0; i < 40; i++) {
			assert_true(pool_deque_push(&deque, item(i)));
			if (i % 3 == 2) {
				assert_int_equal(pool_deque_steal(&deque, &got), POOL_DEQUE_STOLEN);
				assert_ptr_equal(got, item(oldest++));
			}
			if (i == 20)
				pool_deque_reclaim(&deque);
		}
		assert_int_equal(pool_deque_count(&deque), 40 - oldest);
		for (uintptr_t i = 40; i-- > oldest;) {
			assert_true(pool_deque_pop(&deque, &got));
			assert_ptr_equal(got, item(i));
		}
		assert_false(pool_deque_pop(&deque, &got));
		pool_deque_destroy(&deque);
	}
}

/* It does not grow where thieves have made room. */
static void test_room_from_thieves(void **state)
{
	struct pool_deque deque;
	pool_queue_item got;

	(void)state;
	assert_int_equal(pool_deque_init(&deque, 4, (size_t)0 - 10), 0);
	for (uintptr_t i = 0; i < 100; i++) {
		assert_true(pool_deque_push(&deque, item(i)));
		if (i >= 3) {
			assert_int_equal(pool_deque_steal(&deque, &got), POOL_DEQUE_STOLEN);
			assert_ptr_equal(got, item(i - 3));
		}
	}
	assert_int_equal(atomic_load(&deque.array)->mask, 3);
	assert_null(atomic_load(&deque.array)->older);
	pool_deque_destroy(&deque);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_both_ends),
	    cmocka_unit_test(test_grows),
	    cmocka_unit_test(test_room_from_thieves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
