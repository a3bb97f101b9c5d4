/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lanes: a pool's gate and its counters, once for each CPU, so that no two cores write the same
 * cache line for each task. Whoever comes uses the lane of the CPU that it happens to run on, and
 * stays with it until it leaves; it may be moved to another CPU meanwhile, which costs a cache miss
 * and nothing else. A counter is the sum over all lanes.
 */
#ifndef POOLRIG_POOL_LANE_H
#define POOLRIG_POOL_LANE_H

#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/gate.h"

#define POOL_LINE 64 /* bytes that two cores should not both write */

/* What workers count, by CPU; the first four are in the order of enum pool_end. */
enum pool_tally {
	TALLY_COMPLETED,
	TALLY_FAILED,
	TALLY_CANCELLED,
	TALLY_ABANDONED,
	TALLY_ABANDONED_IN_GROUPS,
	TALLY_BEGUN,
	TALLIES
};

struct pool_lane {
	/* Submitters' */
	alignas(POOL_LINE) struct gate gate;
	_Atomic uint64_t submitted, rejected;
	/* Workers' */
	alignas(POOL_LINE) _Atomic uint64_t tally[TALLIES];
};

struct pool_lanes {
	struct pool_lane *lanes; /* owned */
	uint32_t mask;           /* how many - 1; a power of two */
};

/* As many as the machine has CPUs, rounded up, 64 at most. Returns 0, or ENOMEM. The gates are
 * open. */
int pool_lanes_init(struct pool_lanes *lanes);
void pool_lanes_destroy(struct pool_lanes *lanes); /* takes a zeroed struct, too */

static inline struct pool_lane *pool_lane_here(const struct pool_lanes *lanes)
{
	return &lanes->lanes[(uint32_t)sched_getcpu() & lanes->mask];
}

/* Who reads a counter sees what those did who counted, before they did. */
static inline void pool_lane_count(struct pool_lane *lane, enum pool_tally tally, uint64_t by)
{
	atomic_fetch_add_explicit(&lane->tally[tally], by, memory_order_release);
}

uint64_t pool_lanes_sum(const struct pool_lanes *lanes, enum pool_tally tally);
uint64_t pool_lanes_submitted(const struct pool_lanes *lanes);
uint64_t pool_lanes_rejected(const struct pool_lanes *lanes);

/* Shut all gates; wait until nobody is inside, after that (one thread); open them. */
void pool_lanes_shut(struct pool_lanes *lanes);
void pool_lanes_await_empty(struct pool_lanes *lanes);
void pool_lanes_reopen(struct pool_lanes *lanes);
bool pool_lanes_are_shut(const struct pool_lanes *lanes); /* all of them */

#endif
