/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Workers around one queue: what fixed and elastic share.
 *
 * A submitter puts its task into the queue, then calls a worker if one sits idle. A worker looks
 * for work, then sits down, then looks again. Both are sequentially consistent, so one of the two
 * sees the other, and no task is left lying while a worker sleeps. Whoever takes a task and leaves
 * others behind calls one worker more. So a worker that has just finished may do what another one
 * was called for: it is awake already, and the other one sits down again.
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

struct workers {
	struct pool pool; /* must be first */

	/* Set once. */
	uint32_t places;        /* in the table, which is address space until it is used */
	uint32_t coming_limit;  /* no more workers on their way than there are CPUs for them */
	int64_t idle_expiry_ns; /* 0: never */
	void (*finished)(struct workers *workers);    /* after each task; or NULL */
	bool (*dispensable)(struct workers *workers); /* one has been idle too long: may one go? */

	atomic_bool dismissed;
	struct fifo queue;
	struct roost roost;

	pthread_mutex_t lock;     /* for what follows; only to start and to end a worker */
	pthread_cond_t news;      /* a place is free, or one more shall leave */
	_Atomic uint32_t leaving; /* so many shall leave, whichever have nothing in hand first */
	uint32_t used;            /* places that were ever used */
	uint32_t free_place;      /* 1 + a free one below that, linked by worker.below; 0: none */
};

/* Places for so many workers, at most ROOST_MAX. Returns 0, or an errno: EAGAIN, ENOMEM. */
int workers_init(struct workers *workers, uint32_t places);
void workers_destroy(struct workers *workers); /* also after a failed workers_init() */

/* Have one worker more, who looks for work: keep one that shall leave, or start one. Returns 0, or
 * the errno of the start. There must be fewer than `places`, not counting those that shall leave.
 */
int workers_add(struct workers *workers);

/* The same, so many times, until one fails. */
int workers_add_many(struct workers *workers, uint32_t count, uint32_t *added);

/* Have one worker less: whichever is first to have nothing in hand leaves. There must be one that
 * is not to leave yet. */
void workers_let_go(struct workers *workers);

/* Take a task: some worker will do it. */
void workers_put(struct workers *workers, struct pool_task *task);

/* All have left after a dismissal: begin anew, without workers. */
void workers_reset(struct workers *workers);

/* struct pool_ops */
void workers_dismiss(struct pool *pool);

#endif
