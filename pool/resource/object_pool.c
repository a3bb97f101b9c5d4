/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/resource/object_pool.h"

#include <errno.h>
#include <stdlib.h>

#include "pool/resource/object_pool_inside.h"

#define MAGAZINE_DEFAULT 16

const char *pool_object_status_text(enum pool_object_status status)
{
	static const char *const texts[] = {
	    [POOL_OBJECT_OK] = "got",
	    [POOL_OBJECT_EXHAUSTED] = "all are in use",
	    [POOL_OBJECT_NO_MEMORY] = "no memory to make one",
	};

	return texts[status];
}

uint64_t pool_object_pool_trim(struct pool_object_pool *pool)
{
	return pool_object_trim(pool, 0);
}

struct pool_object_pool *pool_object_pool_open(const struct pool_object_ops *ops,
					       const struct pool_object_options *options,
					       int *error)
{
	struct pool_object_pool *pool;

	*error = EINVAL;
	if (!ops->create || !ops->destroy || options->magazine > POOL_OBJECT_MAGAZINE_MAX)
		return NULL;
	*error = ENOMEM;
	pool = calloc(1, sizeof(*pool));
	if (!pool)
		return NULL;
	*error = pthread_key_create(&pool->key, pool_object_cache_end);
	if (*error) {
		free(pool);
		return NULL;
	}
	pool->ops = *ops;
	pool->options = *options;
	if (!pool->options.magazine)
		pool->options.magazine = MAGAZINE_DEFAULT;
	pthread_mutex_init(&pool->lock, NULL);
	pool_depot_init(&pool->depot);
	return pool;
}

uint64_t pool_object_pool_close(struct pool_object_pool *pool)
{
	struct pool_object_stats stats;
	struct pool_object_cache *c;

	pool_object_pool_stats(pool, &stats);
	pthread_key_delete(pool->key);
	while ((c = pool->caches)) {
		pool->caches = c->next;
		pool_depot_put(&pool->depot, c->loaded);
		pool_depot_put(&pool->depot, c->previous);
		c->loaded = c->previous = NULL;
		pool_object_cache_free(c);
	}
	pool_object_pool_trim(pool);
	pool_depot_destroy(&pool->depot);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
	return stats.in_use;
}

void pool_object_pool_stats(struct pool_object_pool *pool, struct pool_object_stats *out)
{
	pthread_mutex_lock(&pool->lock);
	*out = pool->gone;
	for (struct pool_object_cache *c = pool->caches; c; c = c->next) {
		pthread_mutex_lock(&c->lock);
		pool_object_cache_count(c, out);
		out->cached += pool_object_cache_objects(c);
		pthread_mutex_unlock(&c->lock);
	}
	pthread_mutex_unlock(&pool->lock);
	out->shared = pool_depot_objects(&pool->depot);
	out->created = atomic_load_explicit(&pool->created, memory_order_relaxed);
	out->destroyed = atomic_load_explicit(&pool->destroyed, memory_order_relaxed);
	out->exhausted = atomic_load_explicit(&pool->exhausted, memory_order_relaxed);
	out->puts += atomic_load_explicit(&pool->lost_puts, memory_order_relaxed);
	out->in_use = out->gets - out->puts;
}
