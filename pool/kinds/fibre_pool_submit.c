/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a task is put into a fibre pool: to the core that submits it, or through the queue. */
#include "base/clock.h"
#include "pool/kinds/fibre_pool.h"
#include "pool/queue/relax.h"

#define MEET_NS INT64_C(1000000) /* an idle core looks into the queue within this time */

/* -- submitting ------------------------------------------------------------------------------ */

static enum pool_status put_beside_core(struct pool_fibre_pool *fibres, struct pool_task *task,
					int64_t deadline_ns)
{
	enum pool_status status;

	atomic_fetch_add(&fibres->meeting, 1);
	pool_runtime_notify(&fibres->runtime);
	status = pool_task_queue_put_until(&fibres->task_queue, task, deadline_ns);
	atomic_fetch_sub(&fibres->meeting, 1);
	return status;
}

/* Put it into a queue without room: a core has to take it meanwhile. A nonblocking submitter gives
 * up where no core is idle. */
static enum pool_status meet(struct pool_fibre_pool *fibres, struct pool_task *task,
			     int64_t deadline_ns)
{
	enum pool_status status;

	if (fibres->pool.nonblocking) {
		if (!atomic_load(&fibres->runtime.standing))
			return POOL_OVERLOAD;
		status = put_beside_core(fibres, task, clock_now() + MEET_NS);
		return status == POOL_TIMEOUT ? POOL_OVERLOAD : status;
	}
	if (!pool_may_wait(&fibres->pool))
		return POOL_OVERLOAD;
	status = put_beside_core(fibres, task, deadline_ns);
	pool_stop_waiting(&fibres->pool);
	return status;
}

static enum pool_status inject(struct pool_fibre_pool *fibres, struct pool_task *task,
			       int64_t deadline_ns)
{
	enum pool_status status = POOL_OK;

	if (!fibres->task_queue.queue) {
		/* It has room for all that are admitted; a core may be about to free the place. */
		while (!pool_ring_mpmc_put(&fibres->ring, task))
			pool_cpu_relax();
	} else if (fibres->task_queue.meets) {
		return meet(fibres, task, deadline_ns);
	} else {
		status = pool_task_queue_put(&fibres->task_queue, &fibres->pool, task, deadline_ns);
	}
	if (status == POOL_OK)
		pool_runtime_notify(&fibres->runtime);
	return status;
}

static bool on_own_fibre(const struct pool *pool)
{
	const struct pool_context *context = pool_context();

	return context && context->pool == pool;
}

/* A queue that was asked for by name admits what it has room for, whatever the capacity is. */
enum pool_status pool_fibre_submit(struct pool *pool, struct pool_task *task, int64_t deadline_ns)
{
	struct pool_fibre_pool *fibres = (struct pool_fibre_pool *)pool;
	bool admitted = !fibres->task_queue.queue;
	enum pool_status status = admitted ? pool_fibre_admit(fibres, deadline_ns) : POOL_OK;

	if (status != POOL_OK)
		return status;
	if (on_own_fibre(pool))
		status = pool_fibre_push(task) ? POOL_OK : POOL_NO_MEMORY;
	else
		status = inject(fibres, task, deadline_ns);
	if (status != POOL_OK && admitted)
		pool_fibre_admit_undo(fibres);
	return status;
}
