/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/pool.h"

#include <errno.h>

#include "pool/task/counters.h"
#include "pool/task/kind.h"
#include "pool/task/task.h"

const char *const *pool_waits(void)
{
	static const char *const waits[] = {"own", "spin", "spin_futex", "eventcount", NULL};

	return waits;
}

const char *pool_status_text(enum pool_status status)
{
	switch (status) {
	case POOL_OK:
		return "ok";
	case POOL_OVERLOAD:
		return "overload";
	case POOL_CLOSED:
		return "closed";
	case POOL_NO_THREAD:
		return "no thread";
	case POOL_TIMEOUT:
		return "timeout";
	case POOL_NO_MEMORY:
		return "no memory";
	}
	return "unknown status";
}

/* -- submitting ------------------------------------------------------------------------------- */

/* The task may be gone, and its group, too, as soon as it was taken. */
static enum pool_status submit(struct pool *pool, struct pool_task *task, int64_t deadline_ns)
{
	bool admitted = task->group || task->ended;
	enum pool_status status = admitted ? pool_admit(task) : POOL_OK;

	if (status != POOL_OK)
		return status;
	status = pool->ops->submit(pool, task, deadline_ns);
	if (status != POOL_OK && admitted)
		pool_admit_undo(task);
	return status;
}

enum pool_status pool_submit_until(struct pool *pool, struct pool_task *task, int64_t deadline_ns)
{
	struct pool_shard *shard = pool_shard_here(&pool->shards);
	enum pool_status status = POOL_CLOSED;

	if (pool_closable_count_enter(&shard->submitters))
		status = submit(pool, task, deadline_ns);
	pool_count(status == POOL_OK ? &shard->submitted : &shard->rejected, 1);
	pool_closable_count_leave(&shard->submitters);
	return status;
}

enum pool_status pool_submit(struct pool *pool, struct pool_task *task)
{
	return pool_submit_until(pool, task, INT64_MAX);
}

/* -- while it lives --------------------------------------------------------------------------- */

int pool_tune(struct pool *pool, unsigned capacity)
{
	struct pool_shard *shard = pool_shard_here(&pool->shards);
	int error = ESHUTDOWN;

	if (pool_closable_count_enter(&shard->submitters)) {
		pthread_mutex_lock(&pool->control);
		error = pool->ops->tune ? pool->ops->tune(pool, capacity) : ENOTSUP;
		pthread_mutex_unlock(&pool->control);
	}
	pool_closable_count_leave(&shard->submitters);
	return error;
}

int pool_purge(struct pool *pool)
{
	struct pool_shard *shard = pool_shard_here(&pool->shards);
	int error = ESHUTDOWN;

	if (pool_closable_count_enter(&shard->submitters)) {
		pthread_mutex_lock(&pool->control);
		error = pool->ops->purge ? pool->ops->purge(pool) : ENOTSUP;
		pthread_mutex_unlock(&pool->control);
	}
	pool_closable_count_leave(&shard->submitters);
	return error;
}
