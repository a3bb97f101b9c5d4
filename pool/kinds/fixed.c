/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind "fixed": `capacity` workers, all started at opening, and one unbounded FIFO, or the
 * queue that is asked for. */
#include "pool/kinds/kinds.h"
#include "pool/worker/workers.h"

static int fixed_open(struct pool *pool, const struct pool_options *options)
{
	int error = pool_workers_init((struct pool_workers *)pool, options, NULL, POOL_WORKERS_MAX);

	return error ? error : pool_workers_start(pool, options->capacity);
}

static enum pool_status fixed_submit(struct pool *pool, struct pool_task *task, int64_t deadline_ns)
{
	struct pool_workers *workers = (struct pool_workers *)pool;
	enum pool_status status;

	if (!pool_workers_have_task_queue(workers)) {
		pool_workers_put(workers, task);
		return POOL_OK;
	}
	status = pool_task_queue_put(&workers->task_queue, pool, task, deadline_ns);
	if (status == POOL_OK)
		pool_queued(pool);
	return status;
}

const struct pool_ops pool_fixed = {
    .kind = "fixed",
    .size = sizeof(struct pool_workers),
    .takes_queue = pool_task_queue_fits,
    .open = fixed_open,
    .submit = fixed_submit,
    .release_waiters = pool_workers_release_submitters,
    .dismiss = pool_workers_dismiss,
    .reboot = pool_workers_restart,
    .tune = pool_workers_tune,
    .destroy = pool_workers_destroy,
};
