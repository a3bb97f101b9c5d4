/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kind "fibre": a task runs on a fibre of its own (pool/fibre), up to `capacity` at a time, on
 * one pinned thread for each CPU. A task that waits costs a few KiB, not a thread.
 *
 * As elastic does, it takes a task only where there is a fibre for it; but no worker is woken for
 * it: the task stays in the injection queue until a core looks there next. Admission counts what
 * was taken, and the cores count, once a round, what has begun and ended. A submitter reads the
 * cores' counters only where, by the values that were read last, there would be no room; so no
 * cache line is written by both sides for each task.
 *
 * With a queue that was asked for by name, that queue alone decides what is admitted, and holds
 * what has not begun; `capacity` bounds the fibres.
 *
 * What a fibre submits to its own pool stays with its core, unless an idle core steals it.
 */
#ifndef POOLRIG_POOL_KINDS_FIBRE_POOL_H
#define POOLRIG_POOL_KINDS_FIBRE_POOL_H

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/fibre/runtime.h"
#include "pool/queue/ring_mpmc.h"
#include "pool/task/counters.h"
#include "pool/task/kind.h"
#include "pool/task/task.h"
#include "pool/task/task_queue.h"
#include "pool/task/wait_queue.h"

#define POOL_FIBRE_QUEUE_ROOM                                                                      \
	16384                  /* of the kind's own queue: 8 ms at 2,000,000 a second, 256 KiB */
#define POOL_FIBRE_HELPERS 64  /* threads for blocking calls, at most */
#define POOL_FIBRE_CORES   256 /* at most */

struct pool_fibre_core {
	struct pool_thread member; /* must be first */
	struct pool_fibre_pool *fibres;
	unsigned index;
	int cpu;
};

struct pool_fibre_pool {
	struct pool pool; /* must be first */

	/* Set once. */
	struct pool_runtime runtime;
	struct pool_fibre_core *cores; /* owned; one a scheduler */
	unsigned core_count;
	unsigned prewarm;
	uint64_t queue_room;               /* tasks that may be taken and not begun */
	struct pool_ring_mpmc ring;        /* the kind's own queue; or */
	struct pool_task_queue task_queue; /* the one that was asked for by name */

	/* Submitters' */
	alignas(POOL_QUEUE_LINE) _Atomic uint64_t taken;
	_Atomic uint64_t begun_seen,
	    ended_seen;            /* of those below, as they were read last: lower bounds */
	_Atomic uint32_t capacity; /* 0: no limit */

	/* Cores', once a round. */
	alignas(POOL_QUEUE_LINE) _Atomic uint64_t begun;
	_Atomic uint64_t ended;

	/* Rarely used. */
	alignas(POOL_QUEUE_LINE) _Atomic uint32_t meeting; /* submitters at a queue without room */
	_Atomic uint32_t running;                          /* schedulers */
	struct pool_wait_queue wait_queue;
	pthread_mutex_t lock; /* of helpers */
	struct pool *helpers; /* owned; NULL: no task has blocked yet */
};

/* What a core does with a task (fibre_pool_task.c). The owner is the pool. */
extern const struct pool_fibre_work pool_fibre_pool_work;

/* struct pool_ops (fibre_pool_submit.c) */
enum pool_status pool_fibre_submit(struct pool *pool, struct pool_task *task, int64_t deadline_ns);

/* -- admission (fibre_pool_admission.c) -- */

/* Admit a task, waiting until the deadline at most. */
enum pool_status pool_fibre_admit(struct pool_fibre_pool *fibres, int64_t deadline_ns);
void pool_fibre_admit_undo(struct pool_fibre_pool *fibres);

/* There may be room: admit submitters that wait. */
void pool_fibre_serve_waiters(struct pool_fibre_pool *fibres);

/* -- blocking calls (fibre_pool_block.c) -- */

/* On a fibre of that pool: let a helper thread call fn(arg), and wait. */
void pool_fibre_block(struct pool_fibre_pool *fibres, void (*fn)(void *arg), void *arg);
void pool_fibre_stop_helpers(struct pool_fibre_pool *fibres);

#endif
