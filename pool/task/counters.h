/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The counters of a pool that are not counted by CPU (shard.h): queued tasks, waiting submitters.
 * And pool_stats(). */
#ifndef POOLRIG_POOL_TASK_COUNTERS_H
#define POOLRIG_POOL_TASK_COUNTERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/task/kind.h"

static inline void pool_count(_Atomic uint64_t *counter, int64_t by)
{
	atomic_fetch_add_explicit(counter, (uint64_t)by, memory_order_release);
}

static inline uint64_t pool_read(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_acquire);
}

/* For kinds that know their queue's peak exactly: one more in the queue, one less. */
void pool_queued(struct pool *pool);
static inline void pool_unqueued(struct pool *pool)
{
	atomic_fetch_sub_explicit(&pool->queued, 1, memory_order_relaxed);
}

/* For kinds that see their queue's length now and then: a length; or, computed from the counters,
 * by a worker that has just taken a task from the queue. */
void pool_note_queued(struct pool *pool, int64_t queued);
void pool_sample_queued(struct pool *pool);

/* Count this submitter as waiting. Returns false where too many wait; else call pool_stop_waiting()
 * after the wait. */
bool pool_may_wait(struct pool *pool);
static inline void pool_stop_waiting(struct pool *pool)
{
	pool_count(&pool->waiters, -1);
}

#endif
