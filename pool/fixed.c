/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind "fixed": `capacity` workers, all started at opening, and one unbounded FIFO. */
#include <errno.h>

#include "pool/workers.h"

/* Workers up to `capacity`, from what there is. pool.capacity says how far it came. */
static int grow(struct pool *pool, uint64_t capacity)
{
	uint64_t old = pool_read(&pool->capacity);
	uint32_t added;
	int error = workers_add_many((struct workers *)pool, (uint32_t)(capacity - old), &added);

	pool_count(&pool->capacity, added);
	return error;
}

static int fixed_open(struct pool *pool, const struct pool_options *options)
{
	int error = workers_init((struct workers *)pool, ROOST_MAX);

	if (options->capacity == 0)
		return EINVAL;
	if (options->capacity > ROOST_MAX)
		return EAGAIN;
	atomic_store(&pool->capacity, 0);
	return error ? error : grow(pool, options->capacity);
}

static enum pool_status fixed_submit(struct pool *pool, struct pool_task *task, int64_t deadline_ns)
{
	(void)deadline_ns;
	workers_put((struct workers *)pool, task);
	return POOL_OK;
}

static int fixed_tune(struct pool *pool, unsigned capacity)
{
	if (capacity == 0 || capacity > ROOST_MAX)
		return EINVAL;
	for (; pool_read(&pool->capacity) > capacity; pool_count(&pool->capacity, -1))
		workers_let_go((struct workers *)pool);
	return grow(pool, capacity);
}

static int fixed_reboot(struct pool *pool)
{
	uint64_t capacity = pool_read(&pool->capacity);
	int error;

	workers_reset((struct workers *)pool);
	atomic_store(&pool->capacity, 0);
	error = grow(pool, capacity);
	atomic_store(&pool->capacity, capacity); /* for the next attempt */
	return error;
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
    .reboot = fixed_reboot,
    .tune = fixed_tune,
    .destroy = fixed_destroy,
};
