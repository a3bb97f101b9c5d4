/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pool/internal.h"

static const struct pool_ops *const all_ops[] = {&pool_naive, &pool_fixed, &pool_elastic};

const char *const *pool_kinds(void)
{
	static const char *const kinds[] = {"naive", "fixed", "elastic", NULL};

	return kinds;
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
	}
	return "unknown status";
}

static const struct pool_ops *find_ops(const char *kind)
{
	for (size_t i = 0; i < sizeof(all_ops) / sizeof(all_ops[0]); i++)
		if (strcmp(kind, all_ops[i]->kind) == 0)
			return all_ops[i];
	return NULL;
}

/* The last of a pool, whose gate is shut and empty or was never open. */
static struct pool_closing finish(struct pool *pool)
{
	struct pool_closing closing;

	pool->ops->dismiss(pool);
	crew_join(&pool->crew);
	closing.abandoned = pool_read(&pool->abandoned);
	pool->ops->destroy(pool);
	crew_destroy(&pool->crew);
	free(pool);
	return closing;
}

static struct pool *open_kind(const struct pool_ops *ops, const struct pool_options *options,
			      crew_create_fn create, int *error)
{
	struct pool *pool = aligned_alloc(POOL_LINE, ops->size);

	*error = ENOMEM;
	if (!pool)
		return NULL;
	memset(pool, 0, ops->size);
	pool->ops = ops;
	*error = crew_init(&pool->crew, ops->kind, options, create);
	if (*error) {
		free(pool);
		return NULL;
	}
	*error = ops->open(pool, options);
	if (*error) {
		finish(pool);
		return NULL;
	}
	crew_await(&pool->crew);
	return pool;
}

struct pool *pool_open_with(const char *kind, const struct pool_options *options,
			    crew_create_fn create, int *error)
{
	const struct pool_ops *ops = find_ops(kind);

	*error = EINVAL;
	if (!ops || options->idle_expiry_ns < 0)
		return NULL;
	return open_kind(ops, options, create, error);
}

struct pool *pool_open(const char *kind, const struct pool_options *options, int *error)
{
	return pool_open_with(kind, options, pthread_create, error);
}

enum pool_status pool_submit(struct pool *pool, struct pool_task *task)
{
	enum pool_status status = POOL_CLOSED;

	if (gate_enter(&pool->gate))
		status = pool->ops->submit(pool, task);
	if (status != POOL_OK)
		pool_count(&pool->rejected, 1);
	gate_leave(&pool->gate);
	return status;
}

void pool_take(struct pool *pool)
{
	uint64_t queued = atomic_fetch_add_explicit(&pool->queued, 1, memory_order_relaxed) + 1;
	uint64_t peak = pool_read(&pool->queued_peak);

	while (queued > peak &&
	       !atomic_compare_exchange_weak_explicit(&pool->queued_peak, &peak, queued,
						      memory_order_relaxed, memory_order_relaxed))
		;
	pool_count(&pool->submitted, 1);
}

void pool_perform(struct pool *pool, struct pool_task *task)
{
	pool_count(&pool->queued, -1);
	if (!atomic_load(&pool->abandoning)) {
		task->run(task);
		pool_count(&pool->completed, 1);
		return;
	}
	if (task->abandoned)
		task->abandoned(task);
	pool_count(&pool->abandoned, 1);
}

struct pool_closing pool_close(struct pool *pool, enum pool_close_mode mode)
{
	atomic_store(&pool->abandoning, mode == POOL_ABANDON);
	gate_shut(&pool->gate);
	if (pool->ops->turn_away)
		pool->ops->turn_away(pool);
	gate_await_empty(&pool->gate);
	return finish(pool);
}

void pool_stats(const struct pool *pool, struct pool_stats *out)
{
	*out = (struct pool_stats){
	    .submitted = pool_read(&pool->submitted),
	    .rejected = pool_read(&pool->rejected),
	    .completed = pool_read(&pool->completed),
	    .abandoned = pool_read(&pool->abandoned),
	    .workers_started = pool_read(&pool->crew.started),
	    .workers_ended = pool_read(&pool->crew.ended),
	    .workers = pool_read(&pool->crew.alive),
	    .workers_peak = pool_read(&pool->crew.peak),
	    .idle = pool_read(&pool->idle),
	    .queued = pool_read(&pool->queued),
	    .queued_peak = pool_read(&pool->queued_peak),
	    .waiters = pool_read(&pool->waiters),
	};
}
