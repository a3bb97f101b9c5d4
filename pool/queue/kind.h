/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kinds behind queue.h share. A kind is a part that follows a struct
 * pool_queue in memory, and a row of functions that never wait. queue.c does the waiting with two
 * eventcounts; a kind that hands items from waiter to waiter (channel.h) waits itself.
 */
#ifndef POOLRIG_POOL_QUEUE_KIND_H
#define POOLRIG_POOL_QUEUE_KIND_H

#include <stdatomic.h>

#include "pool/queue/eventcount.h"
#include "pool/queue/item.h"
#include "pool/queue/queue.h"

struct pool_queue_ops {
	struct pool_queue_traits traits;
	size_t size; /* of the kind's part, which follows struct pool_queue */

	/* Make the kind's part, zeroed before. Returns 0 or an errno; then nothing is left. */
	int (*init)(struct pool_queue *queue, const struct pool_queue_options *options);
	void (*destroy)(struct pool_queue *queue);

	/* Without waiting: POOL_QUEUE_OK; POOL_QUEUE_FULL or POOL_QUEUE_EMPTY; POOL_QUEUE_CLOSED;
	 * POOL_QUEUE_NO_MEMORY. */
	enum pool_queue_status (*try_put)(struct pool_queue *queue, void *item);
	enum pool_queue_status (*try_get)(struct pool_queue *queue, void **item);

	/* NULL: one at a time by the above. Returns how many; 0 gives no reason. */
	size_t (*put_many)(struct pool_queue *queue, void *const *items, size_t count);
	size_t (*get_many)(struct pool_queue *queue, void **items, size_t count);

	/* NULL: as try_put. */
	enum pool_queue_status (*try_put_high)(struct pool_queue *queue, void *item);

	/* NULL: queue.c waits. */
	enum pool_queue_status (*put)(struct pool_queue *queue, void *item, int64_t deadline_ns);
	enum pool_queue_status (*get)(struct pool_queue *queue, void **item, int64_t deadline_ns);

	/* After queue->closed was set; NULL: that is enough. */
	void (*close)(struct pool_queue *queue);

	size_t (*count)(const struct pool_queue *queue);
	size_t (*capacity)(const struct pool_queue *queue); /* NULL: unbounded */
};

struct pool_queue {
	const struct pool_queue_ops *ops;
	enum pool_queue_wait wait;
	atomic_bool closed;
	struct pool_eventcount gettable, puttable; /* waited for by getters, by putters */
};

extern const struct pool_queue_ops pool_queue_mutex, pool_queue_rendezvous, pool_queue_spsc,
    pool_queue_mpmc, pool_queue_channel, pool_queue_list, pool_queue_priority, pool_queue_deque;

/* An item that is nothing but a reason for one getter to return. */
extern const char pool_queue_wake_item;

/* The two halves of pool_queue_open(): all but the kind's part, whose memory is zeroed, by
 * queue->ops; then that part (where it fails, nothing is left). */
struct pool_queue *pool_queue_make(const struct pool_queue_ops *ops,
				   const struct pool_queue_options *options, int *error);
struct pool_queue *pool_queue_begin(struct pool_queue *queue,
				    const struct pool_queue_options *options, int *error);

/* The kind's part. */
static inline void *pool_queue_part(const struct pool_queue *queue)
{
	return (void *)(queue + 1);
}

static inline bool pool_queue_closed(const struct pool_queue *queue)
{
	/* Acquire: a thread that sees it closed sees what was put before. */
	return atomic_load_explicit(&queue->closed, memory_order_acquire);
}

/* `count` items have come: wake that many sleeping getters. With POOL_QUEUE_SPIN none sleeps. */
static inline void pool_queue_notify_getters(struct pool_queue *queue, size_t count)
{
	if (queue->wait != POOL_QUEUE_SPIN && count)
		pool_eventcount_notify(&queue->gettable,
				       count < UINT32_MAX ? (uint32_t)count : UINT32_MAX);
}

/* `count` places have become free: wake that many sleeping putters. */
static inline void pool_queue_notify_putters(struct pool_queue *queue, size_t count)
{
	if (queue->ops->traits.bounded && queue->wait != POOL_QUEUE_SPIN && count)
		pool_eventcount_notify(&queue->puttable,
				       count < UINT32_MAX ? (uint32_t)count : UINT32_MAX);
}

#endif
