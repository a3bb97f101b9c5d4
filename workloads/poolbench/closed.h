/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A closed loop instead of the generator: threads each of which submits a task, waits
 * until it has ended, and submits the next. That is how published comparisons load a pool that give
 * a throughput for a number of submitters: it finds the pool's highest throughput at N tasks under
 * way, and by Little's law the mean time from submit to completion is N by throughput. It says
 * nothing of arrivals: a pool that is slow is asked for less (coordinated omission), so that its
 * latencies can't be held against those of an open loop.
 *
 * The threads run on the load core. Tasks take the schedule's service times in their order, each
 * thread's own; its arrivals are not used. One that is refused waits for a millisecond. The
 * submits are counted as offered in the second in which they were made, or the next.
 */
#ifndef POOLRIG_POOLBENCH_CLOSED_H
#define POOLRIG_POOLBENCH_CLOSED_H

#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "workloads/poolbench/generator.h"

struct bench_submitter;

struct bench_closed {
	struct bench_generator *generator; /* whose instants, pool and counts these are; borrowed */
	struct bench_submitter *submitters; /* owned; NULL: there is no closed loop */
	unsigned count, made;
	sem_t go; /* once for each: the instants are known, or there will be none */
	/* Of all of them: */
	_Atomic uint64_t offered, rejected, refused_no_thread; /* of the window */
	_Atomic uint64_t dispatched, finished;                 /* the warm-up included */
	_Atomic unsigned submitting; /* those that may be in pool_submit() */
};

/* Make the threads, on these cores; they wait. Whatever it returns, bench_closed_destroy() takes
 * it. */
int bench_closed_init(struct bench_closed *c, unsigned count, struct bench_generator *g,
		      const cpu_set_t *cpus, struct error *err);
/* In the generator's stead and thread: from before the start until nothing more is submitted. */
void bench_closed_run(struct bench_closed *c);
/* After that: have all ended that were submitted? */
bool bench_closed_finished(const struct bench_closed *c);
/* Once the pool is closed, as a thread waits for its task. Takes a zeroed struct, too. */
void bench_closed_destroy(struct bench_closed *c);

#endif
