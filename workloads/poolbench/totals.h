/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is counted when a bench has finished; what its parts have counted stays with them. */
#ifndef POOLRIG_POOLBENCH_TOTALS_H
#define POOLRIG_POOLBENCH_TOTALS_H

#include <stdint.h>

#include "base/error.h"
#include "pool/policy/breaker.h"
#include "pool/pool.h"
#include "workloads/poolbench/malloc_count.h"

struct bench;

/* What a record may be unknown for. */
enum bench_unknown {
	BENCH_KNOWN, /* always */
	BENCH_UNKNOWN_ALLOCATOR,
	BENCH_UNKNOWN_CPU_RATE,
	BENCH_UNKNOWN_REACTION,
	BENCH_UNKNOWN_OVER_SCALING,
	BENCH_UNKNOWN_PEAKS,
	BENCH_UNKNOWNS,
};

/* Of the window. offered (the generator's) = completed + rejected + abandoned. */
struct bench_totals {
	uint64_t completed, rejected, abandoned;
	uint64_t failed;                    /* of the completed */
	uint64_t threads_started;           /* by the pool and by the policy */
	uint64_t workers_peak, queued_peak; /* since the pool was opened */
	struct bench_malloc_counts allocator;
	uint64_t acquire_failed, exchange_failed;
	double reaction_seconds, over_scaling_percent, over_scaling_peak_percent;
	uint64_t capacity_changes;
	struct pool_breaker_stats breaker;   /* the state is that at the end */
	const char *unknown[BENCH_UNKNOWNS]; /* the reason, or NULL: known */
	char reaction[160];                  /* a reason's text */
};

/* Fill b->totals of a bench that has ended; `after` is the pool's at the end, the allocator's are
 * there. -1: a task was lost, or ran twice. */
int bench_totals_count(struct bench *b, const struct pool_stats *after, struct error *err);

#endif
