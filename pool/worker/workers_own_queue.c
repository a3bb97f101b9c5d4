/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The default source of tasks of fixed and elastic: a FIFO, and a stack of idle workers. */
#include "pool/worker/workers.h"

static void wake_one(struct pool_workers *workers, uint32_t limit)
{
	if (pool_idle_stack_wake(&workers->idle_stack, limit))
		pool_count(&workers->pool.idle, -1);
}

void pool_workers_put(struct pool_workers *workers, struct pool_task *task)
{
	pool_queued(&workers->pool);
	pool_fifo_put(&workers->queue, task);
	wake_one(workers, workers->waking_limit);
}

/* A worker that has been idle too long can't leave from the middle of the stack. But workers are
 * all alike: the one on top is woken, and the first that has no task leaves. */
static void unpark(struct pool_workers *workers)
{
	wake_one(workers, UINT32_MAX);
}

/* Wait until woken. The first wake-up may be this worker's own, and may hit itself, which then does
 * not sleep. After a dismissal each worker that goes idle wakes one, so that none is left. */
static void wait_idle(struct pool_workers *workers, struct pool_worker *worker)
{
	pool_count(&workers->pool.idle, 1);
	pool_idle_stack_push(&workers->idle_stack, worker);
	if (atomic_load(&workers->dismissed) || atomic_load(&workers->leaving))
		wake_one(workers, UINT32_MAX);
	else if (pool_fifo_any(&workers->queue))
		wake_one(workers, workers->waking_limit);

	while (!pool_idle_stack_wait(&workers->idle_stack, worker, workers->idle_expiry_ns))
		if (workers->dispensable(workers))
			pool_workers_end_one(workers);
}

/* The worker leaves, maybe instead of running what it was woken for: a submitter that woke no other
 * worker because this one was on its way had put its task before, so the task is seen here. */
static void wake_successor(struct pool_workers *workers)
{
	if (pool_fifo_any(&workers->queue))
		wake_one(workers, workers->waking_limit);
}

static struct pool_task *next(struct pool_worker *worker)
{
	struct pool_workers *workers = worker->workers;

	for (;;) {
		bool dismissed = atomic_load(&workers->dismissed);
		struct pool_task *task;
		bool more;

		if (pool_workers_may_leave(worker)) {
			wake_successor(workers);
			return NULL;
		}
		task = pool_fifo_get(&workers->queue, &more);
		if (more)
			wake_one(workers, workers->waking_limit);
		if (task) {
			pool_unqueued(&workers->pool);
			return task;
		}
		if (dismissed)
			return NULL;
		wait_idle(workers, worker);
	}
}

static void dismiss(struct pool_workers *workers)
{
	while (pool_idle_stack_wake(&workers->idle_stack, UINT32_MAX))
		pool_count(&workers->pool.idle, -1);
}

const struct pool_workers_source pool_workers_own_queue = {
    .next = next,
    .unpark = unpark,
    .dismiss = dismiss,
};
