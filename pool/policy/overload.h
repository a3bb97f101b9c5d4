/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is done with a task that a pool refuses (POOL_OVERLOAD, POOL_NO_THREAD): one of these, by
 * name.
 *
 *   "reject"       it is the caller's again
 *   "caller_runs"  the submitting thread runs it: submitters are slowed down to what can be done
 *   "spawn"        a new thread runs it: the pool's limit no longer holds
 *   "drop_oldest"  it waits before the pool, where `waiting` tasks may; beyond that the
 *                  one that waited longest is dropped: its sender is the likeliest to have given up
 *   "fall_back"    the fall-back answers it, at once and without the pool
 *
 * (The first four are Java's ThreadPoolExecutor's handlers, its "discard oldest" among them;
 * Nygard, Release It!, 2007, has the reasons for the last.) A pool that is closed refuses for good:
 * that is rejected, whatever the policy. A pool that never refuses (naive, fixed with its own
 * queue) has no overload.
 *
 * A task that the policy runs itself is run by task->run() alone: so neither tracked tasks nor
 * groups' may be submitted here. With drop_oldest each task, at the end of its run(), has to ask
 * pool_overload_next() for one that waits and run it, and so on in turn: so what waits needs no
 * thread of its own. The pool counts a chain of tasks that run so as one.
 *
 * Threads: any may submit at any time.
 */
#ifndef POOLRIG_POOL_POLICY_OVERLOAD_H
#define POOLRIG_POOL_POLICY_OVERLOAD_H

#include <pthread.h>
#include <stdint.h>

#include "pool/language.h"
#include "pool/pool.h"

POOL_C_BEGIN

/* What refused a task. */
enum pool_refusal {
	POOL_REFUSED_BY_POOL,
	POOL_REFUSED_BY_BREAKER,
	POOL_REFUSED_BY_SWITCH, /* the degrade switch is on */
};

/* What is done in a refused task's stead: cheap, for the submitting thread does it. The task is the
 * caller's again afterwards, if answer() did not free it. */
struct pool_fallback {
	void (*answer)(void *arg, struct pool_task *task, enum pool_refusal why);
	void *arg;
};

/* What became of a task. */
enum pool_overload_outcome {
	POOL_OVERLOAD_TAKEN,      /* the pool has it, or it waits: it will run, or be dropped() */
	POOL_OVERLOAD_SPAWNED,    /* a thread of its own runs it */
	POOL_OVERLOAD_CALLER_RAN, /* it has been run */
	POOL_OVERLOAD_FELL_BACK,  /* the fall-back has answered */
	POOL_OVERLOAD_REJECTED,   /* it does not run: it is the caller's again */
};

struct pool_overload_options {
	const pthread_attr_t *spawn; /* spawn: of its threads, detached; NULL: 64 KiB of stack */
	size_t waiting;              /* drop_oldest: tasks that may wait, 1 or more */
	/* drop_oldest: called in run()'s stead for a task that gives way; by any thread that
	 * submits, or by the caller of pool_overload_empty(). Required. */
	void (*dropped)(struct pool_task *task);
	struct pool_fallback fallback; /* fall_back: required */
};

struct pool_overload;

struct pool_overload_ops {
	const char *name;
	/* 0 or EINVAL; NULL: any will do */
	int (*check)(const struct pool_overload_options *options);
	/* The pool has refused it. NULL: the policy asks the pool itself, by submit(). */
	enum pool_overload_outcome (*refused)(struct pool_overload *o, struct pool_task *task);
	enum pool_overload_outcome (*submit)(struct pool_overload *o, struct pool_task *task,
					     enum pool_status *status);
};

struct pool_overload_stats {
	uint64_t rejected, spawned, caller_ran, fell_back;
	uint64_t waited;  /* of drop_oldest: tasks that were put to wait */
	uint64_t dropped; /* of these: those that gave way */
	uint64_t waiting; /* now */
	uint64_t carried; /* of those that waited: taken along by one that ended */
};

struct pool_overload {
	const struct pool_overload_ops *ops;
	struct pool *pool; /* not owned */
	struct pool_overload_options options;
	pthread_attr_t attr;
	POOL_ATOMIC(uint64_t) rejected, spawned, caller_ran, fell_back, waited, dropped;
	POOL_ATOMIC(uint64_t) offered, carried; /* of drop_oldest */

	pthread_mutex_t lock; /* for what follows */
	pthread_cond_t quiet; /* no spawned thread is left */
	struct pool_task *first, *last;
	uint64_t waiting, inside; /* inside: ours in the pool, or about to be tried there */
	uint64_t threads;         /* spawned, that run */
};

/* The names, NULL-terminated. */
const char *const *pool_overload_names(void);

/* The pool and what options points to must stay. Returns 0, or EINVAL (no such policy, or an option
 * that it requires is missing), ENOMEM. */
int pool_overload_init(struct pool_overload *o, const char *name, struct pool *pool,
		       const struct pool_overload_options *options);

/* Waits for threads that were spawned. pool_overload_empty() first; no task may be submitted any
 * more.
 */
void pool_overload_destroy(struct pool_overload *o);

/* Submit a task. *status is what the pool said. */
enum pool_overload_outcome pool_overload_submit(struct pool_overload *o, struct pool_task *task,
						enum pool_status *status);

/* The same for a caller that has submitted to the pool itself, and did not get POOL_OK. Not of
 * a policy that has a submit() of its own. */
enum pool_overload_outcome pool_overload_refused(struct pool_overload *o, struct pool_task *task,
						 enum pool_status status);

/* A task has done its work: the next one to run in this thread, or NULL. Never for a task that the
 * pool abandons; for that one pool_overload_left() is due. */
struct pool_task *pool_overload_next(struct pool_overload *o);
void pool_overload_left(struct pool_overload *o);

/* Drop all that wait, before the pool is closed. Returns how many. */
uint64_t pool_overload_empty(struct pool_overload *o);

void pool_overload_stats(struct pool_overload *o, struct pool_overload_stats *out);

/* Make of a pool's counters those of the pool and what waits before it: each task counts once in
 * offered (submitted + rejected) and, when it is done, in completed, each task of a chain by
 * itself. Only drop_oldest makes a difference there. For code that reads the load, as autoscaling
 * does. */
void pool_overload_correct(struct pool_overload *o, struct pool_stats *stats);

POOL_C_END

#endif
