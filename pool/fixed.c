/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind "fixed": `capacity` workers, all started at opening, and one unbounded FIFO, or the
 * queue that is asked for. */
#include <errno.h>

#include "pool/workers.h"

static int fixed_open(struct pool *pool, const struct pool_options *options)
{
	int error = workers_init((struct workers *)pool, options, NULL);

	if (options->capacity == 0)
		return EINVAL;
	if (options->capacity > WORKERS_MAX)
		return EAGAIN;
	atomic_store(&pool->capacity, 0);
	return error ? error : workers_grow((struct workers *)pool, options->capacity);
}

static enum pool_status fixed_submit(struct pool *pool, struct pool_task *task, int64_t deadline_ns)
{
	struct workers *workers = (struct workers *)pool;
	enum pool_status status;

	if (!workers_have_supply(workers)) {
		workers_put(workers, task);
		return POOL_OK;
	}
	status = supply_put(&workers->supply, pool, task, deadline_ns);
	if (status == POOL_OK)
		pool_queued(pool);
	return status;
}

static int fixed_tune(struct pool *pool, unsigned capacity)
{
	if (capacity == 0 || capacity > WORKERS_MAX)
		return EINVAL;
	workers_shrink((struct workers *)pool, capacity);
	return workers_grow((struct workers *)pool, capacity);
}

static int fixed_reboot(struct pool *pool)
{
	return workers_restart((struct workers *)pool);
}

static void fixed_destroy(struct pool *pool)
{
	workers_destroy((struct workers *)pool);
}

const struct pool_ops pool_fixed = {
    .kind = "fixed",
    .size = sizeof(struct workers),
    .takes_queue = supply_fits,
    .open = fixed_open,
    .submit = fixed_submit,
    .turn_away = workers_turn_away,
    .dismiss = workers_dismiss,
    .reboot = fixed_reboot,
    .tune = fixed_tune,
    .destroy = fixed_destroy,
};
