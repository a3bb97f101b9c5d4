/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Objects are got and put. */
#include <stdlib.h>

#include "pool/resource/object_inside.h"

static bool take_place(struct object_pool *pool)
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
static void *create(struct object_pool *pool, bool *failed)
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

static void *take_from(struct magazine *m)
{
	return m->rounds ? m->objects[--m->rounds] : NULL;
}

static void *take_from_depot(struct depot *d)
{
	struct magazine *m = depot_get_filled(d);
	void *object;

	if (!m)
		return NULL;
	object = take_from(m);
	depot_put(d, m);
	return object;
}

/* One that is free, wherever it lies; NULL: none is. The caches are locked all at once, or an
 * object could go from one that is not looked at yet to one that was. */
static void *take_any(struct object_pool *pool, const struct object_cache *own)
{
	void *object = NULL;

	pthread_mutex_lock(&pool->lock);
	for (struct object_cache *c = pool->caches; c; c = c->next)
		pthread_mutex_lock(&c->lock);
	object = take_from_depot(&pool->depot);
	for (struct object_cache *c = pool->caches; c && !object; c = c->next) {
		object = take_from(c->previous);
		if (!object)
			object = take_from(c->loaded);
		pool->gone.reclaimed += object && c != own;
	}
	for (struct object_cache *c = pool->caches; c; c = c->next)
		pthread_mutex_unlock(&c->lock);
	pthread_mutex_unlock(&pool->lock);
	return object;
}

static void count_get(struct object_cache *c)
{
	pthread_mutex_lock(&c->lock);
	c->gets++;
	pthread_mutex_unlock(&c->lock);
}

enum object_status object_pool_get(struct object_pool *pool, void **object)
{
	struct object_cache *c = object_cache_of(pool);
	bool failed = false;

	if (!c)
		return OBJECT_NO_MEMORY;
	pthread_mutex_lock(&c->lock);
	*object = object_cache_get(c, &pool->depot);
	c->gets += *object != NULL;
	pthread_mutex_unlock(&c->lock);
	if (*object)
		return OBJECT_OK;
	*object = create(pool, &failed);
	if (!*object)
		*object = take_any(pool, c);
	if (*object) {
		count_get(c);
		return OBJECT_OK;
	}
	if (failed)
		return OBJECT_NO_MEMORY;
	atomic_fetch_add_explicit(&pool->exhausted, 1, memory_order_relaxed);
	return OBJECT_EXHAUSTED;
}

void object_pool_put(struct object_pool *pool, void *object)
{
	struct object_cache *c = object_cache_of(pool);
	uint64_t moves;
	bool kept, moved;

	if (pool->ops.reset)
		pool->ops.reset(object, pool->ops.arg);
	if (!c) {
		atomic_fetch_add_explicit(&pool->lost_puts, 1, memory_order_relaxed);
		object_destroy(pool, object);
		return;
	}
	pthread_mutex_lock(&c->lock);
	moves = c->moves;
	kept = object_cache_put(c, &pool->depot, object, pool->options.magazine);
	c->puts++;
	moved = c->moves != moves;
	pthread_mutex_unlock(&c->lock);
	if (!kept)
		object_destroy(pool, object);
	if (moved && pool->options.keep)
		object_trim(pool, pool->options.keep);
}

void object_pool_flush(struct object_pool *pool)
{
	struct object_cache *c = pthread_getspecific(pool->key);

	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	object_cache_flush(c, &pool->depot, pool->options.magazine);
	pthread_mutex_unlock(&c->lock);
	if (pool->options.keep)
		object_trim(pool, pool->options.keep);
}
