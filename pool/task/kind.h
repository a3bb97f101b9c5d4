/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kinds of pools share. A kind is a struct that begins with a struct pool, and a row of
 * functions, struct pool_ops. pool.c lets submitters in and out; task.c begins and ends tasks; a
 * kind decides which worker runs which task, and when a submitter has to wait. Types only.
 */
#ifndef POOLRIG_POOL_TASK_KIND_H
#define POOLRIG_POOL_TASK_KIND_H

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/pool.h"
#include "pool/task/shard.h"
#include "pool/thread/thread_group.h"

struct pool_ops {
	const char *kind;
	size_t size; /* of the kind's struct */

	/* Whether options.queue may be set: may it be this one? NULL: never. */
	bool (*takes_queue)(const char *queue);

	/* Make the kind's part (zeroed before) and start its workers. Returns 0, or an errno; what
	 * it made until then is left to dismiss() and destroy(). An option that it does not have is
	 * ENOTSUP, not ignored, unless pool.h says so. */
	int (*open)(struct pool *pool, const struct pool_options *options);

	/* Find a worker for the task, waiting until the deadline at most (INT64_MAX: no limit), or
	 * not at all where the pool is nonblocking. The submitter is counted as inside. The task is
	 * prepared (pool_admit()). */
	enum pool_status (*submit)(struct pool *pool, struct pool_task *task, int64_t deadline_ns);

	/* No submitter enters any more: those that wait return POOL_CLOSED, and none waits again.
	 * NULL: none ever waits. */
	void (*release_waiters)(struct pool *pool);

	/* No submitter is inside: let each worker leave as soon as no task is left. Called once,
	 * after a failed open(), too; then again only after reboot(). */
	void (*dismiss)(struct pool *pool);

	/* All workers have left, and the pool was dismissed: start again as after open(), a failed
	 * one, too. Submitters enter only after it has returned. NULL: ENOTSUP. */
	int (*reboot)(struct pool *pool);

	/* All workers have left: end what is still queued, in this thread. NULL: nothing can be. */
	void (*sweep)(struct pool *pool);

	/* No worker is left: destroy the kind's part. */
	void (*destroy)(struct pool *pool);

	/* pool_tune(), pool_purge(): one at a time, beside submitters, never beside
	 * release_waiters() and what follows it. tune() keeps pool.capacity, too. NULL: ENOTSUP. */
	int (*tune)(struct pool *pool, unsigned capacity);
	int (*purge)(struct pool *pool);

	/* What the kind counts itself, on top of what pool_stats() has filled in. NULL: nothing. */
	void (*stats)(const struct pool *pool, struct pool_stats *out);
};

/* Members are grouped by which threads write them: none, submitters and workers. */
struct pool {
	const struct pool_ops *ops;
	struct pool_shards shards;
	struct pool_thread_group threads;
	void (*failed)(void *arg, struct pool_task *task, int code);
	void *failed_arg;
	unsigned max_waiters; /* 0: no bound */
	bool nonblocking;
	bool stopped;            /* by pool_stop() */
	pthread_mutex_t control; /* pool_tune(), pool_purge() */
	atomic_bool abandoning;
	_Atomic uint64_t capacity; /* for pool_stats() */

	alignas(POOL_QUEUE_LINE) _Atomic int64_t queued; /* for queued_peak: pool_queued() */
	_Atomic uint64_t queued_peak, waiters;
	alignas(POOL_QUEUE_LINE) _Atomic uint64_t idle;
};

#endif
