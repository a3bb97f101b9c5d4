/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Task pools on POSIX threads, one face. A task is a struct that the caller owns: submitting one
 * allocates nothing. A pool knows nothing of who measures it; it has counters that any user would
 * want.
 *
 *     struct pool_options options = POOL_OPTIONS_INIT;
 *     options.capacity = 1000;
 *     int error = 0;
 *     struct pool *pool = pool_open("fixed", &options, &error);
 *     struct pool_task task = {.run = work};
 *     pool_submit(pool, &task);
 *     struct pool_closing left = pool_close(pool, POOL_DRAIN);
 */
#ifndef POOLRIG_POOL_POOL_H
#define POOLRIG_POOL_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sched.h>

struct pool;

/* From a successful pool_submit() until run() begins, the task belongs to the pool; run() may free
 * or reuse it. abandoned(), where not NULL, is called in run()'s stead for a task that
 * pool_close(POOL_ABANDON) gave up, so that every submitted task is accounted for exactly once. */
struct pool_task {
	void (*run)(struct pool_task *task);
	void (*abandoned)(struct pool_task *task);
	struct pool_task *next; /* the pool's, while it owns the task */
};

/* What pool_submit() returns. */
enum pool_status {
	POOL_OK = 0,
	POOL_OVERLOAD,  /* non-blocking and full, or too many submitters wait already: not taken */
	POOL_CLOSED,    /* the pool is closed or closing: not taken */
	POOL_NO_THREAD, /* no thread could be made for it: not taken */
};

struct pool_options {
	unsigned capacity; /* most workers; 0: no limit (naive has none whatever is said here) */
	unsigned prewarm;  /* workers that are started by pool_open(), at most capacity; fixed
			      starts all of them whatever is said here */
	bool nonblocking;  /* elastic: submit returns POOL_OVERLOAD where it would have to wait */
	unsigned max_waiters;   /* elastic, blocking: this many submitters may wait, the next is
				   refused; 0: no bound */
	int64_t idle_expiry_ns; /* elastic: a worker idle for so long ends, a prewarmed one, too; 0:
				   never */
	size_t stack_bytes;     /* of each worker; 0: 64 KiB */
	const cpu_set_t
	    *cpus; /* where workers may run (set before they run); NULL: as the opener */
};

#define POOL_OPTIONS_INIT                                                                          \
	{                                                                                          \
		0, 0, false, 0, 0, 0, NULL                                                         \
	}

/*
 * Open a pool of a kind:
 *   "naive"    a task goes to a worker that waits, or a new worker is made; no limit, and no worker
 *              ever goes
 *   "fixed"    `capacity` workers, one unbounded FIFO; submit never waits
 *   "elastic"  up to `capacity` workers, reused last-in-first-out, idle ones expire; never queues:
 *              a task is taken only where there is a worker for it
 * The threads are named pool-KIND, block all signals, and run when pool_open() returns.
 * On failure NULL, and *error is an errno: EINVAL (unknown kind, capacity 0 for fixed, negative
 * expiry, stack too small for a thread, no CPU, or one that
 * is not there, in `cpus`), ENOMEM, EAGAIN (threads could
 * not be made; none is left).
 */
struct pool *pool_open(const char *kind, const struct pool_options *options, int *error);

/*
 * Any thread; a worker may submit too (to an elastic pool that makes submitters wait, all workers
 * may then end up waiting for each other).
 *
 * Safe until the pool is freed: a call that has begun when pool_close() begins is waited for, and
 * a call that begins while pool_close() waits gets POOL_CLOSED. Whoever submits beside a close must
 * know by other means that pool_close() has not returned; a task that runs knows, for pool_close()
 * waits for it.
 */
enum pool_status pool_submit(struct pool *pool, struct pool_task *task);

enum pool_close_mode {
	POOL_DRAIN,   /* what was taken is run first */
	POOL_ABANDON, /* what was taken and has not begun is given to abandoned() */
};

struct pool_closing {
	uint64_t abandoned; /* tasks given up */
};

/* Take no more, wait for all workers to end, free the pool. Submitters that wait get POOL_CLOSED.
 * All threads have been joined when it returns. A task that runs is waited for in either mode;
 * abandoned() is called by a worker. Not from a worker of the same pool; once. */
struct pool_closing pool_close(struct pool *pool, enum pool_close_mode mode);

/* Counters since opening. Each is exact, they need not be of one instant; they are read without a
 * lock. Who sees a task counted as completed sees all that it did. At rest, submitted = completed +
 * abandoned, and offered = submitted + rejected. */
struct pool_stats {
	uint64_t submitted; /* taken */
	uint64_t rejected;  /* not taken, for any reason */
	uint64_t completed;
	uint64_t abandoned;
	uint64_t workers_started, workers_ended;
	uint64_t workers, workers_peak; /* alive now; most at a time */
	uint64_t idle;                  /* workers that wait for work */
	uint64_t queued, queued_peak;   /* taken and not begun */
	uint64_t waiters;               /* submitters that wait */
};
void pool_stats(const struct pool *pool, struct pool_stats *out);

/* The kinds, NULL-terminated; and a task's status in words. */
const char *const *pool_kinds(void);
const char *pool_status_text(enum pool_status status);

#endif
