/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A put or a get that is tried until it succeeds: how a queue waits whose kind does not wait
 * itself. */
#ifndef POOLRIG_POOL_QUEUE_ATTEMPT_H
#define POOLRIG_POOL_QUEUE_ATTEMPT_H

#include <stdint.h>

#include "pool/queue/kind.h"

struct pool_attempt {
	enum pool_queue_status (*put)(struct pool_queue *queue, void *item); /* NULL: a get */
	void *item;                                                          /* to put */
	void **got;                                                          /* where to get it */
};

/* After a first try that failed: try again, waiting as the queue does, until it succeeds, the queue
 * is closed, or the deadline has passed (POOL_QUEUE_TIMEOUT; it has then been tried a last time).
 * Any thread that may put, or get. To notify the other side is left to the caller. */
enum pool_queue_status pool_attempt_wait(struct pool_queue *queue,
					 const struct pool_attempt *attempt, int64_t deadline_ns);

#endif
