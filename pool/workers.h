/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Workers around a source of tasks: what fixed, elastic and stealing share. Here is how workers are
 * started and how they leave; where a worker finds its next task, and how it waits for one, is the
 * source's part.
 *
 * The source that is used where nothing else is asked for is one queue (own_queue.c): a submitter
 * puts its task into the queue, then calls a worker if one sits idle. A worker looks for work, then
 * sits down, then looks again. Both are sequentially consistent, so one of the two sees the other,
 * and no task is left lying while a worker sleeps. Whoever takes a task and leaves others behind
 * calls one worker more. So a worker that has just finished may do what another one was called for:
 * it is awake already, and the other one sits down again.
 */
#ifndef POOLRIG_POOL_WORKERS_H
#define POOLRIG_POOL_WORKERS_H

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/fifo.h"
#include "pool/internal.h"
#include "pool/roost.h"
#include "pool/supply.h"

#define WORKERS_MAX ROOST_MAX

struct workers_source {
	/* Make ready what a worker in this place needs besides, before it is started. Returns 0, or
	 * an errno. NULL: nothing. */
	int (*prepare)(struct worker *worker);
	/* The worker's next task, waiting for one. NULL: it leaves, because workers_may_leave() has
	 * said so, because it is dismissed and nothing is left, or because its time is over. */
	struct pool_task *(*next)(struct worker *worker);
	/* Bring an idle worker, if there is one, to ask workers_may_leave(). */
	void (*rouse)(struct workers *workers);
	/* The pool is dismissed, and nothing is submitted any more: bring all idle workers to see
	 * it. */
	void (*dismiss)(struct workers *workers);
};

struct workers {
	struct pool pool; /* must be first */

	/* Set once. */
	const struct workers_source *source;
	uint32_t coming_limit;  /* no more workers on their way than there are CPUs for them */
	int64_t idle_expiry_ns; /* 0: never */
	void (*finished)(struct workers *workers);    /* after each task; or NULL */
	bool (*dispensable)(struct workers *workers); /* one has been idle too long: may one go? */

	atomic_bool dismissed;
	struct fifo queue; /* of own_queue.c, and of stealing.c without a supply */
	struct roost roost;
	struct supply supply; /* of named_queue.c, and of stealing.c; may be empty */

	pthread_mutex_t lock;     /* for what follows; only to start and to end a worker */
	pthread_cond_t news;      /* a place is free, or one more shall leave */
	_Atomic uint32_t leaving; /* so many shall leave, whichever have nothing in hand first */
	_Atomic uint32_t used;    /* places that were ever used */
	uint32_t free_place;      /* 1 + a free one below that, linked by worker.below; 0: none */
	uint32_t taken;           /* places */
	uint32_t going; /* of them: by workers on their way out, because they are too many */
	_Atomic uint32_t
	    bound; /* the pool's capacity: no more places than that, if going can help it */
};

/* With a source; NULL: the named queue that the options ask for, or else the own one. Returns 0, or
 * an errno: ENOMEM, or queue_open()'s. */
int workers_init(struct workers *workers, const struct pool_options *options,
		 const struct workers_source *source);
void workers_destroy(struct workers *workers); /* also after a failed workers_init() */

/* Have one worker more, who looks for work: keep one that shall leave, or start one. Returns 0, or
 * the errno of the start. There must be fewer than WORKERS_MAX, not counting those that shall
 * leave.
 */
int workers_add(struct workers *workers);

/* The same. A worker that is started begins with the task *first, which is NULL then. */
int workers_add_for(struct workers *workers, struct pool_task **first);

/* The same without a task, so many times, until one fails. */
int workers_add_many(struct workers *workers, uint32_t count, uint32_t *added);

/* Workers from pool.capacity up to `capacity`, until one can't be started: pool.capacity says how
 * far it came. Down, always; and from none, with what pool.capacity says, after workers_reset(). */
int workers_grow(struct workers *workers, uint32_t capacity);
void workers_shrink(struct workers *workers, uint32_t capacity);
int workers_restart(struct workers *workers);

/* Have one worker less: whichever is first to have nothing in hand leaves. There must be one that
 * is not to leave yet. let_next_go() is for a worker that has nothing in hand itself. */
void workers_let_go(struct workers *workers);
void workers_let_next_go(struct workers *workers);

/* For a worker with nothing in hand: whether it is to leave; it must, then. */
bool workers_may_leave(struct worker *worker);

/* All have left after a dismissal: begin anew, without workers. Returns 0, or an errno of opening
 * the queue. */
int workers_reset(struct workers *workers);

extern const struct workers_source workers_own_queue, workers_named_queue;

/* With the former: take a task, some worker will do it. */
void workers_put(struct workers *workers, struct pool_task *task);

static inline bool workers_have_supply(const struct workers *workers)
{
	return workers->supply.name;
}

/* struct pool_ops */
void workers_turn_away(struct pool *pool);
void workers_dismiss(struct pool *pool);

#endif
