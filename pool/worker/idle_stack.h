/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stack of workers that have found no work: the last that went idle is woken first, because the
 * caches still hold its data. It is a lock-free stack of places in a table: the top, the number of
 * workers that were woken and have not arrived yet, and a tag against ABA share one word, so that
 * each step is one compare-and-swap. A worker leaves the stack only by being woken.
 *
 * pool_idle_stack_wake() wakes none while `limit` woken workers have not arrived yet: a worker that
 * arrives looks for work before anything else, so it also finds the work that it was not woken for.
 * Without this limit a burst would wake many workers, and one of them would do all the work.
 */
#ifndef POOLRIG_POOL_WORKER_IDLE_STACK_H
#define POOLRIG_POOL_WORKER_IDLE_STACK_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/task/shard.h"
#include "pool/thread/parker.h"
#include "pool/thread/thread_group.h"

#define POOL_IDLE_STACK_BITS 20
#define POOL_IDLE_STACK_MAX  ((UINT32_C(1) << POOL_IDLE_STACK_BITS) - 1) /* workers, at most */

struct pool_worker {
	alignas(POOL_QUEUE_LINE) struct pool_thread member; /* must be first */
	struct pool_workers *workers;
	struct pool_task *first; /* its first task; or NULL */
	bool going;              /* about to end, because there are too many */
	struct pool_parker parker;
	_Atomic uint32_t below; /* 1 + place in the table of the next below; 0: none */
};

struct pool_idle_stack {
	/* tag | woken and not arrived (POOL_IDLE_STACK_BITS) | 1 + place of the top, 0: none
	 * (POOL_IDLE_STACK_BITS) */
	alignas(POOL_QUEUE_LINE) _Atomic uint64_t word;
	struct pool_worker *table; /* the caller's; a place may be used again by another worker */
};

/* Push the worker; it waits later, in pool_idle_stack_wait(). Between the two it looks for work
 * again: a submitter that put a task before has not seen it in the stack, one that puts a task
 * later sees it. */
void pool_idle_stack_push(struct pool_idle_stack *idle_stack, struct pool_worker *worker);

/* Wait until woken, at most timeout_ns (0: no limit). Returns true: woken, and arrived; false: the
 * time is over, and the worker is still in the stack. */
bool pool_idle_stack_wait(struct pool_idle_stack *idle_stack, struct pool_worker *worker,
			  int64_t timeout_ns);

/* Wake the top worker, unless `limit` are woken and not arrived. Returns whether one was woken. */
bool pool_idle_stack_wake(struct pool_idle_stack *idle_stack, uint32_t limit);

#endif
