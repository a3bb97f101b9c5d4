/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/deque.h"

#include <errno.h>
#include <stdlib.h>

static struct pool_deque_array *make_array(size_t places)
{
	struct pool_deque_array *array;

	if (places > POOL_QUEUE_CAPACITY_MAX)
		return NULL;
	array = malloc(sizeof(*array) + places * sizeof(*array->items));
	if (!array)
		return NULL;
	array->mask = places - 1;
	array->older = NULL;
	for (size_t i = 0; i < places; i++)
		atomic_init(&array->items[i], NULL);
	return array;
}

static void free_arrays(struct pool_deque_array *array)
{
	while (array) {
		struct pool_deque_array *older = array->older;

		free(array);
		array = older;
	}
}

int pool_deque_init(struct pool_deque *deque, size_t capacity, size_t start)
{
	struct pool_deque_array *array;

	if (!capacity || capacity > POOL_QUEUE_CAPACITY_MAX)
		return EINVAL;
	array = make_array(pool_queue_power_of_two(capacity));
	if (!array)
		return ENOMEM;
	atomic_init(&deque->array, array);
	atomic_init(&deque->bottom, start);
	atomic_init(&deque->top, start);
	deque->top_seen = start;
	return 0;
}

void pool_deque_destroy(struct pool_deque *deque)
{
	free_arrays(atomic_load_explicit(&deque->array, memory_order_relaxed));
	atomic_init(&deque->array, NULL);
}

void pool_deque_reclaim(struct pool_deque *deque)
{
	struct pool_deque_array *array = atomic_load_explicit(&deque->array, memory_order_relaxed);

	free_arrays(array->older);
	array->older = NULL;
}

struct pool_deque_array *pool_deque_grow(struct pool_deque *deque, size_t top, size_t bottom)
{
	struct pool_deque_array *old = atomic_load_explicit(&deque->array, memory_order_relaxed);
	struct pool_deque_array *array = make_array(2 * (old->mask + 1));

	if (!array)
		return NULL;
	for (size_t i = top; i != bottom; i++) {
		pool_queue_item item =
		    atomic_load_explicit(&old->items[i & old->mask], memory_order_relaxed);

		atomic_store_explicit(&array->items[i & array->mask], item, memory_order_relaxed);
	}
	array->older = old;
	/* Release: a thief that sees the array sees what is in it. */
	atomic_store_explicit(&deque->array, array, memory_order_release);
	return array;
}
