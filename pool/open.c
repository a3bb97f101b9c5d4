/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a pool is opened, closed, stopped and started again. */
#include "pool/open.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pool/kinds/kinds.h"
#include "pool/task/kind.h"
#include "pool/task/task_queue.h"

static int init(struct pool *pool, const struct pool_ops *ops, const struct pool_options *options,
		pool_thread_create_fn create)
{
	int error;

	memset(pool, 0, ops->size);
	pool->ops = ops;
	pool->failed = options->failed;
	pool->failed_arg = options->failed_arg;
	pool->nonblocking = options->nonblocking;
	pool->max_waiters = options->max_waiters;
	atomic_init(&pool->capacity, options->capacity);
	error = pool_shards_init(&pool->shards);
	if (error)
		return error;
	error = pool_thread_group_init(&pool->threads, ops->kind, options, create);
	if (error) {
		pool_shards_destroy(&pool->shards);
		return error;
	}
	pthread_mutex_init(&pool->control, NULL);
	return 0;
}

/* No worker is left, and none will be started. */
static void destroy(struct pool *pool)
{
	pool->ops->destroy(pool);
	pthread_mutex_destroy(&pool->control);
	pool_thread_group_destroy(&pool->threads);
	pool_shards_destroy(&pool->shards);
	free(pool);
}

/* No submitter is left, or none ever came. */
static void stop_workers(struct pool *pool)
{
	pool->ops->dismiss(pool);
	pool_thread_group_join(&pool->threads);
	if (pool->ops->sweep)
		pool->ops->sweep(pool);
}

static struct pool *open_kind(const struct pool_ops *ops, const struct pool_options *options,
			      pool_thread_create_fn create, int *error)
{
	struct pool *pool = aligned_alloc(POOL_QUEUE_LINE, ops->size);

	*error = ENOMEM;
	if (!pool)
		return NULL;
	*error = init(pool, ops, options, create);
	if (*error) {
		free(pool);
		return NULL;
	}
	*error = ops->open(pool, options);
	if (*error) {
		stop_workers(pool);
		destroy(pool);
		return NULL;
	}
	pool_thread_group_await(&pool->threads);
	return pool;
}

static bool takes_queue_of(const struct pool_ops *ops, const struct pool_options *options)
{
	if (options->own_queue)
		return !options->queue && ops->takes_queue &&
		       pool_task_queue_fits_own(options->own_queue);
	return !options->queue || pool_takes_queue(ops->kind, options->queue);
}

struct pool *pool_open_with(const char *kind, const struct pool_options *options,
			    pool_thread_create_fn create, int *error)
{
	const struct pool_ops *ops = pool_find_kind(kind);

	*error = EINVAL;
	if (!ops || options->idle_expiry_ns < 0 || (unsigned)options->wait > POOL_WAIT_EVENTCOUNT)
		return NULL;
	if (!takes_queue_of(ops, options))
		return NULL;
	return open_kind(ops, options, create, error);
}

struct pool *pool_open(const char *kind, const struct pool_options *options, int *error)
{
	return pool_open_with(kind, options, pthread_create, error);
}

/* Refuse new tasks, wait for submitters and workers to end. */
static struct pool_closing clear(struct pool *pool, enum pool_close_mode mode)
{
	struct pool_closing before = {
	    pool_shards_sum(&pool->shards, POOL_TALLY_ABANDONED),
	    pool_shards_sum(&pool->shards, POOL_TALLY_ABANDONED_IN_GROUPS)};

	atomic_store(&pool->abandoning, mode == POOL_ABANDON);
	pool_shards_close(&pool->shards);
	if (pool->ops->release_waiters)
		pool->ops->release_waiters(pool);
	pool_shards_await_empty(&pool->shards);
	stop_workers(pool);
	return (struct pool_closing){
	    pool_shards_sum(&pool->shards, POOL_TALLY_ABANDONED) - before.abandoned,
	    pool_shards_sum(&pool->shards, POOL_TALLY_ABANDONED_IN_GROUPS) - before.in_groups};
}

struct pool_closing pool_close(struct pool *pool, enum pool_close_mode mode)
{
	struct pool_closing closing = {0};

	if (!pool->stopped)
		closing = clear(pool, mode);
	destroy(pool);
	return closing;
}

int pool_stop(struct pool *pool, enum pool_close_mode mode, struct pool_closing *closing)
{
	struct pool_closing none;

	if (!closing)
		closing = &none;
	*closing = (struct pool_closing){0};
	if (!pool->ops->reboot)
		return ENOTSUP;
	if (!pool->stopped)
		*closing = clear(pool, mode);
	pool->stopped = true;
	return 0;
}

int pool_reboot(struct pool *pool)
{
	int error;

	if (!pool->ops->reboot)
		return ENOTSUP;
	if (!pool->stopped)
		return EALREADY;
	error = pool->ops->reboot(pool);
	if (error) {
		stop_workers(pool);
		return error;
	}
	pool_thread_group_await(&pool->threads);
	atomic_store(&pool->abandoning, false);
	pool->stopped = false;
	pool_shards_reopen(&pool->shards);
	return 0;
}
