/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A discrete-event simulator of a pool under an autoscaler and a breaker: the queue G/G/c with a c
 * that changes. It runs the very code that runs live, on a made clock, some ten million tasks a
 * second or so; the same input gives the same result.
 *
 * - Tasks are served in the order of their arrival by `capacity` workers. Where the queue has
 *   queue_limit tasks, the next is refused.
 * - A worker that the autoscaler adds is there startup_ns later. Where it takes some away, those
 *   that start go first, then idle ones, both at once; a busy one goes when its task is done.
 * - A task that begins in [fail_at, fail_at + fail_for) fails with the probability fail_share,
 * drawn from the seed, and takes its service time all the same. The breaker gets the result at its
 * end.
 * - Ticks are at 0, tick, 2·tick … until the traffic's end. What is queued then is served, and ends
 *   the run.
 * - At one instant a task ends first, then workers are there, then there is the tick, then
 *   arrivals.
 */
#ifndef POOLRIG_POOL_POLICY_SIMULATE_H
#define POOLRIG_POOL_POLICY_SIMULATE_H

#include <stdint.h>

#include "pool/policy/autoscale.h"
#include "pool/policy/breaker.h"
#include "pool/policy/score.h"
#include "pool/policy/traffic.h"

/* What there is at a tick, after it. */
struct pool_simulate_tick {
	int64_t at_ns;
	unsigned need, wanted, ready, busy;
	uint64_t queued;
};

struct pool_simulate_options {
	const struct pool_traffic *traffic;
	const char *autoscale; /* one of pool_autoscale_names() */
	struct pool_autoscale_options scale;
	int64_t startup_ns;                         /* of a worker, 0 or more */
	uint64_t queue_limit;                       /* tasks; 0: none */
	const struct pool_breaker_options *breaker; /* NULL: none */
	double fail_share;                          /* 0 to 1 */
	int64_t fail_at_ns, fail_for_ns;
	uint64_t seed;                                                     /* of failures */
	void (*on_tick)(void *arg, const struct pool_simulate_tick *tick); /* or NULL */
	void *arg;
};

/* A share of the start latencies does not exceed this one. */
enum {
	POOL_SIMULATE_P50,
	POOL_SIMULATE_P90,
	POOL_SIMULATE_P99,
	POOL_SIMULATE_P999,
	POOL_SIMULATE_MAX,
	POOL_SIMULATE_QUANTILES
};

struct pool_simulate_result {
	/* offered = completed + refused_full + refused_breaker */
	uint64_t offered, completed, refused_full, refused_breaker;
	uint64_t failed; /* of the completed */
	/* Begin minus arrival, of the completed; nearest-rank quantiles. Not known (-1) where there
	 * are none. */
	int64_t start_latency_ns[POOL_SIMULATE_QUANTILES];
	double start_latency_mean_ns;
	uint64_t queued_peak;
	struct pool_scaling_score score;
	struct pool_autoscale_state scale; /* at the end */
	struct pool_breaker_stats breaker; /* at the end; zero where there is none */
	int64_t end_ns;                    /* the last task's end */
};

/* Returns 0, EINVAL (an option out of its range), ENOMEM. */
int pool_simulate(const struct pool_simulate_options *options, struct pool_simulate_result *result);

#endif
