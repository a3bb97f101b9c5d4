/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A channel with the semantics of Go's ("The Go Programming Language Specification", Channel types,
 * Send statements, Receive operator, Close; runtime/chan.go): bounded, blocking, closable, under
 * one lock.
 *
 * - Capacity 0: a put ends when a getter has the item, a get when it has a putter's (rendezvous).
 * - Waiters are served first come, first served. An item goes to the getter that waits longest;
 * where a place becomes free, the item of the putter that waits longest moves in before any other
 * put.
 * - After closing, gets drain the channel and then return POOL_QUEUE_CLOSED; getters and putters
 * that wait return POOL_QUEUE_CLOSED. Where Go panics (a put on a closed channel, a second close) a
 * put is refused and a close does nothing.
 *
 * All functions but init and destroy: any thread.
 */
#ifndef POOLRIG_POOL_QUEUE_CHANNEL_H
#define POOLRIG_POOL_QUEUE_CHANNEL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool/language.h"
#include "pool/queue/item.h"
#include "pool/queue/queue.h"

POOL_C_BEGIN

struct pool_channel_waiter; /* on the stack of the thread that waits */

struct pool_channel_wait_queue {
	struct pool_channel_waiter *first, *last;
};

/* All under the lock. Getters wait only while there is no item and no putter, putters only while
 * there is no room and no getter: never both. */
struct pool_channel {
	pthread_mutex_t lock;
	pool_queue_item *items;
	size_t capacity;
	size_t head, count; /* place of the oldest item; items */
	struct pool_channel_wait_queue putters, getters;
	bool closed;
};

/* `capacity`: 0 to POOL_QUEUE_CAPACITY_MAX. Returns 0, EINVAL or ENOMEM. */
int pool_channel_init(struct pool_channel *channel, size_t capacity);

/* No thread uses it any more; items in it are forgotten. */
void pool_channel_destroy(struct pool_channel *channel);

/* As pool_queue_put() and pool_queue_get(), with the way in which to wait: POOL_QUEUE_SPIN never
 * sleeps, POOL_QUEUE_SPIN_FUTEX spins first, POOL_QUEUE_EVENTCOUNT sleeps at once. */
enum pool_queue_status pool_channel_put(struct pool_channel *channel, pool_queue_item item,
					enum pool_queue_wait way, int64_t deadline_ns);
enum pool_queue_status pool_channel_get(struct pool_channel *channel, pool_queue_item *item,
					enum pool_queue_wait way, int64_t deadline_ns);

/* POOL_QUEUE_OK, POOL_QUEUE_CLOSED, and POOL_QUEUE_FULL or POOL_QUEUE_EMPTY. */
enum pool_queue_status pool_channel_try_put(struct pool_channel *channel, pool_queue_item item);
enum pool_queue_status pool_channel_try_get(struct pool_channel *channel, pool_queue_item *item);

void pool_channel_close(struct pool_channel *channel);

/* Items that the channel itself holds, those of putters that wait not among them. */
size_t pool_channel_count(struct pool_channel *channel);

/* Threads that wait in a put and in a get. */
void pool_channel_waiters(struct pool_channel *channel, size_t *putters, size_t *getters);

POOL_C_END

#endif
