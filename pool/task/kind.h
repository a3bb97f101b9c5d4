/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kinds of pools share. A kind is a struct that begins with a struct pool, and a row of
 * functions. pool.c lets submitters in and out, counts, and closes; task.c ends tasks; a kind
 * decides which worker does which task, and when a submitter has to wait.
 */
#ifndef POOLRIG_POOL_TASK_KIND_H
#define POOLRIG_POOL_TASK_KIND_H

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/thread/thread_group.h"
#include "pool/task/shard.h"
#include "pool/pool.h"

struct pool_ops {
	const char *kind;
	size_t size; /* of the kind's struct */

	/* Whether options.queue may be set: may it be this one? NULL: never. */
	bool (*takes_queue)(const char *queue);

	/* Make the kind's part (zeroed before) and start its workers. Returns 0, or an errno; what
	 * it made until then is left to dismiss() and destroy(). An option that it does not have is
	 * ENOTSUP, not ignored, unless pool.h says so. */
	int (*open)(struct pool *pool, const struct pool_options *options);

	/* Find a worker for the task, waiting until the deadline at most (INT64_MAX: for ever), or
	 * not at all where the pool is nonblocking. The gate is open, and will not be empty
	 * meanwhile. The task is prepared (pool_admit()). */
	enum pool_status (*submit)(struct pool *pool, struct pool_task *task, int64_t deadline_ns);

	/*
	 * A kind whose submit() is all that pool_submit() calls: it lets submitters in and out,
	 * calls pool_admit() and pool_admit_undo(), and counts, all by itself (lanes are there to
	 * be used). Its turn_away() shuts its gate, too, and returns when nobody is inside.
	 */
	bool bare;

	/* The gate is shut: submitters that wait return POOL_CLOSED, and none waits any more.
	 * NULL: none ever waits. */
	void (*turn_away)(struct pool *pool);

	/* The gate is shut and empty: let each worker leave as soon as no task is left. Called
	 * once, after a failed open(), too; then again only after reboot(). */
	void (*dismiss)(struct pool *pool);

	/* All workers have left, and the pool was dismissed: start again as after open(), a failed
	 * one, too. The gate is shut until it has returned. NULL: ENOTSUP. */
	int (*reboot)(struct pool *pool);

	/* All workers have left: end what is still queued, in this thread. NULL: nothing can be. */
	void (*sweep)(struct pool *pool);

	/* No worker is left: destroy the kind's part. */
	void (*destroy)(struct pool *pool);

	/* pool_tune(), pool_purge(): one at a time, beside submitters, never beside turn_away() and
	 * what follows it. tune() keeps pool.capacity, too. NULL: ENOTSUP. */
	int (*tune)(struct pool *pool, unsigned capacity);
	int (*purge)(struct pool *pool);

	/* What the kind counts itself, on top of what pool_stats() has filled in. NULL: nothing. */
	void (*stats)(const struct pool *pool, struct pool_stats *out);
};

/* Members are grouped by who writes them: nobody, submitters and workers. */
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

	alignas(POOL_LINE) _Atomic int64_t queued; /* for queued_peak: pool_queued() */
	_Atomic uint64_t queued_peak, waiters;
	alignas(POOL_LINE) _Atomic uint64_t idle;
};

extern const struct pool_ops pool_naive, pool_fixed, pool_elastic, pool_stealing, pool_fibre;

/* The rows, NULL-terminated, in the order of pool_kinds(). */
const struct pool_ops *const *pool_all_ops(void);

/* pool_open() with another pthread_create(), so that its failure can be tested. */
struct pool *pool_open_with(const char *kind, const struct pool_options *options,
			    pool_thread_create_fn create, int *error);

/* -- counting --------------------------------------------------------------------------------- */

static inline void pool_count(_Atomic uint64_t *counter, int64_t by)
{
	atomic_fetch_add_explicit(counter, (uint64_t)by, memory_order_release);
}

static inline uint64_t pool_read(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_acquire);
}

/* For kinds that know their queue's peak exactly: one more in the queue, one less. */
void pool_queued(struct pool *pool);
static inline void pool_unqueued(struct pool *pool)
{
	atomic_fetch_sub_explicit(&pool->queued, 1, memory_order_relaxed);
}

/* For those that don't: a worker has taken a task that was queued, and tells how many are. */
void pool_sample_queued(struct pool *pool);

/* Count this submitter as one that waits. Returns whether it may. pool_stop_waiting() is due then.
 */
bool pool_may_wait(struct pool *pool);
static inline void pool_stop_waiting(struct pool *pool)
{
	pool_count(&pool->waiters, -1);
}

/* -- running tasks ---------------------------------------------------------------------------- */

struct pool_context;

/* How whoever runs a task waits. wait_until() may return early where the task was cancelled:
 * pool_cancel() wakes who waits with futex(2) on the task's state, others need not come out. */
struct pool_context_ops {
	void (*wait_until)(struct pool_context *context, int64_t deadline_ns);
	void (*yield)(struct pool_context *context);
	void (*block)(struct pool_context *context, void (*fn)(void *arg), void *arg);
	/* Go to where run() was called, and call pool_finish() there with context->end and ->code
	 * (a thread: longjmp; a fibre: the loop of its worker fibre). Does not return. */
	void (*unwind)(struct pool_context *context);
};

/* Who runs a task: a thread, or a fibre. A part of it, made by its owner with {.ops, .pool}. */
struct pool_context {
	const struct pool_context_ops *ops;
	struct pool *pool;
	struct pool_task *task;   /* that runs; NULL: none does */
	struct pool_group *group; /* of that task */
	bool tracked;
	enum pool_end end; /* for unwind() */
	int code;
};

/*
 * The context that runs on this thread, or NULL. A thread pool's worker sets it once; a scheduler
 * of fibres sets it before it switches to a fibre. Never read it on a fibre that may have moved to
 * another thread since its function began (the compiler keeps the address of a thread-local): on
 * fibres only through pool_context(), which is not inlined.
 */
extern _Thread_local struct pool_context *pool_context_now;
struct pool_context *pool_context(void);

/* For a bare kind: make the task ready to be taken. POOL_OK, or POOL_CLOSED: its group is. Where it
 * is not taken after all, pool_admit_undo(). */
enum pool_status pool_admit(struct pool_task *task);
void pool_admit_undo(struct pool_task *task);

/*
 * A worker comes to a task: returns true where it is to be run, which is then done by
 *
 *     if (pool_begin(context, task)) {
 *             task->run(task);
 *             pool_finish(context, POOL_COMPLETED, 0);
 *     }
 *
 * and false where the pool gives up, or the task was cancelled: it has been ended then. Both count
 * in the lane of the CPU they are called on: POOL_TALLY_BEGUN, and the end.
 */
bool pool_begin(struct pool_context *context, struct pool_task *task);
void pool_finish(struct pool_context *context, enum pool_end end, int code);

/* For groups (group.c). Returns whether the group is open. */
bool pool_group_enter(struct pool_group *group);
void pool_group_leave(struct pool_group *group, enum pool_end end);
void pool_group_undo(struct pool_group *group);

/* How a worker that is a thread waits: what wait_until, yield and block are then. A kind's row has
 * them and its own unwind(). */
void pool_thread_wait_until(struct pool_context *context, int64_t deadline_ns);
void pool_thread_yield(struct pool_context *context);
void pool_thread_block(struct pool_context *context, void (*fn)(void *arg), void *arg);

#endif
