/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kind "stealing": each worker has a deque of its own (pool/queue/deque.h), for what it submits
 * itself; one queue, the injection queue, takes what others submit. A worker looks into its own
 * deque first, newest first; then into the injection queue; then it steals the oldest task of
 * another worker, beginning with one chosen at random (R. D. Blumofe, C. E. Leiserson, "Scheduling
 * Multithreaded Computations by Work Stealing", JACM 46(5), 1999). Each 61st time it looks into the
 * injection queue first, or workers that submit without end would starve it (as Go's scheduler does:
 * runtime/proc.go, schedule()).
 *
 * A worker that finds nothing sleeps on an eventcount. A submitter wakes none while a worker
 * searches already: that one finds the task, or another one, and then, if it was the last that
 * searched, wakes one more where there is more; or it finds nothing, stops searching, announces
 * that it is going to sleep, and looks again. Either it sees the task then, or the submitter sees
 * that no worker searches (runtime/proc.go, "Worker thread parking/unparking").
 */
#ifndef POOLRIG_POOL_KINDS_STEALING_H
#define POOLRIG_POOL_KINDS_STEALING_H

#include "pool/queue/deque.h"
#include "pool/queue/eventcount.h"
#include "pool/worker/workers.h"

#define POOL_STEALING_MAX 4096 /* workers */

/* What a worker of this kind has besides; at the same place in a table of its own. */
struct pool_stealing_worker {
	struct pool_deque deque; /* the owner's place is used by one worker at a time */
	bool searching;
	uint32_t looks;
	uint64_t random; /* random_splitmix() */
};

struct pool_stealing {
	struct pool_workers workers;        /* must be first */
	struct pool_stealing_worker *parts; /* POOL_STEALING_MAX; address space until used */
	_Atomic uint32_t ready;             /* how many have a deque */

	alignas(POOL_QUEUE_LINE) _Atomic uint32_t searching;
	_Atomic uint32_t meeting; /* submitters that wait for a worker in a queue without room */
	struct pool_eventcount sleepers;
};

/* stealing_search.c */
extern const struct pool_workers_source pool_stealing_source;

static inline struct pool_stealing_worker *pool_stealing_worker_of(struct pool_worker *worker)
{
	struct pool_stealing *stealing = (struct pool_stealing *)worker->workers;

	return &stealing->parts[worker - worker->workers->idle_stack.table];
}

static inline void pool_stealing_wake_one(struct pool_stealing *stealing)
{
	pool_eventcount_notify(&stealing->sleepers, 1);
}

#endif
