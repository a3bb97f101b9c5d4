/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/resource/connection_pool_inside.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"

bool pool_connection_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t deadline_ns)
{
	struct timespec ts = ns_timespec(deadline_ns);

	if (deadline_ns == INT64_MAX)
		return pthread_cond_wait(cond, lock) == 0;
	return pthread_cond_clockwait(cond, lock, CLOCK_MONOTONIC, &ts) != ETIMEDOUT;
}

void pool_connection_free_place(struct pool_connection_pool *pool)
{
	if (!pool->closing && pool_connection_wait_queue_serve(&pool->wait_queue, NULL))
		return;
	pool->places--;
	if (pool->closing)
		pthread_cond_broadcast(&pool->left);
}

void pool_connection_end(struct pool_connection_pool *pool, struct pool_connection *c,
			 uint64_t *why, bool free_place)
{
	pool->ops.close(c->handle, pool->ops.arg);
	free(c);
	pthread_mutex_lock(&pool->lock);
	pool->stats.closed++;
	if (why)
		(*why)++;
	if (free_place)
		pool_connection_free_place(pool);
	pthread_mutex_unlock(&pool->lock);
}
