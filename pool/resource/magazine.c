/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/resource/magazine.h"

#include <stdlib.h>

struct pool_magazine *pool_magazine_new(unsigned size)
{
	return calloc(1, sizeof(struct pool_magazine) + size * sizeof(void *));
}

/* -- the depot ------------------------------------------------------------------------------------
 */

void pool_depot_init(struct pool_depot *d)
{
	*d = (struct pool_depot){0};
	pthread_mutex_init(&d->lock, NULL);
}

static void free_all(struct pool_magazine *m)
{
	while (m) {
		struct pool_magazine *next = m->next;

		free(m);
		m = next;
	}
}

void pool_depot_destroy(struct pool_depot *d)
{
	free_all(d->filled);
	free_all(d->empty);
	pthread_mutex_destroy(&d->lock);
}

void pool_depot_put(struct pool_depot *d, struct pool_magazine *m)
{
	struct pool_magazine **list = m->rounds ? &d->filled : &d->empty;

	pthread_mutex_lock(&d->lock);
	m->next = *list;
	*list = m;
	d->objects += m->rounds;
	pthread_mutex_unlock(&d->lock);
}

static struct pool_magazine *depot_get(struct pool_depot *d, struct pool_magazine **list)
{
	struct pool_magazine *m;

	pthread_mutex_lock(&d->lock);
	m = *list;
	if (m) {
		*list = m->next;
		d->objects -= m->rounds;
	}
	pthread_mutex_unlock(&d->lock);
	return m;
}

struct pool_magazine *pool_depot_get_filled(struct pool_depot *d)
{
	return depot_get(d, &d->filled);
}

struct pool_magazine *pool_depot_get_empty(struct pool_depot *d)
{
	return depot_get(d, &d->empty);
}

void *pool_depot_take_one(struct pool_depot *d)
{
	struct pool_magazine *m;
	void *object = NULL;

	pthread_mutex_lock(&d->lock);
	m = d->filled;
	if (m) {
		object = m->objects[--m->rounds];
		d->objects--;
	}
	if (m && !m->rounds) {
		d->filled = m->next;
		m->next = d->empty;
		d->empty = m;
	}
	pthread_mutex_unlock(&d->lock);
	return object;
}

bool pool_depot_put_one(struct pool_depot *d, void *object, unsigned size)
{
	struct pool_magazine *m = pool_depot_get_empty(d);

	if (!m)
		m = pool_magazine_new(size);
	if (!m)
		return false;
	m->objects[m->rounds++] = object;
	pool_depot_put(d, m);
	return true;
}

uint64_t pool_depot_objects(struct pool_depot *d)
{
	uint64_t count;

	pthread_mutex_lock(&d->lock);
	count = d->objects;
	pthread_mutex_unlock(&d->lock);
	return count;
}

/* -- a cache --------------------------------------------------------------------------------------
 */

static struct pool_magazine *any_empty(struct pool_depot *d, unsigned size)
{
	struct pool_magazine *m = pool_depot_get_empty(d);

	return m ? m : pool_magazine_new(size);
}

struct pool_object_cache *pool_object_cache_new(struct pool_object_pool *pool, struct pool_depot *d,
						unsigned size)
{
	struct pool_object_cache *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->pool = pool;
	c->loaded = any_empty(d, size);
	c->previous = any_empty(d, size);
	if (!c->loaded || !c->previous) {
		free(c->loaded);
		free(c->previous);
		free(c);
		return NULL;
	}
	pthread_mutex_init(&c->lock, NULL);
	return c;
}

void pool_object_cache_free(struct pool_object_cache *c)
{
	free(c->loaded);
	free(c->previous);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static void swap(struct pool_object_cache *c)
{
	struct pool_magazine *held = c->loaded;

	c->loaded = c->previous;
	c->previous = held;
}

void *pool_object_cache_take(struct pool_object_cache *c)
{
	if (!c->loaded->rounds && c->previous->rounds)
		swap(c);
	return c->loaded->rounds ? c->loaded->objects[--c->loaded->rounds] : NULL;
}

void *pool_object_cache_get(struct pool_object_cache *c, struct pool_depot *d)
{
	void *object = pool_object_cache_take(c);
	struct pool_magazine *filled;

	if (object) {
		c->hits++;
		return object;
	}
	/* Both are empty: one of them for a filled one. */
	filled = pool_depot_get_filled(d);
	if (!filled)
		return NULL;
	c->moves++;
	pool_depot_put(d, c->previous);
	c->previous = c->loaded;
	c->loaded = filled;
	return c->loaded->objects[--c->loaded->rounds];
}

bool pool_object_cache_put(struct pool_object_cache *c, struct pool_depot *d, void *object,
			   unsigned size)
{
	struct pool_magazine *empty;

	if (c->loaded->rounds == size && c->previous->rounds < size)
		swap(c);
	if (c->loaded->rounds < size) {
		c->hits++;
		c->loaded->objects[c->loaded->rounds++] = object;
		return true;
	}
	/* Both are full: one of them for an empty one. */
	empty = any_empty(d, size);
	if (!empty)
		return false;
	c->moves++;
	pool_depot_put(d, c->previous);
	c->previous = c->loaded;
	c->loaded = empty;
	c->loaded->objects[c->loaded->rounds++] = object;
	return true;
}

static void flush_one(struct pool_magazine **m, struct pool_depot *d, unsigned size,
		      uint64_t *moves)
{
	struct pool_magazine *empty;

	if (!(*m)->rounds)
		return;
	empty = any_empty(d, size);
	if (!empty)
		return;
	pool_depot_put(d, *m);
	*m = empty;
	(*moves)++;
}

void pool_object_cache_flush(struct pool_object_cache *c, struct pool_depot *d, unsigned size)
{
	flush_one(&c->loaded, d, size, &c->moves);
	flush_one(&c->previous, d, size, &c->moves);
}

uint64_t pool_object_cache_objects(const struct pool_object_cache *c)
{
	return (uint64_t)c->loaded->rounds + c->previous->rounds;
}
