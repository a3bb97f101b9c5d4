/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The source of tasks of fixed and elastic where a queue was asked for by name: workers wait in the
 * queue, in the way that was asked for. */
#include "base/clock.h"
#include "pool/worker/workers.h"

#define WAKE_NS INT64_C(1000000)

/*
 * Wake one that waits. A worker that counted itself as idle before it saw that one is to leave is
 * in the queue, or about to be: the wake-up item reaches it as soon as it is there. A worker that
 * counts itself later sees that one is to leave, and so does a busy one.
 */
static void unpark(struct pool_workers *workers)
{
	while (atomic_load(&workers->leaving) && atomic_load(&workers->pool.idle))
		if (pool_task_queue_wake_getter(&workers->task_queue, clock_now() + WAKE_NS))
			return;
}

/* Returns false where the pool is dismissed and nothing is left. */
static bool wait_for_task(struct pool_workers *workers, struct pool_task **task)
{
	int64_t deadline = POOL_QUEUE_FOR_EVER;
	enum pool_queue_status status;

	if (workers->idle_expiry_ns)
		deadline = clock_now() + workers->idle_expiry_ns;
	*task = NULL;
	atomic_fetch_add(&workers->pool.idle, 1);
	if (atomic_load(&workers->leaving)) {
		pool_count(&workers->pool.idle, -1);
		return true; /* to call pool_workers_may_leave() */
	}
	status = pool_task_queue_get(&workers->task_queue, task, deadline);
	pool_count(&workers->pool.idle, -1);
	if (status == POOL_QUEUE_TIMEOUT && workers->dispensable(workers))
		pool_workers_end_next(workers);
	return status != POOL_QUEUE_CLOSED;
}

static struct pool_task *next(struct pool_worker *worker)
{
	struct pool_workers *workers = worker->workers;
	struct pool_task *task = NULL;

	do {
		if (pool_workers_may_leave(worker))
			return NULL;
		if (pool_task_queue_try_get(&workers->task_queue, &task) == POOL_QUEUE_OK)
			continue;
		if (!wait_for_task(workers, &task))
			return NULL;
	} while (!task);
	pool_unqueued(&workers->pool);
	return task;
}

static void dismiss(struct pool_workers *workers)
{
	pool_task_queue_close(&workers->task_queue);
}

const struct pool_workers_source pool_workers_named_queue = {
    .next = next,
    .unpark = unpark,
    .dismiss = dismiss,
};
