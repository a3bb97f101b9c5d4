/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One run: producers put into a queue, consumers get from it, all as fast as they can (a closed
 * loop: what is measured is how much goes through, not how late something is).
 *
 * Every 64th item of a producer bears the instant at which it was offered, so that the clock costs
 * the others nothing; hand_over is the time from there to its consumer. In a closed loop that is
 * mostly the time in a full queue, of `capacity` or `backlog` items.
 */
#ifndef POOLRIG_QUEUEBENCH_RUN_H
#define POOLRIG_QUEUEBENCH_RUN_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hdr.h"
#include "workloads/link/workload.h"
#include "workloads/queuebench/params.h"

/* Instructions and cycles of a thread, where the host counts them (perf_event_open(2)). */
enum counting_event { COUNTING_INSTRUCTIONS, COUNTING_CYCLES, COUNTING_EVENTS };
extern const char *const counting_names[COUNTING_EVENTS];

struct counting {
	int fds[COUNTING_EVENTS];    /* owned; -1: not to be had */
	int errors[COUNTING_EVENTS]; /* the errno, then */
};

struct queuebench_run;

struct queuebench_thread {
	/* What two threads write at a time is never in one line. */
	_Alignas(128) struct queuebench_run *run;
	pthread_t thread;
	uint64_t items; /* moved within the window */
	struct counting counting;
	uint64_t spent[COUNTING_EVENTS]; /* within the window */
	struct hdr hand_over;            /* a consumer's */
};

/* Of the window, once it is finished. */
struct queuebench_totals {
	uint64_t items;                  /* got */
	uint64_t spent[COUNTING_EVENTS]; /* by all threads */
	int reasons[COUNTING_EVENTS];    /* errno where it is not known, else 0 */
	struct hdr hand_over;            /* of all consumers */
};

struct queuebench_run {
	struct queuebench_params params;
	struct agreed agreed;
	struct pool_queue *queue;
	struct queuebench_thread *threads; /* owned: producers, then consumers */
	uint64_t made;                     /* threads that run */
	uint64_t joined;
	_Atomic int64_t begin_ns, end_ns; /* the window; begin 0: not known yet */
	_Atomic uint32_t started;         /* by queuebench_run_start(), or given up: a futex */
	atomic_bool stop;
	_Atomic uint64_t all_put, all_got; /* items */
	struct queuebench_totals totals;
};

/* Open the queue and make the threads, which wait. `run` is a struct queuebench_run, its params set
 * before. */
int queuebench_run_init(void *run, const struct agreed *agreed, struct error *err);
void queuebench_run_destroy(void *run); /* takes a zeroed struct, too */

/* Begin now; what goes through in the window after start_ns (CLOCK_MONOTONIC) and the warm-up
 * counts. */
void queuebench_run_start(struct queuebench_run *r, int64_t start_ns);

/* After end_ns: wait until all that was put has been got; -1 where the two differ. */
int queuebench_run_finish(struct queuebench_run *r, struct error *err);

#endif
