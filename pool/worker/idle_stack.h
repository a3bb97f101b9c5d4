/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The roost: workers that have found no work, last come, first called, because the caches still
 * know the last. It is a lock-free stack of places in a table: the top, how many workers were
 * called and have not arrived yet, and a tag against ABA share one word, so that each step is one
 * compare-and-swap. A worker leaves the stack only by being called.
 *
 * pool_idle_stack_wake() calls nobody while `limit` workers are on their way already: a worker that
 * arrives looks for work before it does anything else, so it sees what it was not called for, too.
 * Without this, a burst would wake many workers, for one to do the work of all of them.
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
	alignas(POOL_LINE) struct pool_thread member; /* must be first */
	struct pool_workers *workers;
	struct pool_task *first; /* to begin with; or NULL */
	bool going;              /* on its way out, because it is too many */
	struct pool_parker parker;
	_Atomic uint32_t below; /* 1 + place in the table of the next in the stack; 0: none */
};

struct pool_idle_stack {
	/* tag | on their way (POOL_IDLE_STACK_BITS) | 1 + place of the top, 0: none
	 * (POOL_IDLE_STACK_BITS) */
	alignas(POOL_LINE) _Atomic uint64_t word;
	struct pool_worker *table; /* the caller's; a place may be used again by another worker */
};

/* Sit down; the wait comes with pool_idle_stack_wait(). Between the two the worker looks for work
 * again: whoever brought some before has not seen it sit, whoever brings some from now on will. */
void pool_idle_stack_push(struct pool_idle_stack *idle_stack, struct pool_worker *worker);

/* Wait until called, at most timeout_ns (0: for ever). Returns true: called, and arrived; false:
 * the time is over, and the worker still sits. */
bool pool_idle_stack_wait(struct pool_idle_stack *idle_stack, struct pool_worker *worker,
			  int64_t timeout_ns);

/* Call the top one, unless `limit` are on their way. Returns whether one was called. */
bool pool_idle_stack_wake(struct pool_idle_stack *idle_stack, uint32_t limit);

#endif
