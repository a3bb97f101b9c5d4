/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The source of tasks that fixed and elastic have where no queue is asked for: a FIFO, and a roost
 * for who finds nothing in it. */
#include "pool/worker/workers.h"

static void call_one(struct pool_workers *workers, uint32_t limit)
{
	if (pool_idle_stack_wake(&workers->idle_stack, limit))
		pool_count(&workers->pool.idle, -1);
}

void pool_workers_put(struct pool_workers *workers, struct pool_task *task)
{
	pool_queued(&workers->pool);
	pool_fifo_put(&workers->queue, task);
	call_one(workers, workers->coming_limit);
}

/* A worker whose time is over can't leave from amid the stack. But workers are all alike: whichever
 * is on top is called, and whichever is first to have nothing in hand leaves. */
static void rouse(struct pool_workers *workers)
{
	call_one(workers, UINT32_MAX);
}

/* Sit until called. The first call may be this worker's own, and may hit itself, which then does
 * not sleep. One that sits down after the dismissal calls one for each that sat down, so that none
 * is left. */
static void rest(struct pool_workers *workers, struct pool_worker *worker)
{
	pool_count(&workers->pool.idle, 1);
	pool_idle_stack_push(&workers->idle_stack, worker);
	if (atomic_load(&workers->dismissed) || atomic_load(&workers->leaving))
		call_one(workers, UINT32_MAX);
	else if (pool_fifo_any(&workers->queue))
		call_one(workers, workers->coming_limit);

	while (!pool_idle_stack_wait(&workers->idle_stack, worker, workers->idle_expiry_ns))
		if (workers->dispensable(workers))
			pool_workers_end_one(workers);
}

/* The worker leaves, maybe instead of looking for what it was called for: whoever did not call
 * another one because this one was on its way has put its task before that, so it is seen here. */
static void hand_over(struct pool_workers *workers)
{
	if (pool_fifo_any(&workers->queue))
		call_one(workers, workers->coming_limit);
}

static struct pool_task *next(struct pool_worker *worker)
{
	struct pool_workers *workers = worker->workers;

	for (;;) {
		bool dismissed = atomic_load(&workers->dismissed);
		struct pool_task *task;
		bool more;

		if (pool_workers_may_leave(worker)) {
			hand_over(workers);
			return NULL;
		}
		task = pool_fifo_get(&workers->queue, &more);
		if (more)
			call_one(workers, workers->coming_limit);
		if (task) {
			pool_unqueued(&workers->pool);
			return task;
		}
		if (dismissed)
			return NULL;
		rest(workers, worker);
	}
}

static void dismiss(struct pool_workers *workers)
{
	while (pool_idle_stack_wake(&workers->idle_stack, UINT32_MAX))
		pool_count(&workers->pool.idle, -1);
}

const struct pool_workers_source pool_workers_own_queue = {
    .next = next,
    .rouse = rouse,
    .dismiss = dismiss,
};
