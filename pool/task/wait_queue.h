/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Submitters that wait, first come, first served, each with a parker of its own: on a fibre the
 * other fibres of its core run meanwhile. */
#ifndef POOLRIG_POOL_TASK_WAIT_QUEUE_H
#define POOLRIG_POOL_TASK_WAIT_QUEUE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/fibre/fibre.h"
#include "pool/pool.h"

/* How the wait ended. */
enum pool_waiter_end {
	POOL_WAITER_SERVED,    /* a worker has the task */
	POOL_WAITER_MAY_START, /* the submitter starts a worker for it */
	POOL_WAITER_CLOSED,    /* the pool closes */
	POOL_WAITER_TIMED_OUT, /* its deadline has passed, and it has left the queue by itself */
};

/* A submitter that waits; it lives on that submitter's stack. The thread that takes it out of the
 * queue must call pool_waiter_end(). */
struct pool_waiter {
	struct pool_fibre_parker parker;
	struct pool_task *task;
	enum pool_waiter_end end;
	struct pool_waiter *next;
	bool queued; /* under the queue's lock */
};

struct pool_wait_queue {
	pthread_mutex_t lock;
	struct pool_waiter *first, **tail; /* *tail is the NULL at the end */
	bool closed;
	_Atomic uint64_t *count; /* of waiters, kept by the owner; changed under the lock */
};

void pool_wait_queue_init(struct pool_wait_queue *wait_queue, _Atomic uint64_t *count);
void pool_wait_queue_destroy(struct pool_wait_queue *wait_queue);

static inline bool pool_wait_queue_any(const struct pool_wait_queue *wait_queue)
{
	return atomic_load(wait_queue->count) > 0;
}

/* Join the queue, unless `max` wait already (0: no bound). Returns POOL_OK (joined: call
 * pool_wait_queue_wait()), POOL_OVERLOAD, or POOL_CLOSED. */
enum pool_status pool_wait_queue_join(struct pool_wait_queue *wait_queue,
				      struct pool_waiter *waiter, unsigned max);

/* Take the first waiter out, with the lock held. NULL: there is none. */
struct pool_waiter *pool_wait_queue_pop(struct pool_wait_queue *wait_queue);

/* Close the queue: all that wait end with POOL_WAITER_CLOSED. Open it again. */
void pool_wait_queue_close(struct pool_wait_queue *wait_queue);
void pool_wait_queue_reopen(struct pool_wait_queue *wait_queue);

/* End the wait of one that was taken out; it may be gone when this returns. */
void pool_waiter_end(struct pool_waiter *waiter, enum pool_waiter_end end);

static inline enum pool_status pool_waiter_status(enum pool_waiter_end end)
{
	return end == POOL_WAITER_SERVED      ? POOL_OK
	       : end == POOL_WAITER_TIMED_OUT ? POOL_TIMEOUT
					      : POOL_CLOSED;
}

/* Wait for the end, until the deadline at most (INT64_MAX: no limit). */
enum pool_waiter_end pool_wait_queue_wait(struct pool_wait_queue *wait_queue,
					  struct pool_waiter *waiter, int64_t deadline_ns);

#endif
