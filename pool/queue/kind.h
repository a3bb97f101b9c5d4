/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kinds behind the one face share. A kind is a struct that begins with a struct queue, and
 * a row of functions that never wait. queue.c does the waiting with two eventcounts; a kind that
 * hands items from waiter to waiter (channel.h) waits itself.
 */
#ifndef POOLRIG_POOL_QUEUE_KIND_H
#define POOLRIG_POOL_QUEUE_KIND_H

#include <stdatomic.h>

#include "pool/queue/eventcount.h"
#include "pool/queue/item.h"
#include "pool/queue/queue.h"

struct queue_ops {
	struct queue_traits traits;
	size_t size; /* of the kind's struct */

	/* Make the kind's part, zeroed before. Returns 0 or an errno; then nothing is left. */
	int (*init)(struct queue *queue, const struct queue_options *options);
	void (*destroy)(struct queue *queue);

	/* Without waiting: QUEUE_OK; QUEUE_FULL or QUEUE_EMPTY; QUEUE_CLOSED; QUEUE_NO_MEMORY. */
	enum queue_status (*try_put)(struct queue *queue, void *item);
	enum queue_status (*try_get)(struct queue *queue, void **item);

	/* NULL: one at a time by the above. Returns how many; 0 says nothing of why. */
	size_t (*put_many)(struct queue *queue, void *const *items, size_t count);
	size_t (*get_many)(struct queue *queue, void **items, size_t count);

	/* NULL: as try_put. */
	enum queue_status (*try_put_high)(struct queue *queue, void *item);

	/* NULL: queue.c waits. */
	enum queue_status (*put)(struct queue *queue, void *item, int64_t deadline_ns);
	enum queue_status (*get)(struct queue *queue, void **item, int64_t deadline_ns);

	/* After queue->closed was set; NULL: that is enough. */
	void (*close)(struct queue *queue);

	size_t (*count)(const struct queue *queue);
	size_t (*capacity)(const struct queue *queue); /* NULL: unbounded */
};

struct queue {
	const struct queue_ops *ops;
	enum queue_wait wait;
	atomic_bool closed;
	struct eventcount gettable, puttable; /* waited for by getters, by putters */
};

extern const struct queue_ops queue_mutex, queue_rendezvous, queue_spsc, queue_mpmc, queue_channel,
    queue_list, queue_priority, queue_deque;

static inline bool queue_closed(const struct queue *queue)
{
	/* Acquire: who sees it closed sees what was put before. */
	return atomic_load_explicit(&queue->closed, memory_order_acquire);
}

/* `count` items have come: wake so many getters that sleep. Where nobody ever sleeps nobody has to
 * be woken. */
static inline void queue_notify_getters(struct queue *queue, size_t count)
{
	if (queue->wait != QUEUE_SPIN && count)
		eventcount_notify(&queue->gettable,
				  count < UINT32_MAX ? (uint32_t)count : UINT32_MAX);
}

/* `count` places have become free: wake so many putters that sleep. */
static inline void queue_notify_putters(struct queue *queue, size_t count)
{
	if (queue->ops->traits.bounded && queue->wait != QUEUE_SPIN && count)
		eventcount_notify(&queue->puttable,
				  count < UINT32_MAX ? (uint32_t)count : UINT32_MAX);
}

#endif
