/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A ring for any number of producers and consumers: bounded, first in, first out, one
 * compare-and-swap a put and a get. Each place has a sequence number that shows whose turn it is
 * (D. Vyukov, "Bounded MPMC queue", 1024cores.net).
 *
 * Indices and sequence numbers count in steps of two, so that there is an odd number between two
 * turns. A place with sequence 2i waits for the put of index i, with 2i + 1 it holds its item; the
 * get makes it 2(i + places), the next turn. An odd tail is a closed ring: no place ever waits for
 * an odd number, so no put succeeds, and what was put before can be counted exactly.
 *
 * It is not lock-free in the strict sense: a producer that is preempted between its
 * compare-and-swap and its store hides the items behind its own until it goes on; no thread waits
 * for it, though: gets return false meanwhile.
 *
 * All functions but init and destroy: any thread. What a thread did before it put an item, the one
 * that gets it sees.
 */
#ifndef POOLRIG_POOL_QUEUE_RING_MPMC_H
#define POOLRIG_POOL_QUEUE_RING_MPMC_H

#include <stdbool.h>
#include <stddef.h>

#include "pool/language.h"
#include "pool/queue/item.h"

POOL_C_BEGIN

#define POOL_RING_MPMC_STEP   2
#define POOL_RING_MPMC_FILLED 1 /* in a sequence number: the place holds its item */
#define POOL_RING_MPMC_CLOSED 1 /* in the tail */

struct pool_ring_mpmc_place {
	POOL_ATOMIC(size_t) sequence;
	POOL_ATOMIC(pool_queue_item) item;
};

struct pool_ring_mpmc {
	/* Read by all, written by none: apart from the indices, which are written all the time.
	 */
	alignas(POOL_QUEUE_LINE) struct pool_ring_mpmc_place *places;
	size_t mask;

	alignas(POOL_QUEUE_LINE) POOL_ATOMIC(size_t) tail; /* producers write it */
	alignas(POOL_QUEUE_LINE) POOL_ATOMIC(size_t) head; /* consumers write it */
};

/* At least `capacity` places (1 to POOL_QUEUE_CAPACITY_MAX): as many as the next power of two.
 * `start` is the first index, even: 0, or what a test wants. Returns 0, EINVAL or ENOMEM. */
int pool_ring_mpmc_init(struct pool_ring_mpmc *ring, size_t capacity, size_t start);

/* No thread uses it any more; items in it are forgotten. Takes a zeroed struct, too. */
void pool_ring_mpmc_destroy(struct pool_ring_mpmc *ring);

static inline size_t pool_ring_mpmc_capacity(const struct pool_ring_mpmc *ring)
{
	return ring->mask + 1;
}

static inline struct pool_ring_mpmc_place *pool_ring_mpmc_place(const struct pool_ring_mpmc *ring,
								size_t index)
{
	return &ring->places[index / POOL_RING_MPMC_STEP & ring->mask];
}

/* Claim up to `count` places in a row, those that are ready: their sequence is their index plus
 * `phase`. *index: of the first. Returns how many; 0: the ring is full (or closed), or empty.
 *
 * A place that was seen ready stays so until the index passes it, and only the thread that moves
 * the index from there may use it: so it is enough that the index is still the same when all were
 * seen. */
static inline size_t pool_ring_mpmc_claim(struct pool_ring_mpmc *ring, POOL_ATOMIC(size_t) *next,
					  size_t phase, size_t count, size_t *index)
{
	size_t at = atomic_load_explicit(next, memory_order_relaxed);

	for (;;) {
		size_t ready = 0;
		ptrdiff_t ahead = 0;

		for (; ready < count; ready++) {
			size_t turn = at + ready * POOL_RING_MPMC_STEP;

			/* Acquire: the other side is through with the place, and what it left
			 * there, or took from there, it did before. */
			ahead = (ptrdiff_t)(atomic_load_explicit(
						&pool_ring_mpmc_place(ring, turn)->sequence,
						memory_order_acquire) -
					    turn - phase);
			if (ahead)
				break;
		}
		if (!ready && ahead <= 0) /* 0: nothing was asked for */
			return 0;
		if (!ready) {
			/* The place is of a later turn: others have moved the index on. */
			at = atomic_load_explicit(next, memory_order_relaxed);
			continue;
		}
		/* Relaxed: the index gives turns only, data go by the sequence numbers. */
		if (atomic_compare_exchange_weak_explicit(
			next, &at, at + ready * POOL_RING_MPMC_STEP, memory_order_relaxed,
			memory_order_relaxed)) {
			*index = at;
			return ready;
		}
	}
}

/* Put as many of `count` items as there are free places in a row. Returns how many, the first ones;
 * they stand together in the ring. */
static inline size_t pool_ring_mpmc_put_many(struct pool_ring_mpmc *ring,
					     pool_queue_item const *items, size_t count)
{
	size_t index;

	count = pool_ring_mpmc_claim(ring, &ring->tail, 0, count, &index);
	for (size_t i = 0; i < count; i++, index += POOL_RING_MPMC_STEP) {
		struct pool_ring_mpmc_place *place = pool_ring_mpmc_place(ring, index);

		atomic_store_explicit(&place->item, items[i], memory_order_relaxed);
		/* Release: a thread that sees that the place is filled sees the item, and what it
		 * points to.
		 */
		atomic_store_explicit(&place->sequence, index + POOL_RING_MPMC_FILLED,
				      memory_order_release);
	}
	return count;
}

/* Get up to `count` items that stand in a row. Returns how many. */
static inline size_t pool_ring_mpmc_get_many(struct pool_ring_mpmc *ring, pool_queue_item *items,
					     size_t count)
{
	size_t index;

	count = pool_ring_mpmc_claim(ring, &ring->head, POOL_RING_MPMC_FILLED, count, &index);
	for (size_t i = 0; i < count; i++, index += POOL_RING_MPMC_STEP) {
		struct pool_ring_mpmc_place *place = pool_ring_mpmc_place(ring, index);

		items[i] = atomic_load_explicit(&place->item, memory_order_relaxed);
		/* Release: the item has been read before a producer may write another one there. */
		atomic_store_explicit(&place->sequence,
				      index + (ring->mask + 1) * POOL_RING_MPMC_STEP,
				      memory_order_release);
	}
	return count;
}

/* Returns false where the ring is full or closed. */
static inline bool pool_ring_mpmc_put(struct pool_ring_mpmc *ring, pool_queue_item item)
{
	return pool_ring_mpmc_put_many(ring, &item, 1);
}

/* Returns false where the ring is empty, or its first item is still on its way in. */
static inline bool pool_ring_mpmc_get(struct pool_ring_mpmc *ring, pool_queue_item *item)
{
	return pool_ring_mpmc_get_many(ring, item, 1);
}

/* No put succeeds from now on. What was put before can still be got; pool_ring_mpmc_drained() is
 * true when all of that is out, items on their way in included. */
static inline void pool_ring_mpmc_close(struct pool_ring_mpmc *ring)
{
	/* Release: a thread that sees it closed sees what the closer did before. */
	atomic_fetch_or_explicit(&ring->tail, POOL_RING_MPMC_CLOSED, memory_order_release);
}

static inline bool pool_ring_mpmc_is_closed(const struct pool_ring_mpmc *ring)
{
	return atomic_load_explicit(&ring->tail, memory_order_acquire) & POOL_RING_MPMC_CLOSED;
}

/* Whether it is closed, and every item that was ever put has been got (its getter has its turn). */
static inline bool pool_ring_mpmc_drained(const struct pool_ring_mpmc *ring)
{
	size_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);

	return tail & POOL_RING_MPMC_CLOSED &&
	       atomic_load_explicit(&ring->head, memory_order_relaxed) ==
		   (tail & ~POOL_RING_MPMC_CLOSED);
}

/* How many items it holds, those on their way in or out included: exact where no other thread uses
 * it, else as of some recent instant. */
static inline size_t pool_ring_mpmc_count(const struct pool_ring_mpmc *ring)
{
	/* The head first: read after it, the tail is not behind it. Acquire keeps them in this
	 * order. */
	size_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
	size_t count =
	    (atomic_load_explicit(&ring->tail, memory_order_relaxed) - head) / POOL_RING_MPMC_STEP;

	/* Between the two reads more may have gone through than the ring holds. */
	return count > ring->mask + 1 ? ring->mask + 1 : count;
}

POOL_C_END

#endif
