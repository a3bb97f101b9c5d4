/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A ring for one producer and one consumer: bounded, first in, first out, wait-free, no
 * read-modify-write and no fence (L. Lamport, "Specifying Concurrent Program Modules", TOPLAS 5(2),
 * 1983). Each side keeps what it last saw of the other's index and reads it anew only where by that
 * the ring would be full or empty (J. Giacomoni et al., "FastForward", PPoPP 2008, and P. P. C. Lee
 * et al., "A lock-free, cache-efficient shared ring buffer", ANCS 2009): so the lines with the
 * indices change hands once in many items, not once an item.
 *
 * ring_spsc_put*(): one thread at a time, the producer. ring_spsc_get*(): one, the consumer. What
 * the producer wrote before it put an item, the consumer sees once it got it; what the consumer did
 * before it got an item, the producer sees once the place is used again. ring_spsc_count(): any
 * thread.
 */
#ifndef POOLRIG_POOL_QUEUE_RING_SPSC_H
#define POOLRIG_POOL_QUEUE_RING_SPSC_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "pool/queue/item.h"

/* Indices count for ever and wrap with size_t; a place is index & mask. */
struct ring_spsc {
	/* Read by both, written by nobody: apart from what is written, or each put would cost the
	 * consumer a miss on `slots`, and each get the producer. */
	alignas(QUEUE_LINE) _Atomic queue_item *slots;
	size_t mask;

	/* The producer's. The consumer reads `tail` when it runs out of items. */
	alignas(QUEUE_LINE) _Atomic size_t tail;
	size_t head_seen;

	/* The consumer's. The producer reads `head` when it runs out of places. */
	alignas(QUEUE_LINE) _Atomic size_t head;
	size_t tail_seen;
};

/* At least `capacity` places (1 to QUEUE_CAPACITY_MAX): as many as the next power of two. The first
 * index is `start`: 0, or what a test wants. Returns 0, EINVAL or ENOMEM. */
int ring_spsc_init(struct ring_spsc *ring, size_t capacity, size_t start);

/* Nobody uses it any more; items in it are forgotten. Takes a zeroed struct, too. */
void ring_spsc_destroy(struct ring_spsc *ring);

static inline size_t ring_spsc_capacity(const struct ring_spsc *ring)
{
	return ring->mask + 1;
}

/* The producer: how many places are free, looking at the consumer's index only where it saw fewer
 * than `wanted` the last time. */
static inline size_t ring_spsc_room(struct ring_spsc *ring, size_t tail, size_t wanted)
{
	size_t room = ring->mask + 1 - (tail - ring->head_seen);

	if (room < wanted) {
		/* Acquire: the consumer has read the places before they are written again. */
		ring->head_seen = atomic_load_explicit(&ring->head, memory_order_acquire);
		room = ring->mask + 1 - (tail - ring->head_seen);
	}
	return room;
}

/* The producer. Returns false where the ring is full. */
static inline bool ring_spsc_put(struct ring_spsc *ring, queue_item item)
{
	size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);

	if (!ring_spsc_room(ring, tail, 1))
		return false;
	atomic_store_explicit(&ring->slots[tail & ring->mask], item, memory_order_relaxed);
	/* Release: who sees the index sees the item, and what it points to. */
	atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
	return true;
}

/* The producer: put as many of `count` items as there is room for, and publish them at once.
 * Returns how many, the first ones. */
static inline size_t ring_spsc_put_many(struct ring_spsc *ring, queue_item const *items,
					size_t count)
{
	size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	size_t room = ring_spsc_room(ring, tail, count);

	if (count > room)
		count = room;
	for (size_t i = 0; i < count; i++)
		atomic_store_explicit(&ring->slots[(tail + i) & ring->mask], items[i],
				      memory_order_relaxed);
	atomic_store_explicit(&ring->tail, tail + count, memory_order_release); /* as in put */
	return count;
}

/* The consumer: how many items there are, looking at the producer's index only where it saw fewer
 * than `wanted` the last time. */
static inline size_t ring_spsc_filled(struct ring_spsc *ring, size_t head, size_t wanted)
{
	if (ring->tail_seen - head < wanted)
		/* Acquire: the items that the index announces, and what they point to. */
		ring->tail_seen = atomic_load_explicit(&ring->tail, memory_order_acquire);
	return ring->tail_seen - head;
}

/* The consumer. Returns false where the ring is empty. */
static inline bool ring_spsc_get(struct ring_spsc *ring, queue_item *item)
{
	size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);

	if (!ring_spsc_filled(ring, head, 1))
		return false;
	*item = atomic_load_explicit(&ring->slots[head & ring->mask], memory_order_relaxed);
	/* Release: the place has been read before the producer may see that it is free. */
	atomic_store_explicit(&ring->head, head + 1, memory_order_release);
	return true;
}

/* The consumer: get up to `count` items, and free their places at once. Returns how many. */
static inline size_t ring_spsc_get_many(struct ring_spsc *ring, queue_item *items, size_t count)
{
	size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	size_t filled = ring_spsc_filled(ring, head, count);

	if (count > filled)
		count = filled;
	for (size_t i = 0; i < count; i++)
		items[i] = atomic_load_explicit(&ring->slots[(head + i) & ring->mask],
						memory_order_relaxed);
	atomic_store_explicit(&ring->head, head + count, memory_order_release); /* as in get */
	return count;
}

/* How many items it holds: exact for whoever is alone with it, else of some instant of late. */
static inline size_t ring_spsc_count(const struct ring_spsc *ring)
{
	/* The head first: read after it, the tail is not behind it. Acquire keeps them in this
	 * order. */
	size_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
	size_t count = atomic_load_explicit(&ring->tail, memory_order_relaxed) - head;

	/* Between the two reads more may have gone through than the ring holds. */
	return count > ring->mask + 1 ? ring->mask + 1 : count;
}

#endif
