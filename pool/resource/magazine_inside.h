/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A magazine of objects, a cache of two of them, and the depot where threads exchange them. Used by
 * object_pool.c alone. Locks: a cache's before the depot's. */
#ifndef POOLRIG_POOL_RESOURCE_MAGAZINE_INSIDE_H
#define POOLRIG_POOL_RESOURCE_MAGAZINE_INSIDE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct magazine {
	struct magazine *next; /* in the depot */
	unsigned rounds;       /* objects in it */
	void *objects[];
};

struct magazine *magazine_new(unsigned size); /* empty; NULL: no memory */

/* What all threads share. */
struct depot {
	pthread_mutex_t lock;
	struct magazine *filled, *empty; /* filled: with one object or more */
	uint64_t objects;                /* in the filled ones */
};

void depot_init(struct depot *d);
void depot_destroy(struct depot *d); /* of no objects; frees the magazines */
/* The caller has no magazine of it any more. An empty one is kept, too. */
void depot_put(struct depot *d, struct magazine *m);
struct magazine *depot_get_filled(struct depot *d); /* NULL: none */
struct magazine *depot_get_empty(struct depot *d);  /* NULL: none */
/* A single object; NULL: none. And back; false: no memory for a magazine of `size`. */
void *depot_take_one(struct depot *d);
bool depot_put_one(struct depot *d, void *object, unsigned size);

/* A thread's own. Its lock is uncontended but for who reclaims or looks at its counters. */
struct object_cache {
	pthread_mutex_t lock;
	struct magazine *loaded, *previous; /* owned; NULL only before both were made */
	uint64_t gets, puts, hits, moves;
	struct object_cache *next, *before; /* in the pool's list of them */
	struct object_pool *pool;
};

/* Of two empty magazines, the depot's where it has any; NULL: no memory. */
struct object_cache *object_cache_new(struct object_pool *pool, struct depot *d, unsigned size);
void object_cache_free(struct object_cache *c); /* of no objects */

/* With the cache's lock held. Take one where it has one; NULL: it has none. */
void *object_cache_take(struct object_cache *c);
/* The same, and else a magazine from the depot; NULL: neither has one. */
void *object_cache_get(struct object_cache *c, struct depot *d);
/* Lay one down; false: no memory for a magazine. */
bool object_cache_put(struct object_cache *c, struct depot *d, void *object, unsigned size);
/* All that it holds to the depot, where it gets two empty ones for it; where there is no memory for
 * these, what does not fit stays. */
void object_cache_flush(struct object_cache *c, struct depot *d, unsigned size);
uint64_t object_cache_objects(const struct object_cache *c);

#endif
