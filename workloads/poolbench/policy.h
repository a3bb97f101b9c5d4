/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The policies before the pool under test (pool/policy): what may be submitted, what is done
 * with refused tasks, which tasks fail, and what changes while the load runs.
 *
 * Threads: submitting is the generator's; tasks end in any thread; ticks are the owner's.
 */
#ifndef POOLRIG_POOLBENCH_POLICY_H
#define POOLRIG_POOLBENCH_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "pool/policy/guard.h"
#include "base/random.h"
#include "workloads/poolbench/params.h"
#include "workloads/poolbench/scaling.h"
#include "workloads/poolbench/slab.h"

/* What was there at the end of a second of the window. */
struct bench_policy_second {
	uint64_t capacity; /* of the pool; where there is autoscaling */
	uint64_t breaker;  /* enum pool_breaker_state */
};

struct bench_policy {
	const struct bench_policy_params *params;
	struct pool_clock clock;
	struct pool_breaker breaker;
	struct pool_degrade degrade;
	struct pool_overload overload;
	struct pool_guard guard;
	struct bench_scaling scaling;
	struct random random;                /* the generator's */
	struct random dither;                /* of ticks */
	int64_t start_ns, window_ns, end_ns; /* on CLOCK_MONOTONIC */
	int64_t due_ns;                      /* the next tick; INT64_MAX: there are none */
	struct bench_policy_second *seconds; /* owned */
	uint64_t second_count, seconds_seen;
	struct pool_breaker_stats before, after; /* at the window's beginning and end */
	bool in_window;
};

/* `setup` must stay, and so must the pool and the attributes of threads that are spawned. *p takes
 * bench_policy_destroy() in any case. */
int bench_policy_init(struct bench_policy *p, const struct bench_setup *setup, struct pool *pool,
		      const pthread_attr_t *spawn, struct error *err);
void bench_policy_destroy(struct bench_policy *p); /* takes a zeroed struct, too */

/* The load begins at an instant. */
void bench_policy_start(struct bench_policy *p, const struct agreed *agreed, int64_t start_ns);

/* Submit a task that is ready. *status is what the pool said where it was asked, *asked_ns when
 * that was known: what the policy did about it comes after. */
enum pool_overload_outcome bench_policy_submit(struct bench_policy *p, struct bench_task *task,
					       enum pool_status *status, int64_t *asked_ns);

/* Does a task that is intended then fail? Drawn for each, in their order. */
bool bench_policy_fails(struct bench_policy *p, int64_t intended_ns);

/* Must bench_policy_ended() be called at the end of each task? */
static inline bool bench_policy_follows(const struct bench_policy *p)
{
	return p->guard.breaker || p->overload.ops->submit;
}

/* A task has done its work. Returns another one to run in this thread, or NULL. */
static inline struct pool_task *bench_policy_ended(struct bench_policy *p,
						   const struct bench_task *task)
{
	return pool_guard_end(&p->guard, *bench_task_permit(task), task->fails);
}

/* Do what is due, if it is. */
void bench_policy_tick(struct bench_policy *p, int64_t now_ns);

/* The window is over. */
void bench_policy_finish(struct bench_policy *p);

#endif
