/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An unbounded intrusive queue, first in, first out, for any number of submitters and workers.
 *
 * Submitters push onto an inbox, newest first, with one compare-and-swap. Workers take from the
 * front, under a lock that only workers share; when the front is empty they take the whole inbox
 * and turn it round. So a worker that is preempted while it holds the lock delays other workers,
 * never a submitter.
 */
#ifndef POOLRIG_POOL_TASK_FIFO_H
#define POOLRIG_POOL_TASK_FIFO_H

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "pool/pool.h"
#include "pool/task/shard.h"

struct pool_fifo {
	alignas(POOL_QUEUE_LINE) _Atomic(struct pool_task *) inbox; /* newest first */
	alignas(POOL_QUEUE_LINE) pthread_mutex_t lock;
	_Atomic(struct pool_task *) front; /* oldest first; changed under the lock */
};

void pool_fifo_init(struct pool_fifo *fifo);
void pool_fifo_destroy(struct pool_fifo *fifo);

void pool_fifo_put(struct pool_fifo *fifo, struct pool_task *task);

/* The oldest task, or NULL. *more: whether it left others behind. */
struct pool_task *pool_fifo_get(struct pool_fifo *fifo, bool *more);

/* Whether it holds a task. Sequentially consistent with pool_fifo_put(), and with pool_fifo_get()
 * except for tasks that a pool_fifo_get() is moving right now: that one will report them in *more.
 */
bool pool_fifo_any(struct pool_fifo *fifo);

#endif
