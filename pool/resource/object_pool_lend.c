/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Objects are got and put. */
#include <stdlib.h>

#include "pool/resource/object_pool_inside.h"

static bool take_place(struct pool_object_pool *pool)
{
	uint64_t places = atomic_load_explicit(&pool->places, memory_order_relaxed);

	do {
		if (pool->options.capacity && places >= pool->options.capacity)
			return false;
	} while (!atomic_compare_exchange_weak_explicit(
	    &pool->places, &places, places + 1, memory_order_relaxed, memory_order_relaxed));
	return true;
}

/* A new one; NULL: there is no room for it, or (*failed) it could not be made. */
static void *create(struct pool_object_pool *pool, bool *failed)
{
	void *object;

	if (!take_place(pool))
		return NULL;
	object = pool->ops.create(pool->ops.arg);
	if (object) {
		atomic_fetch_add_explicit(&pool->created, 1, memory_order_relaxed);
		return object;
	}
	*failed = true;
	atomic_fetch_sub_explicit(&pool->places, 1, memory_order_relaxed);
	return NULL;
}

/*
 * One that is free, wherever it lies; NULL: none is.
 *
 * The caches are looked at one after the other, and an object must not get from one that was not
 * looked at yet into one that was. So while a thread looks (`scanning`), nothing goes into a cache:
 * what is put goes to the shared part, an object at a time, and what is got comes from there so. A
 * cache that was found empty stays so, as its lock hands the word on; and when at the end the
 * shared part is empty, too, there was no free object at that instant.
 */
static void *take_any(struct pool_object_pool *pool, const struct pool_object_cache *own)
{
	void *object = NULL;

	pthread_mutex_lock(&pool->lock);
	atomic_store(&pool->scanning, true);
	for (struct pool_object_cache *c = pool->caches; c && !object; c = c->next) {
		pthread_mutex_lock(&c->lock);
		object = pool_object_cache_take(c);
		pthread_mutex_unlock(&c->lock);
		pool->gone.reclaimed += object && c != own;
	}
	if (!object)
		object = pool_depot_take_one(&pool->depot);
	atomic_store(&pool->scanning, false);
	pthread_mutex_unlock(&pool->lock);
	return object;
}

/* With the cache's lock held. */
static void *take(struct pool_object_pool *pool, struct pool_object_cache *c)
{
	void *object;

	if (!atomic_load_explicit(&pool->scanning, memory_order_relaxed))
		return pool_object_cache_get(c, &pool->depot);
	object = pool_object_cache_take(c);
	return object ? object : pool_depot_take_one(&pool->depot);
}

/* With the cache's lock held. false: no memory to keep it in. */
static bool lay_down(struct pool_object_pool *pool, struct pool_object_cache *c, void *object)
{
	if (!atomic_load_explicit(&pool->scanning, memory_order_relaxed))
		return pool_object_cache_put(c, &pool->depot, object, pool->options.magazine);
	return pool_depot_put_one(&pool->depot, object, pool->options.magazine);
}

static void count_get(struct pool_object_cache *c)
{
	pthread_mutex_lock(&c->lock);
	c->gets++;
	pthread_mutex_unlock(&c->lock);
}

enum pool_object_status pool_object_pool_get(struct pool_object_pool *pool, void **object)
{
	struct pool_object_cache *c = pool_object_cache_of(pool);
	bool failed = false;

	if (!c)
		return POOL_OBJECT_NO_MEMORY;
	pthread_mutex_lock(&c->lock);
	*object = take(pool, c);
	c->gets += *object != NULL;
	pthread_mutex_unlock(&c->lock);
	if (*object)
		return POOL_OBJECT_OK;
	*object = create(pool, &failed);
	if (!*object)
		*object = take_any(pool, c);
	if (*object) {
		count_get(c);
		return POOL_OBJECT_OK;
	}
	if (failed)
		return POOL_OBJECT_NO_MEMORY;
	atomic_fetch_add_explicit(&pool->exhausted, 1, memory_order_relaxed);
	return POOL_OBJECT_EXHAUSTED;
}

void pool_object_pool_put(struct pool_object_pool *pool, void *object)
{
	struct pool_object_cache *c = pool_object_cache_of(pool);
	uint64_t moves;
	bool kept, moved;

	if (pool->ops.reset)
		pool->ops.reset(object, pool->ops.arg);
	if (!c) {
		atomic_fetch_add_explicit(&pool->lost_puts, 1, memory_order_relaxed);
		pool_object_destroy(pool, object);
		return;
	}
	pthread_mutex_lock(&c->lock);
	moves = c->moves;
	kept = lay_down(pool, c, object);
	c->puts++;
	moved = c->moves != moves;
	pthread_mutex_unlock(&c->lock);
	if (!kept)
		pool_object_destroy(pool, object);
	if (moved && pool->options.keep)
		pool_object_trim(pool, pool->options.keep);
}

void pool_object_pool_flush(struct pool_object_pool *pool)
{
	struct pool_object_cache *c = pthread_getspecific(pool->key);

	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	pool_object_cache_flush(c, &pool->depot, pool->options.magazine);
	pthread_mutex_unlock(&c->lock);
	if (pool->options.keep)
		pool_object_trim(pool, pool->options.keep);
}
