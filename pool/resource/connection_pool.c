/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/resource/connection_pool.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "pool/resource/connection_pool_inside.h"

static int64_t monotonic(void *arg)
{
	(void)arg;
	return clock_now();
}

const char *pool_connection_status_text(enum pool_connection_status status)
{
	static const char *const texts[] = {
	    [POOL_CONNECTION_OK] = "lent",
	    [POOL_CONNECTION_TIMEOUT] = "none came back before the deadline",
	    [POOL_CONNECTION_OVERLOAD] = "too many wait already",
	    [POOL_CONNECTION_CLOSED] = "the pool is closed",
	    [POOL_CONNECTION_FAILED] = "it could not be opened",
	};

	return texts[status];
}

struct pool_connection_pool *
pool_connection_pool_open(const struct pool_connection_ops *ops,
			  const struct pool_connection_options *options, int *error)
{
	struct pool_connection_pool *pool;

	*error = EINVAL;
	if (!ops->open || !ops->close || !options->capacity || options->max_age_ns < 0 ||
	    options->max_idle_ns < 0)
		return NULL;
	*error = ENOMEM;
	pool = calloc(1, sizeof(*pool));
	if (!pool)
		return NULL;
	pool->ops = *ops;
	pool->options = *options;
	if (!pool->options.now_ns)
		pool->options.now_ns = monotonic;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->left, NULL);
	*error = 0;
	return pool;
}

void *pool_connection_handle(const struct pool_connection *connection)
{
	return connection->handle;
}

size_t pool_connection_pool_purge(struct pool_connection_pool *pool)
{
	struct pool_connection_idle all;
	struct pool_connection *c;
	size_t count;

	pthread_mutex_lock(&pool->lock);
	all = pool->idle;
	pool->idle = (struct pool_connection_idle){0};
	pthread_mutex_unlock(&pool->lock);
	count = all.count;
	while ((c = pool_connection_idle_pop_oldest(&all)))
		pool_connection_end(pool, c, NULL, true);
	return count;
}

size_t pool_connection_pool_close(struct pool_connection_pool *pool, int64_t deadline_ns)
{
	bool in_time = true;
	size_t left;

	pthread_mutex_lock(&pool->lock);
	pool->closing = true;
	for (struct pool_connection_waiter *w = pool->wait_queue.first; w; w = w->next)
		pthread_cond_signal(&w->called);
	pthread_mutex_unlock(&pool->lock);
	pool_connection_pool_purge(pool);
	pthread_mutex_lock(&pool->lock);
	/* Waiting borrowers have been woken, and leave whatever the deadline is. */
	while (pool->inside || (pool->places && in_time)) {
		if (pool->inside)
			pthread_cond_wait(&pool->left, &pool->lock);
		else
			in_time = deadline_ns > 0 &&
				  pool_connection_wait(&pool->left, &pool->lock, deadline_ns);
	}
	left = pool->places;
	pthread_mutex_unlock(&pool->lock);
	if (left)
		return left;
	pthread_cond_destroy(&pool->left);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
	return 0;
}

void pool_connection_pool_stats(struct pool_connection_pool *pool,
				struct pool_connection_stats *out)
{
	pthread_mutex_lock(&pool->lock);
	*out = pool->stats;
	out->idle = pool->idle.count;
	out->waiters = pool->wait_queue.count;
	pthread_mutex_unlock(&pool->lock);
}
