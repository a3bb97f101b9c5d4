/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An unbounded intrusive queue, first in, first out, for any number of submitters and workers.
 *
 * Submitters push onto an inbox, newest first, with one compare-and-swap. Workers take from the
 * front, under a lock that only workers share; when the front is empty they take the whole inbox
 * and turn it round. So a worker that is preempted while it holds the lock delays other workers,
 * never a submitter.
 */
#ifndef POOLRIG_POOL_FIFO_H
#define POOLRIG_POOL_FIFO_H

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "pool/internal.h"

struct fifo {
	alignas(POOL_LINE) _Atomic(struct pool_task *) inbox; /* newest first */
	alignas(POOL_LINE) pthread_mutex_t lock;
	_Atomic(struct pool_task *) front; /* oldest first; changed under the lock */
};

void fifo_init(struct fifo *fifo);
void fifo_destroy(struct fifo *fifo);

void fifo_put(struct fifo *fifo, struct pool_task *task);

/* The oldest task, or NULL. *more: whether it left others behind. */
struct pool_task *fifo_get(struct fifo *fifo, bool *more);

/* Whether it holds a task. Sequentially consistent with fifo_put(), and with fifo_get() except for
 * tasks that a fifo_get() is moving right now: that one will report them in *more. */
bool fifo_any(struct fifo *fifo);

#endif
