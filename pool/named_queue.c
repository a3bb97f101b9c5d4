/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The source of tasks that fixed and elastic have where a queue was asked for by name: workers wait
 * in the queue, in the way that was asked for. */
#include "pool/workers.h"

#define KNOCK_NS INT64_C(1000000)

/*
 * One that waits is to look up. Whoever has counted itself as idle before it saw that somebody is
 * to leave is in the queue, or about to be: the knock meets it, where the queue keeps nothing, as
 * soon as it is there. Whoever counts itself later sees it, and so does who is busy.
 */
static void rouse(struct workers *workers)
{
	while (atomic_load(&workers->leaving) && atomic_load(&workers->pool.idle))
		if (supply_knock(&workers->supply, monotonic_now() + KNOCK_NS))
			return;
}

/* Returns false where the pool is dismissed and nothing is left. */
static bool wait_for_task(struct workers *workers, struct pool_task **task)
{
	int64_t deadline = QUEUE_FOR_EVER;
	enum queue_status status;

	if (workers->idle_expiry_ns)
		deadline = monotonic_now() + workers->idle_expiry_ns;
	*task = NULL;
	atomic_fetch_add(&workers->pool.idle, 1);
	if (atomic_load(&workers->leaving)) {
		pool_count(&workers->pool.idle, -1);
		return true; /* to look up */
	}
	status = supply_get(&workers->supply, task, deadline);
	pool_count(&workers->pool.idle, -1);
	if (status == QUEUE_TIMEOUT && workers->dispensable(workers))
		workers_let_next_go(workers);
	return status != QUEUE_CLOSED;
}

static struct pool_task *next(struct worker *worker)
{
	struct workers *workers = worker->workers;
	struct pool_task *task = NULL;

	do {
		if (workers_may_leave(worker))
			return NULL;
		if (supply_try_get(&workers->supply, &task) == QUEUE_OK)
			continue;
		if (!wait_for_task(workers, &task))
			return NULL;
	} while (!task);
	pool_unqueued(&workers->pool);
	return task;
}

static void dismiss(struct workers *workers)
{
	supply_close(&workers->supply);
}

const struct workers_source workers_named_queue = {
    .next = next,
    .rouse = rouse,
    .dismiss = dismiss,
};
