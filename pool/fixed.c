/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind "fixed": `capacity` workers, all started at opening, and one unbounded FIFO. */
#include <errno.h>

#include "pool/workers.h"

static int fixed_open(struct pool *pool, const struct pool_options *options)
{
	struct workers *workers = (struct workers *)pool;
	int error = workers_init(workers, options->capacity);

	if (options->capacity == 0)
		return EINVAL;
	return error ? error : workers_add_many(workers, options->capacity);
}

static enum pool_status fixed_submit(struct pool *pool, struct pool_task *task, int64_t deadline_ns)
{
	(void)deadline_ns;
	workers_put((struct workers *)pool, task);
	return POOL_OK;
}

static void fixed_destroy(struct pool *pool)
{
	workers_destroy((struct workers *)pool);
}

const struct pool_ops pool_fixed = {
    .kind = "fixed",
    .size = sizeof(struct workers),
    .open = fixed_open,
    .submit = fixed_submit,
    .dismiss = workers_dismiss,
    .destroy = fixed_destroy,
};
