/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A ring for one producer and one consumer: bounded, first in, first out, wait-free, no
 * read-modify-write and no fence. After J. Giacomoni, T. Moseley, M. Vachharajani, "FastForward for
 * Efficient Pipeline Parallelism: A Cache-Optimized Concurrent Lock-Free Queue", PPoPP 2008: a
 * place itself shows whether it holds an item, so neither side ever reads the other's index.
 *
 * Why not L. Lamport's ring, whose sides publish their indices? Even where each side keeps what it
 * saw of the other's index until by that the ring would be full or empty, the line with the index
 * goes to and fro as soon as one side has caught up, besides those of the places. In one run, in
 * turns, this form moved three times as many items a second between two CPUs that were near (a line
 * to and fro in 55 ns), six times as many between two that were far (330 ns). Publishing an index
 * for many items at once helped the other form, but leaves single items waiting; fetching places
 * ahead helped neither.
 *
 * pool_ring_spsc_put*(): one thread at a time, the producer. pool_ring_spsc_get*(): one, the
 * consumer. What the producer wrote before it put an item, the consumer sees once it got it; what
 * the consumer did before it got an item, the producer sees once it has used the place again.
 * pool_ring_spsc_count(): any thread.
 */
#ifndef POOLRIG_POOL_QUEUE_RING_SPSC_H
#define POOLRIG_POOL_QUEUE_RING_SPSC_H

#include <stdbool.h>
#include <stddef.h>

#include "pool/language.h"
#include "pool/queue/item.h"

POOL_C_BEGIN

/* Indices only grow, and wrap with size_t; a place is index & mask. */
struct pool_ring_spsc {
	/* Read by both, written by neither: apart from what is written, or each put would cost the
	 * consumer a miss on `places`, and each get the producer. */
	/* POOL_QUEUE_NO_ITEM: free */
	alignas(POOL_QUEUE_LINE) POOL_ATOMIC(pool_queue_item) *places;
	size_t mask;

	/* Each side's own index, atomic for pool_ring_spsc_count() only. Apart: each is written all
	 * the time. */
	alignas(POOL_QUEUE_LINE) POOL_ATOMIC(size_t) tail; /* the producer's */
	alignas(POOL_QUEUE_LINE) POOL_ATOMIC(size_t) head; /* the consumer's */
};

/* At least `capacity` places (1 to POOL_QUEUE_CAPACITY_MAX): as many as the next power of two. The
 * first index is `start`: 0, or what a test wants. Returns 0, EINVAL or ENOMEM. */
int pool_ring_spsc_init(struct pool_ring_spsc *ring, size_t capacity, size_t start);

/* No thread uses it any more; items in it are forgotten. Takes a zeroed struct, too. */
void pool_ring_spsc_destroy(struct pool_ring_spsc *ring);

static inline size_t pool_ring_spsc_capacity(const struct pool_ring_spsc *ring)
{
	return ring->mask + 1;
}

/* The producer: put an item other than POOL_QUEUE_NO_ITEM. Returns false where the ring is full. */
static inline bool pool_ring_spsc_put(struct pool_ring_spsc *ring, pool_queue_item item)
{
	size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	POOL_ATOMIC(pool_queue_item) *place = &ring->places[tail & ring->mask];

	/* Acquire: what the consumer did before it got the item that was here. */
	if (atomic_load_explicit(place, memory_order_acquire) != POOL_QUEUE_NO_ITEM)
		return false;
	/* Release: a thread that sees the item sees what it points to. */
	atomic_store_explicit(place, item, memory_order_release);
	atomic_store_explicit(&ring->tail, tail + 1, memory_order_relaxed);
	return true;
}

/* The consumer. Returns false where the ring is empty. */
static inline bool pool_ring_spsc_get(struct pool_ring_spsc *ring, pool_queue_item *item)
{
	size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	POOL_ATOMIC(pool_queue_item) *place = &ring->places[head & ring->mask];
	/* Acquire: the item, and what it points to. */
	pool_queue_item found = atomic_load_explicit(place, memory_order_acquire);

	if (found == POOL_QUEUE_NO_ITEM)
		return false;
	*item = found;
	/* Release: the other side of the acquire in put. */
	atomic_store_explicit(place, POOL_QUEUE_NO_ITEM, memory_order_release);
	atomic_store_explicit(&ring->head, head + 1, memory_order_relaxed);
	return true;
}

/* The producer: put as many of `count` items (none is POOL_QUEUE_NO_ITEM) as there is room for.
 * Returns how many, the first ones. */
static inline size_t pool_ring_spsc_put_many(struct pool_ring_spsc *ring,
					     pool_queue_item const *items, size_t count)
{
	size_t done = 0;

	while (done < count && pool_ring_spsc_put(ring, items[done]))
		done++;
	return done;
}

/* The consumer: get up to `count` items. Returns how many. */
static inline size_t pool_ring_spsc_get_many(struct pool_ring_spsc *ring, pool_queue_item *items,
					     size_t count)
{
	size_t done = 0;

	while (done < count && pool_ring_spsc_get(ring, items + done))
		done++;
	return done;
}

/* How many items it holds: exact where no other thread uses it, else as of some recent instant. */
static inline size_t pool_ring_spsc_count(const struct pool_ring_spsc *ring)
{
	size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	ptrdiff_t count = (ptrdiff_t)(tail - head);

	/* The two are read one after the other, and neither side waits for that. */
	if (count < 0)
		return 0;
	return (size_t)count > ring->mask + 1 ? ring->mask + 1 : (size_t)count;
}

POOL_C_END

#endif
