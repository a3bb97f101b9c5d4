/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections are borrowed and given back. */
#include <errno.h>
#include <stdlib.h>

#include "pool/resource/connection_pool_inside.h"

static bool too_old(const struct pool_connection_pool *pool, const struct pool_connection *c)
{
	const struct pool_connection_options *o = &pool->options;
	int64_t now = o->now_ns(o->now_arg);

	return (o->max_age_ns && now - c->opened_ns > o->max_age_ns) ||
	       (o->max_idle_ns && now - c->given_back_ns > o->max_idle_ns);
}

/* Another idle one in the place that the caller has; its own place is freed. NULL: none. */
static struct pool_connection *exchange(struct pool_connection_pool *pool)
{
	struct pool_connection *c;

	pthread_mutex_lock(&pool->lock);
	c = pool_connection_idle_pop_newest(&pool->idle);
	if (c)
		pool_connection_free_place(pool);
	pthread_mutex_unlock(&pool->lock);
	return c;
}

/* The first that is fit to be lent, from this one on; NULL: none, and the caller has a place. */
static struct pool_connection *first_fit(struct pool_connection_pool *pool,
					 struct pool_connection *c)
{
	while (c) {
		if (too_old(pool, c))
			pool_connection_end(pool, c, &pool->stats.too_old, false);
		else if (pool->ops.check && !pool->ops.check(c->handle, pool->ops.arg))
			pool_connection_end(pool, c, &pool->stats.unfit, false);
		else
			return c;
		c = exchange(pool);
	}
	return NULL;
}

/* A new one in the place that the caller has; NULL: that is freed, and *error set. */
static struct pool_connection *make(struct pool_connection_pool *pool, int *error)
{
	struct pool_connection *c = calloc(1, sizeof(*c));
	int why = ENOMEM;

	if (c) {
		why = EIO; /* of an open() that sets none */
		c->handle = pool->ops.open(pool->ops.arg, &why);
	}
	pthread_mutex_lock(&pool->lock);
	if (c && c->handle) {
		pool->stats.opened++;
	} else {
		pool->stats.open_failed++;
		pool_connection_free_place(pool);
	}
	pthread_mutex_unlock(&pool->lock);
	if (c && c->handle) {
		c->opened_ns = pool->options.now_ns(pool->options.now_arg);
		return c;
	}
	free(c);
	if (error)
		*error = why;
	return NULL;
}

/* -- borrowing -----------------------------------------------------------------------------------
 */

/* Wait to be called. With the lock held. *c is set where POOL_CONNECTION_OK is returned. */
static enum pool_connection_status wait_in_queue(struct pool_connection_pool *pool,
						 int64_t deadline_ns, struct pool_connection **c)
{
	struct pool_connection_waiter self = {.called = PTHREAD_COND_INITIALIZER};
	bool in_time = true;

	if (pool->options.max_waiters && pool->wait_queue.count >= pool->options.max_waiters) {
		pool->stats.refused++;
		return POOL_CONNECTION_OVERLOAD;
	}
	pool_connection_wait_queue_join(&pool->wait_queue, &self);
	pool->inside++;
	pool->stats.waited++;
	if (pool->wait_queue.count > pool->stats.waiters_peak)
		pool->stats.waiters_peak = pool->wait_queue.count;
	while (!self.served && !pool->closing && in_time)
		in_time = pool_connection_wait(&self.called, &pool->lock, deadline_ns);
	/* A borrower that was woken has what it was woken for, even where its time was over
	 * meanwhile. */
	if (!self.served)
		pool_connection_wait_queue_leave(&pool->wait_queue, &self);
	pool->inside--;
	if (pool->closing)
		pthread_cond_broadcast(&pool->left);
	pthread_cond_destroy(&self.called);
	*c = self.connection;
	if (self.served)
		return POOL_CONNECTION_OK;
	if (pool->closing)
		return POOL_CONNECTION_CLOSED;
	pool->stats.timeouts++;
	return POOL_CONNECTION_TIMEOUT;
}

static void take_place(struct pool_connection_pool *pool)
{
	pool->places++;
	if (pool->places > pool->stats.peak)
		pool->stats.peak = pool->places;
}

/* Get a place, and the connection in it where there is one. With the lock held. */
static enum pool_connection_status take(struct pool_connection_pool *pool, int64_t deadline_ns,
					struct pool_connection **c)
{
	*c = NULL;
	if (pool->closing)
		return POOL_CONNECTION_CLOSED;
	if (!pool->wait_queue.count) {
		*c = pool_connection_idle_pop_newest(&pool->idle);
		if (*c)
			return POOL_CONNECTION_OK;
		if (pool->places < pool->options.capacity) {
			take_place(pool);
			return POOL_CONNECTION_OK;
		}
	}
	if (deadline_ns <= 0) {
		pool->stats.timeouts++;
		return POOL_CONNECTION_TIMEOUT;
	}
	return wait_in_queue(pool, deadline_ns, c);
}

enum pool_connection_status pool_connection_pool_borrow(struct pool_connection_pool *pool,
							int64_t deadline_ns,
							struct pool_connection **connection,
							int *error)
{
	enum pool_connection_status status;
	struct pool_connection *c;
	bool reused;

	pthread_mutex_lock(&pool->lock);
	status = take(pool, deadline_ns, &c);
	pthread_mutex_unlock(&pool->lock);
	if (status != POOL_CONNECTION_OK)
		return status;
	c = first_fit(pool, c);
	reused = c != NULL;
	if (!c)
		c = make(pool, error);
	if (!c)
		return POOL_CONNECTION_FAILED;
	pthread_mutex_lock(&pool->lock);
	pool->stats.borrowed++;
	pool->stats.reused += reused;
	pool->stats.lent++;
	pthread_mutex_unlock(&pool->lock);
	*connection = c;
	return POOL_CONNECTION_OK;
}

/* Give it to a borrower that waits, or keep it as idle. Returns one to close instead, and why.
 * With the lock held. */
static struct pool_connection *lay_down(struct pool_connection_pool *pool,
					struct pool_connection *c, uint64_t **why)
{
	*why = NULL;
	if (pool->closing)
		return c;
	if (pool_connection_wait_queue_serve(&pool->wait_queue, c))
		return NULL;
	pool_connection_idle_push(&pool->idle, c);
	if (!pool->options.max_idle || pool->idle.count <= pool->options.max_idle)
		return NULL;
	*why = &pool->stats.surplus;
	return pool_connection_idle_pop_oldest(&pool->idle);
}

void pool_connection_pool_give_back(struct pool_connection_pool *pool, struct pool_connection *c,
				    bool works)
{
	uint64_t *why = &pool->stats.broken;

	c->given_back_ns = pool->options.now_ns(pool->options.now_arg);
	pthread_mutex_lock(&pool->lock);
	pool->stats.given_back++;
	pool->stats.lent--;
	if (works)
		c = lay_down(pool, c, &why);
	pthread_mutex_unlock(&pool->lock);
	if (c)
		pool_connection_end(pool, c, why, true);
}
