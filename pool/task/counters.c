/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/task/counters.h"

void pool_note_queued(struct pool *pool, int64_t queued)
{
	uint64_t peak = pool_read(&pool->queued_peak);

	while (queued > (int64_t)peak &&
	       !atomic_compare_exchange_weak_explicit(&pool->queued_peak, &peak, (uint64_t)queued,
						      memory_order_relaxed, memory_order_relaxed))
		;
}

void pool_queued(struct pool *pool)
{
	pool_note_queued(pool,
			 atomic_fetch_add_explicit(&pool->queued, 1, memory_order_relaxed) + 1);
}

/* The task that was taken has not begun, but its submitter may not have counted it yet. */
void pool_sample_queued(struct pool *pool)
{
	int64_t begun = (int64_t)pool_shards_sum(&pool->shards, POOL_TALLY_BEGUN);
	int64_t queued = (int64_t)pool_shards_submitted(&pool->shards) - begun;

	pool_note_queued(pool, queued > 1 ? queued : 1);
}

bool pool_may_wait(struct pool *pool)
{
	uint64_t waiters = atomic_load(&pool->waiters);

	do {
		if (pool->max_waiters && waiters >= pool->max_waiters)
			return false;
	} while (!atomic_compare_exchange_weak(&pool->waiters, &waiters, waiters + 1));
	return true;
}

/* A submitter counts after its task was taken, a worker may have ended it by then: what has ended
 * was taken. So what comes later in a task's life is read first. */
void pool_stats(const struct pool *pool, struct pool_stats *out)
{
	uint64_t completed = pool_shards_sum(&pool->shards, POOL_TALLY_COMPLETED);
	uint64_t failed = pool_shards_sum(&pool->shards, POOL_TALLY_FAILED);
	uint64_t cancelled = pool_shards_sum(&pool->shards, POOL_TALLY_CANCELLED);
	uint64_t abandoned = pool_shards_sum(&pool->shards, POOL_TALLY_ABANDONED);
	uint64_t begun = pool_shards_sum(&pool->shards, POOL_TALLY_BEGUN);
	uint64_t submitted = pool_shards_submitted(&pool->shards);

	if (submitted < begun)
		submitted = begun;
	*out = (struct pool_stats){
	    .submitted = submitted,
	    .rejected = pool_shards_rejected(&pool->shards),
	    .completed = completed,
	    .failed = failed,
	    .cancelled = cancelled,
	    .abandoned = abandoned,
	    .workers_started = pool_read(&pool->threads.started),
	    .workers_ended = pool_read(&pool->threads.ended),
	    .workers = pool_read(&pool->threads.alive),
	    .workers_peak = pool_read(&pool->threads.peak),
	    .idle = pool_read(&pool->idle),
	    .queued = submitted - begun,
	    .queued_peak = pool_read(&pool->queued_peak),
	    .waiters = pool_read(&pool->waiters),
	    .capacity = pool_read(&pool->capacity),
	};
	if (pool->ops->stats)
		pool->ops->stats(pool, out);
}
