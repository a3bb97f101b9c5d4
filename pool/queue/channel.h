/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A channel with the semantics of Go's ("The Go Programming Language Specification", Channel types,
 * Send statements, Receive operator, Close; runtime/chan.go): bounded, blocking, closable, under
 * one lock.
 *
 * - Capacity 0: a put ends when a getter has the item, a get when it has a putter's (rendezvous).
 * - Who waits is served first come, first served. An item goes to the getter that waits longest;
 * where a place becomes free, the item of the putter that waits longest moves in before any other
 * put.
 * - After closing, gets drain the channel and then return QUEUE_CLOSED; getters and putters that
 * wait return QUEUE_CLOSED. Where Go panics (a put on a closed channel, a second close) a put is
 * refused and a close does nothing.
 *
 * All functions but init and destroy: any thread.
 */
#ifndef POOLRIG_POOL_QUEUE_CHANNEL_H
#define POOLRIG_POOL_QUEUE_CHANNEL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool/queue/item.h"
#include "pool/queue/queue.h"

struct channel_waiter; /* on the stack of the thread that waits */

struct channel_line {
	struct channel_waiter *first, *last;
};

/* All under the lock. Getters wait only while there is no item and no putter, putters only while
 * there is no room and no getter: never both. */
struct channel {
	pthread_mutex_t lock;
	queue_item *items;
	size_t capacity;
	size_t head, count; /* place of the oldest item; items */
	struct channel_line putters, getters;
	bool closed;
};

/* `capacity`: 0 to QUEUE_CAPACITY_MAX. Returns 0, EINVAL or ENOMEM. */
int channel_init(struct channel *channel, size_t capacity);

/* Nobody uses it any more; items in it are forgotten. */
void channel_destroy(struct channel *channel);

/* As queue_put() and queue_get(), with the way in which to wait: QUEUE_SPIN never sleeps,
 * QUEUE_SPIN_FUTEX spins first, QUEUE_EVENTCOUNT sleeps at once. */
enum queue_status channel_put(struct channel *channel, queue_item item, enum queue_wait way,
			      int64_t deadline_ns);
enum queue_status channel_get(struct channel *channel, queue_item *item, enum queue_wait way,
			      int64_t deadline_ns);

/* QUEUE_OK, QUEUE_CLOSED, and QUEUE_FULL or QUEUE_EMPTY. */
enum queue_status channel_try_put(struct channel *channel, queue_item item);
enum queue_status channel_try_get(struct channel *channel, queue_item *item);

void channel_close(struct channel *channel);

/* Items that the channel itself holds, those of putters that wait not among them. */
size_t channel_count(struct channel *channel);

/* Threads that wait in a put and in a get. */
void channel_waiters(struct channel *channel, size_t *putters, size_t *getters);

#endif
