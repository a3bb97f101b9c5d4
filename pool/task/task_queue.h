/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue that a pool was opened with, one of ours by its name or the opener's own, and how
 * submitters wait at it. */
#ifndef POOLRIG_POOL_TASK_TASK_QUEUE_H
#define POOLRIG_POOL_TASK_TASK_QUEUE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "pool/task/kind.h"
#include "pool/queue/queue.h"

#define POOL_TASK_QUEUE_CAPACITY 1024 /* of a bounded queue, where the options don't say */

struct pool_task_queue {
	struct pool_queue *queue; /* owned; NULL: the pool was opened without one */
	struct pool_queue_options options;
	const char *name;                 /* of pool_queue_kinds(), or of `own` */
	const struct pool_queue_own *own; /* borrowed; NULL: one of ours */
	bool closes_early; /* puts may run beside pool_queue_close() without being lost */
	bool meets;        /* it has no room: a put waits for a get */
};

/* Whether any number of threads can put, and get. */
bool pool_task_queue_fits(const char *queue);
bool pool_task_queue_fits_own(const struct pool_queue_own *own);

/* Do the options ask for a queue? */
static inline bool pool_task_queue_asked(const struct pool_options *options)
{
	return options->queue || options->own_queue;
}

/* Take queue or own_queue, queue_capacity and wait of the options. Returns 0, or an errno of
 * pool_queue_open().
 */
int pool_task_queue_open(struct pool_task_queue *task_queue, const struct pool_options *options);
/* after pool_task_queue_close() and all that */
int pool_task_queue_reopen(struct pool_task_queue *task_queue);
void pool_task_queue_destroy(struct pool_task_queue *task_queue); /* takes a zeroed struct, too */

/* Put a task, by the pool's rules of waiting: nonblocking, max_waiters, the deadline. */
enum pool_status pool_task_queue_put(struct pool_task_queue *task_queue, struct pool *pool,
				     struct pool_task *task, int64_t deadline_ns);

/* Put a task, waiting until the deadline at most, whatever the pool's rules are. */
enum pool_status pool_task_queue_put_until(struct pool_task_queue *task_queue,
					   struct pool_task *task, int64_t deadline_ns);

/* Get a task until the deadline at most. *task is NULL where pool_task_queue_wake_getter() woke the
 * caller. */
enum pool_queue_status pool_task_queue_get(struct pool_task_queue *task_queue,
					   struct pool_task **task, int64_t deadline_ns);
enum pool_queue_status pool_task_queue_try_get(struct pool_task_queue *task_queue,
					       struct pool_task **task);

/* Wake one thread that waits in pool_task_queue_get(), now or as soon as there is one. Returns
 * whether there was one until the deadline. */
bool pool_task_queue_wake_getter(struct pool_task_queue *task_queue, int64_t deadline_ns);

/* struct pool_ops.release_waiters() and dismiss() */
void pool_task_queue_release_putters(struct pool_task_queue *task_queue);
void pool_task_queue_close(struct pool_task_queue *task_queue);

#endif
