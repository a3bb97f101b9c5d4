/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shards: a pool's count of submitters and its counters, once for each CPU, so that no two cores
 * write the same cache line for each task. A thread uses the shard of the CPU that it runs on, and
 * keeps it until it leaves; if the thread moves to another CPU meanwhile, that costs a cache miss
 * and nothing else. A counter is the sum over all shards.
 */
#ifndef POOLRIG_POOL_TASK_SHARD_H
#define POOLRIG_POOL_TASK_SHARD_H

#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/queue/item.h"
#include "pool/task/closable_count.h"

/* What workers count, by CPU; the first four are in the order of enum pool_end. */
enum pool_tally {
	POOL_TALLY_COMPLETED,
	POOL_TALLY_FAILED,
	POOL_TALLY_CANCELLED,
	POOL_TALLY_ABANDONED,
	POOL_TALLY_ABANDONED_IN_GROUPS,
	POOL_TALLY_BEGUN,
	POOL_TALLIES
};

struct pool_shard {
	/* Submitters' */
	alignas(POOL_QUEUE_LINE) struct pool_closable_count submitters;
	_Atomic uint64_t submitted, rejected;
	/* Workers' */
	alignas(POOL_QUEUE_LINE) _Atomic uint64_t tally[POOL_TALLIES];
};

struct pool_shards {
	struct pool_shard *shards; /* owned */
	uint32_t mask;             /* how many - 1; a power of two */
};

/* One for each CPU of the machine, rounded up to a power of two, 64 at most. Returns 0, or ENOMEM.
 * They are open. */
int pool_shards_init(struct pool_shards *shards);
void pool_shards_destroy(struct pool_shards *shards); /* takes a zeroed struct, too */

static inline struct pool_shard *pool_shard_here(const struct pool_shards *shards)
{
	return &shards->shards[(uint32_t)sched_getcpu() & shards->mask];
}

/* A thread that reads a counter sees what the counting threads did before they counted. */
static inline void pool_shard_count(struct pool_shard *shard, enum pool_tally tally, uint64_t by)
{
	atomic_fetch_add_explicit(&shard->tally[tally], by, memory_order_release);
}

uint64_t pool_shards_sum(const struct pool_shards *shards, enum pool_tally tally);
uint64_t pool_shards_submitted(const struct pool_shards *shards);
uint64_t pool_shards_rejected(const struct pool_shards *shards);

/* Close all counts of submitters; then wait until all are zero (one thread); open them. */
void pool_shards_close(struct pool_shards *shards);
void pool_shards_await_empty(struct pool_shards *shards);
void pool_shards_reopen(struct pool_shards *shards);

#endif
