/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An autoscaler on a pool that runs, and how well it does: ticks, needs, score.
 *
 * What is needed is known from the schedule: arrivals times service time in each 100 ms
 * (pool/policy/traffic.h). What is there is the pool's capacity. Both are looked at at each tick,
 * so a reaction time is exact to one. For one thread.
 */
#ifndef POOLRIG_POOLBENCH_SCALING_H
#define POOLRIG_POOLBENCH_SCALING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "pool/policy/autoscale.h"
#include "pool/policy/overload.h"
#include "pool/policy/score.h"
#include "workloads/poolbench/params.h"
#include "workloads/poolbench/schedule.h"

#define BENCH_TICK_NS INT64_C(100000000)

struct bench_scaling {
	struct pool *pool;              /* NULL: there is no autoscaling */
	struct pool_overload *overload; /* before the pool */
	struct pool_autoscaler scaler;
	bool scaler_made;
	struct pool_load_sample past, seen; /* made up; of the pool, since its opening */
	unsigned *needs;                    /* owned; of each tick from the start on */
	uint64_t steps;
	struct pool_scaling_score score; /* of the window */
	uint64_t refused;                /* ticks at which the pool did not do what was wanted */
};

/* The load is `schedule` for length_ns. `initial` is what the pool was opened with. The pool is
 * that of `overload`, which must stay. */
int bench_scaling_init(struct bench_scaling *s, const struct bench_policy_params *p,
		       struct pool_overload *overload, unsigned initial,
		       const struct bench_schedule *schedule, int64_t length_ns, struct error *err);
void bench_scaling_destroy(struct bench_scaling *s); /* takes a zeroed struct, too */

/* A tick, at_ns after the start; in the window it is scored. Returns the pool's capacity. */
uint64_t bench_scaling_tick(struct bench_scaling *s, int64_t at_ns, bool in_window);

#endif
