/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/resource/magazine_inside.h"

#include <stdlib.h>

struct magazine *magazine_new(unsigned size)
{
	return calloc(1, sizeof(struct magazine) + size * sizeof(void *));
}

/* -- the depot ------------------------------------------------------------------------------------
 */

void depot_init(struct depot *d)
{
	*d = (struct depot){0};
	pthread_mutex_init(&d->lock, NULL);
}

static void free_all(struct magazine *m)
{
	while (m) {
		struct magazine *next = m->next;

		free(m);
		m = next;
	}
}

void depot_destroy(struct depot *d)
{
	free_all(d->filled);
	free_all(d->empty);
	pthread_mutex_destroy(&d->lock);
}

void depot_put(struct depot *d, struct magazine *m)
{
	struct magazine **list = m->rounds ? &d->filled : &d->empty;

	pthread_mutex_lock(&d->lock);
	m->next = *list;
	*list = m;
	d->objects += m->rounds;
	pthread_mutex_unlock(&d->lock);
}

static struct magazine *depot_get(struct depot *d, struct magazine **list)
{
	struct magazine *m;

	pthread_mutex_lock(&d->lock);
	m = *list;
	if (m) {
		*list = m->next;
		d->objects -= m->rounds;
	}
	pthread_mutex_unlock(&d->lock);
	return m;
}

struct magazine *depot_get_filled(struct depot *d)
{
	return depot_get(d, &d->filled);
}

struct magazine *depot_get_empty(struct depot *d)
{
	return depot_get(d, &d->empty);
}

void *depot_take_one(struct depot *d)
{
	struct magazine *m;
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

bool depot_put_one(struct depot *d, void *object, unsigned size)
{
	struct magazine *m = depot_get_empty(d);

	if (!m)
		m = magazine_new(size);
	if (!m)
		return false;
	m->objects[m->rounds++] = object;
	depot_put(d, m);
	return true;
}

/* -- a cache --------------------------------------------------------------------------------------
 */

static struct magazine *any_empty(struct depot *d, unsigned size)
{
	struct magazine *m = depot_get_empty(d);

	return m ? m : magazine_new(size);
}

struct object_cache *object_cache_new(struct object_pool *pool, struct depot *d, unsigned size)
{
	struct object_cache *c = calloc(1, sizeof(*c));

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

void object_cache_free(struct object_cache *c)
{
	free(c->loaded);
	free(c->previous);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static void swap(struct object_cache *c)
{
	struct magazine *held = c->loaded;

	c->loaded = c->previous;
	c->previous = held;
}

void *object_cache_take(struct object_cache *c)
{
	if (!c->loaded->rounds && c->previous->rounds)
		swap(c);
	return c->loaded->rounds ? c->loaded->objects[--c->loaded->rounds] : NULL;
}

void *object_cache_get(struct object_cache *c, struct depot *d)
{
	void *object = object_cache_take(c);
	struct magazine *filled;

	if (object) {
		c->hits++;
		return object;
	}
	/* Both are empty: one of them for a filled one. */
	filled = depot_get_filled(d);
	if (!filled)
		return NULL;
	c->moves++;
	depot_put(d, c->previous);
	c->previous = c->loaded;
	c->loaded = filled;
	return c->loaded->objects[--c->loaded->rounds];
}

bool object_cache_put(struct object_cache *c, struct depot *d, void *object, unsigned size)
{
	struct magazine *empty;

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
	depot_put(d, c->previous);
	c->previous = c->loaded;
	c->loaded = empty;
	c->loaded->objects[c->loaded->rounds++] = object;
	return true;
}

static void flush_one(struct magazine **m, struct depot *d, unsigned size, uint64_t *moves)
{
	struct magazine *empty;

	if (!(*m)->rounds)
		return;
	empty = any_empty(d, size);
	if (!empty)
		return;
	depot_put(d, *m);
	*m = empty;
	(*moves)++;
}

void object_cache_flush(struct object_cache *c, struct depot *d, unsigned size)
{
	flush_one(&c->loaded, d, size, &c->moves);
	flush_one(&c->previous, d, size, &c->moves);
}

uint64_t object_cache_objects(const struct object_cache *c)
{
	return (uint64_t)c->loaded->rounds + c->previous->rounds;
}
