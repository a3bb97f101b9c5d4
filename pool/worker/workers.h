/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Workers around a source of tasks: what fixed, elastic and stealing share. Here is how workers are
 * started and how they leave; how a worker finds its next task, and how it waits for one, is the
 * source's part.
 *
 * The default source is one queue (workers_own_queue.c): a submitter puts its task into the queue,
 * then wakes an idle worker, if there is one. A worker looks for a task, then pushes itself onto
 * the stack of idle workers, then looks again. Both are sequentially consistent, so one of the two
 * sees the other, and no task stays queued while a worker sleeps. A worker that takes a task and
 * leaves others behind wakes one more. So a worker that has just finished may take the task that
 * another one was woken for: it is awake already, and the other one goes idle again.
 */
#ifndef POOLRIG_POOL_WORKER_WORKERS_H
#define POOLRIG_POOL_WORKER_WORKERS_H

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/task/counters.h"
#include "pool/task/fifo.h"
#include "pool/task/kind.h"
#include "pool/task/task_queue.h"
#include "pool/worker/idle_stack.h"

#define POOL_WORKERS_MAX POOL_IDLE_STACK_MAX

struct pool_workers_source {
	/* Prepare what a worker in this place needs besides, before it is started. Returns 0, or an
	 * errno. NULL: nothing. */
	int (*prepare)(struct pool_worker *worker);
	/* The worker's next task, waiting for one. NULL: it leaves, because
	 * pool_workers_may_leave() returned true, because it is dismissed and nothing is left, or
	 * because it has been idle too long. */
	struct pool_task *(*next)(struct pool_worker *worker);
	/* Wake an idle worker, if there is one, so that it calls pool_workers_may_leave(). */
	void (*unpark)(struct pool_workers *workers);
	/* The pool is dismissed, and nothing is submitted any more: wake all idle workers. */
	void (*dismiss)(struct pool_workers *workers);
};

struct pool_workers {
	struct pool pool; /* must be first */

	/* Set once. */
	const struct pool_workers_source *source;
	uint32_t waking_limit;  /* woken workers that have not arrived: no more than there are CPUs
				   for them */
	uint32_t most;          /* workers: POOL_WORKERS_MAX, or fewer */
	int64_t idle_expiry_ns; /* 0: never */
	void (*finished)(struct pool_workers *workers); /* after each task; or NULL */
	/* one has been idle too long: may one end? */
	bool (*dispensable)(struct pool_workers *workers);

	atomic_bool dismissed;
	struct pool_fifo queue; /* of workers_own_queue.c, and of stealing.c without a task queue */
	struct pool_idle_stack idle_stack;
	/* of workers_named_queue.c, and of stealing.c; may be empty */
	struct pool_task_queue task_queue;

	pthread_mutex_t lock;     /* for what follows; only to start and to end a worker */
	pthread_cond_t changed;   /* a place is free, or one more worker is to leave */
	_Atomic uint32_t leaving; /* workers that are to leave: the first that have no task */
	_Atomic uint32_t used;    /* places that were ever used */
	uint32_t free_place;      /* 1 + a free place below that, linked by worker.below; 0: none */
	uint32_t taken;           /* places */
	uint32_t going; /* of them: those of workers that are ending because there are too many */
	/* the pool's capacity: no more places than that, where those that end leave in time */
	_Atomic uint32_t bound;
};

/* With a source; NULL: the named queue that the options ask for, or else the own one. Returns 0, or
 * an errno: ENOMEM, or pool_queue_open()'s. */
int pool_workers_init(struct pool_workers *workers, const struct pool_options *options,
		      const struct pool_workers_source *source, uint32_t most);

/* Have one worker more: keep one that is to leave, or start one. Returns 0, or the errno of the
 * start. There must be fewer than POOL_WORKERS_MAX, not counting those that are to leave. */
int pool_workers_add(struct pool_workers *workers);

/* The same. A worker that is started begins with the task *first, which is then NULL. */
int pool_workers_add_for(struct pool_workers *workers, struct pool_task **first);

/* Have `count` workers more, until one cannot be started. */
int pool_workers_add_many(struct pool_workers *workers, uint32_t count, uint32_t *added);

/* Have one worker less: the first that has no task leaves. There must be one that is not to leave
 * yet. end_next() is for a worker that has no task itself. */
void pool_workers_end_one(struct pool_workers *workers);
void pool_workers_end_next(struct pool_workers *workers);

/* For a worker without a task: whether it is to leave; it then must. */
bool pool_workers_may_leave(struct pool_worker *worker);

/* All have left after a dismissal: start again, without workers. Returns 0, or an errno of opening
 * the queue. */
int pool_workers_reset(struct pool_workers *workers);

extern const struct pool_workers_source pool_workers_own_queue, pool_workers_named_queue;

/* With the former: put a task, some worker will run it. */
void pool_workers_put(struct pool_workers *workers, struct pool_task *task);

static inline bool pool_workers_have_task_queue(const struct pool_workers *workers)
{
	return workers->task_queue.name;
}

/* struct pool_ops; destroy() also after a failed pool_workers_init(). */
void pool_workers_destroy(struct pool *pool);
void pool_workers_release_submitters(struct pool *pool);
void pool_workers_dismiss(struct pool *pool);

/* The same, for kinds with `capacity` workers: all of them from the start, 1 to `most`. start() is
 * part of open(): EINVAL for 0, EAGAIN for too many. */
int pool_workers_start(struct pool *pool, unsigned capacity);
int pool_workers_tune(struct pool *pool, unsigned capacity);
int pool_workers_restart(struct pool *pool);

#endif
