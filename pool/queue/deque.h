/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A work-stealing deque: its owner pushes and pops at the bottom, last in, first out; thieves steal
 * from the top, first in, first out. Unbounded: the owner makes a larger array when one is full.
 * D. Chase and Y. Lev, "Dynamic Circular Work-Stealing Deque", SPAA 2005, in C11's memory model
 * after N. M. Lê, A. Pop, A. Cohen, F. Zappa Nardelli, "Correct and Efficient Work-Stealing for
 * Weak Memory Models", PPoPP 2013. Where those have fences between an access to `bottom` and one to
 * `top`, here the accesses themselves are sequentially consistent: a thief then pays nothing on
 * x86.
 *
 * A thief may read from an array that has been replaced meanwhile, so the old ones are kept, until
 * the owner knows that no thief is at work and calls pool_deque_reclaim(), or until
 * pool_deque_destroy(). Each is half as large as the next: all of them together are smaller than
 * the one in use.
 *
 * pool_deque_push(), pool_deque_pop(), pool_deque_reclaim(): one thread at a time, the owner.
 * pool_deque_steal(), pool_deque_count(): any thread. What a thread did before it pushed an item,
 * the one that takes it sees.
 */
#ifndef POOLRIG_POOL_QUEUE_DEQUE_H
#define POOLRIG_POOL_QUEUE_DEQUE_H

#include <stdbool.h>
#include <stddef.h>

#include "pool/language.h"
#include "pool/queue/item.h"

POOL_C_BEGIN

struct pool_deque_array {
	size_t mask;
	struct pool_deque_array *older; /* the one that it replaced */
	__extension__ POOL_ATOMIC(pool_queue_item) items[];
};

typedef struct pool_deque_array *pool_deque_array_ptr;

/* Items have the indices top to bottom - 1; they wrap with size_t, so only differences count. */
struct pool_deque {
	/* The owner writes `bottom`; thieves read it. `array` is written when the deque grows. */
	alignas(POOL_QUEUE_LINE) POOL_ATOMIC(size_t) bottom;
	size_t top_seen; /* the owner's: the top is there, or has gone on */
	POOL_ATOMIC(pool_deque_array_ptr) array;

	/* Thieves write it, and the owner where it takes the last item: apart from `bottom`, or
	 * each push would fetch the line back from the last thief. */
	alignas(POOL_QUEUE_LINE) POOL_ATOMIC(size_t) top;
};

enum pool_deque_steal {
	POOL_DEQUE_STOLEN,
	POOL_DEQUE_EMPTY,
	POOL_DEQUE_LOST, /* another one took the item meanwhile: there may be more, try again */
};

/* Room for at least `capacity` items to begin with (1 to POOL_QUEUE_CAPACITY_MAX): the next power
 * of two. The first index is `start`: 0, or what a test wants. Returns 0, EINVAL or ENOMEM. */
int pool_deque_init(struct pool_deque *deque, size_t capacity, size_t start);

/* No thread uses it any more; items in it are forgotten. Takes a zeroed struct, too. */
void pool_deque_destroy(struct pool_deque *deque);

/* The owner, while no thief is inside pool_deque_steal(): free the arrays that were replaced. */
void pool_deque_reclaim(struct pool_deque *deque);

/* The owner: replace the array by one twice as large. Returns it, or NULL: no memory. */
struct pool_deque_array *pool_deque_grow(struct pool_deque *deque, size_t top, size_t bottom);

/* The owner. Returns false where it would have to grow and there is no memory: it is as before. */
static inline bool pool_deque_push(struct pool_deque *deque, pool_queue_item item)
{
	size_t bottom = atomic_load_explicit(&deque->bottom, memory_order_relaxed);
	struct pool_deque_array *array = atomic_load_explicit(&deque->array, memory_order_relaxed);

	if (bottom - deque->top_seen > array->mask) {
		/* Acquire: thieves have read their items before the places are written again. */
		deque->top_seen = atomic_load_explicit(&deque->top, memory_order_acquire);
		if (bottom - deque->top_seen > array->mask)
			array = pool_deque_grow(deque, deque->top_seen, bottom);
		if (!array)
			return false;
	}
	atomic_store_explicit(&array->items[bottom & array->mask], item, memory_order_relaxed);
	/* Release: a thread that sees the index sees the item, what it points to, and the array. */
	atomic_store_explicit(&deque->bottom, bottom + 1, memory_order_release);
	return true;
}

/* The owner: take the item that it pushed last. Returns false where there is none. */
static inline bool pool_deque_pop(struct pool_deque *deque, pool_queue_item *item)
{
	size_t bottom = atomic_load_explicit(&deque->bottom, memory_order_relaxed) - 1;
	struct pool_deque_array *array = atomic_load_explicit(&deque->array, memory_order_relaxed);
	bool taken = true;
	ptrdiff_t left;
	size_t top;

	/* Sequentially consistent, as the reads in pool_deque_steal() and the step of its top: the
	 * owner announces that it takes the item before it looks how far the thieves are; a thief
	 * has taken the one before, or seen that taken, before it looks whether this one is there.
	 * Were the order of either not kept, both would take it. */
	atomic_store_explicit(&deque->bottom, bottom, memory_order_seq_cst);
	top = atomic_load_explicit(&deque->top, memory_order_seq_cst);
	left = (ptrdiff_t)(bottom - top);
	if (left >= 0)
		*item =
		    atomic_load_explicit(&array->items[bottom & array->mask], memory_order_relaxed);
	if (left > 0)
		return true;
	/* The last one: the thread that moves the top has it; nothing is read by that. Release: a
	 * thief that sees this top must see the bottom that was announced above: by an older one it
	 * would take an item that has been popped already. */
	if (left == 0)
		taken = atomic_compare_exchange_strong_explicit(
		    &deque->top, &top, top + 1, memory_order_release, memory_order_relaxed);
	/* Relaxed: it is empty, there is nothing to be seen by this. */
	atomic_store_explicit(&deque->bottom, bottom + 1, memory_order_relaxed);
	return left == 0 && taken;
}

/* Any thread: take the oldest item. *item is set where it returns POOL_DEQUE_STOLEN only. */
static inline enum pool_deque_steal pool_deque_steal(struct pool_deque *deque,
						     pool_queue_item *item)
{
	/* In this order, which sequential consistency keeps: see pool_deque_pop(). */
	size_t top = atomic_load_explicit(&deque->top, memory_order_seq_cst);
	size_t bottom = atomic_load_explicit(&deque->bottom, memory_order_seq_cst);
	struct pool_deque_array *array;
	pool_queue_item found;

	if ((ptrdiff_t)(bottom - top) <= 0)
		return POOL_DEQUE_EMPTY;
	/* Acquire: an array that is newer than that index has its items. */
	array = atomic_load_explicit(&deque->array, memory_order_acquire);
	found = atomic_load_explicit(&array->items[top & array->mask], memory_order_relaxed);
	/* The item counts only if the top is still there: then the place has not been used again.
	 * The release in it keeps the reading of the place before the owner's next writing. */
	if (!atomic_compare_exchange_strong_explicit(&deque->top, &top, top + 1,
						     memory_order_seq_cst, memory_order_relaxed))
		return POOL_DEQUE_LOST;
	*item = found;
	return POOL_DEQUE_STOLEN;
}

/* How many items it holds: exact where no other thread uses it, else as of some recent instant. */
static inline size_t pool_deque_count(const struct pool_deque *deque)
{
	size_t top = atomic_load_explicit(&deque->top, memory_order_acquire);
	ptrdiff_t count =
	    (ptrdiff_t)(atomic_load_explicit(&deque->bottom, memory_order_relaxed) - top);

	return count > 0 ? (size_t)count : 0;
}

POOL_C_END

#endif
