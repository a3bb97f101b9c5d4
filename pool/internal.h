/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kinds of pools share. A kind is a struct that begins with a struct pool, and a row of
 * functions. pool.c lets submitters in and out, counts, and closes; a kind decides which worker
 * does which task, and when a submitter has to wait.
 */
#ifndef POOLRIG_POOL_INTERNAL_H
#define POOLRIG_POOL_INTERNAL_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/crew.h"
#include "pool/gate.h"
#include "pool/pool.h"

#define POOL_LINE 64 /* bytes that two cores should not both write */

struct pool_ops {
	const char *kind;
	size_t size; /* of the kind's struct */

	/* Make the kind's part (zeroed before) and start its workers. Returns 0, or an errno; what
	 * it made until then is left to dismiss() and destroy(). */
	int (*open)(struct pool *pool, const struct pool_options *options);

	/* Find a worker for the task. The gate is open, and will not be empty meanwhile. For
	 * POOL_OK, pool_take() has been called before any worker could see the task. */
	enum pool_status (*submit)(struct pool *pool, struct pool_task *task);

	/* The gate is shut: submitters that wait return POOL_CLOSED, and none waits any more.
	 * NULL: none ever waits. */
	void (*turn_away)(struct pool *pool);

	/* The gate is shut and empty: let each worker leave as soon as no task is left. */
	void (*dismiss)(struct pool *pool);

	/* No worker is left: destroy the kind's part. */
	void (*destroy)(struct pool *pool);
};

/* Members are grouped by who writes them: nobody, submitters, both, workers. */
struct pool {
	const struct pool_ops *ops;
	atomic_bool abandoning;
	struct crew crew;

	alignas(POOL_LINE) struct gate gate;
	_Atomic uint64_t submitted, rejected;

	alignas(POOL_LINE) _Atomic uint64_t queued;
	_Atomic uint64_t queued_peak, waiters;

	alignas(POOL_LINE) _Atomic uint64_t completed;
	_Atomic uint64_t abandoned, idle;
};

extern const struct pool_ops pool_naive, pool_fixed, pool_elastic;

/* pool_open() with another pthread_create(), so that its failure can be tested. */
struct pool *pool_open_with(const char *kind, const struct pool_options *options,
			    crew_create_fn create, int *error);

/* Count one task as taken. */
void pool_take(struct pool *pool);

/* A worker begins a task that was taken: run it, or abandon it where the pool is giving up. */
void pool_perform(struct pool *pool, struct pool_task *task);

/* Who reads a counter sees what those did who counted, before they did. */
static inline void pool_count(_Atomic uint64_t *counter, int64_t by)
{
	atomic_fetch_add_explicit(counter, (uint64_t)by, memory_order_release);
}

static inline uint64_t pool_read(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_acquire);
}

#endif
