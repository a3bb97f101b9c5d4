/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The open-loop generator: it submits each task of the schedule at its intended start, never
 * earlier, and never waits for the pool but where pool_submit() makes it. It spins on the clock
 * between arrivals: a sleeping thread is woken tens of microseconds late.
 */
#ifndef POOLRIG_POOLBENCH_GENERATOR_H
#define POOLRIG_POOLBENCH_GENERATOR_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/pool.h"
#include "workloads/poolbench/lateness.h"
#include "workloads/poolbench/malloc_count.h"
#include "workloads/poolbench/policy.h"
#include "workloads/poolbench/schedule.h"
#include "workloads/poolbench/task.h"

struct bench_generator {
	/* What it works with; none is owned. */
	const struct bench_schedule *schedule;
	struct pool *pool;
	struct bench_env *env;
	const struct bench_malloc *allocator;
	struct bench_policy *policy;
	sem_t *wake; /* posted with stop, for a generator that sleeps until the start */
	/* Instants on CLOCK_MONOTONIC. */
	int64_t start_ns;
	int64_t window_ns, end_ns; /* the window's beginning and end */
	int64_t limit_ns;          /* after this nothing is submitted, even if it was intended */
	_Atomic bool stop;         /* another thread's: end at once */

	/* Results. */
	uint64_t offered, rejected; /* of the window */
	uint64_t dispatched;        /* tasks that were not refused, those of the warm-up included */
	uint64_t spawned, caller_ran, degraded;
	uint64_t refused_no_thread; /* refusals because no thread could be made, of the window */
	uint64_t unsubmitted;       /* of the window, intended, but over the limit */
	struct pool_stats before;   /* at the beginning of the window */
	bool no_memory;             /* ended early: no memory for tasks */
	/* Its own. */
	struct bench_arrivals at;
	struct bench_lateness lateness;
	bool in_window;
};

/* Run from before start_ns until everything that is intended before end_ns has been submitted, or
 * limit_ns or stop ends it. */
void bench_generator_run(struct bench_generator *g);

/* The window begins: what is counted from then on. Called by it, and by what submits in its
 * place (closed.h). */
void bench_generator_enter_window(struct bench_generator *g);

#endif
