/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Caches of the threads that use the pool: made at a first use, ended with the thread. */
#include "pool/resource/object_pool_inside.h"

void pool_object_cache_count(const struct pool_object_cache *c, struct pool_object_stats *to)
{
	to->gets += c->gets;
	to->puts += c->puts;
	to->cache_hits += c->hits;
	to->moves += c->moves;
}

/* A thread that ends takes its cache out of the list and leaves what is in it to the others. */
void pool_object_cache_end(void *value)
{
	struct pool_object_cache *c = value;
	struct pool_object_pool *pool = c->pool;

	pthread_mutex_lock(&pool->lock);
	if (c->before)
		c->before->next = c->next;
	else
		pool->caches = c->next;
	if (c->next)
		c->next->before = c->before;
	/* No other thread can find it now. */
	pool_object_cache_count(c, &pool->gone);
	pool->gone.moves += (c->loaded->rounds > 0) + (c->previous->rounds > 0);
	pool_depot_put(&pool->depot, c->loaded);
	pool_depot_put(&pool->depot, c->previous);
	pthread_mutex_unlock(&pool->lock);
	c->loaded = c->previous = NULL;
	pool_object_cache_free(c);
}

struct pool_object_cache *pool_object_cache_of(struct pool_object_pool *pool)
{
	struct pool_object_cache *c = pthread_getspecific(pool->key);

	if (c)
		return c;
	c = pool_object_cache_new(pool, &pool->depot, pool->options.magazine);
	if (!c)
		return NULL;
	if (pthread_setspecific(pool->key, c) != 0) {
		pool_object_cache_free(c);
		return NULL;
	}
	pthread_mutex_lock(&pool->lock);
	c->next = pool->caches;
	if (c->next)
		c->next->before = c;
	pool->caches = c;
	pool->gone.threads++;
	pthread_mutex_unlock(&pool->lock);
	return c;
}

void pool_object_destroy(struct pool_object_pool *pool, void *object)
{
	pool->ops.destroy(object, pool->ops.arg);
	atomic_fetch_add_explicit(&pool->destroyed, 1, memory_order_relaxed);
	atomic_fetch_sub_explicit(&pool->places, 1, memory_order_relaxed);
}

uint64_t pool_object_trim(struct pool_object_pool *pool, uint64_t keep)
{
	struct pool_magazine *m;
	uint64_t count = 0;

	while (pool_depot_objects(&pool->depot) > keep &&
	       (m = pool_depot_get_filled(&pool->depot)) != NULL) {
		for (; m->rounds; count++)
			pool_object_destroy(pool, m->objects[--m->rounds]);
		pool_depot_put(&pool->depot, m);
	}
	return count;
}
