/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A magazine of objects, a cache of two of them, and the depot where threads exchange them. Used by
 * object_pool.c alone. Locks: a cache's before the depot's. */
#ifndef POOLRIG_POOL_RESOURCE_MAGAZINE_H
#define POOLRIG_POOL_RESOURCE_MAGAZINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct pool_magazine {
	struct pool_magazine *next; /* in the depot */
	unsigned rounds;            /* objects in it */
	void *objects[];
};

struct pool_magazine *pool_magazine_new(unsigned size); /* empty; NULL: no memory */

/* What all threads share. */
struct pool_depot {
	pthread_mutex_t lock;
	struct pool_magazine *filled, *empty; /* filled: with one object or more */
	uint64_t objects;                     /* in the filled ones */
};

void pool_depot_init(struct pool_depot *d);
void pool_depot_destroy(struct pool_depot *d); /* of no objects; frees the magazines */
/* The caller has no magazine of it any more. An empty one is kept, too. */
void pool_depot_put(struct pool_depot *d, struct pool_magazine *m);
struct pool_magazine *pool_depot_get_filled(struct pool_depot *d); /* NULL: none */
struct pool_magazine *pool_depot_get_empty(struct pool_depot *d);  /* NULL: none */
/* A single object; NULL: none. And back; false: no memory for a magazine of `size`. */
void *pool_depot_take_one(struct pool_depot *d);
bool pool_depot_put_one(struct pool_depot *d, void *object, unsigned size);
uint64_t pool_depot_objects(struct pool_depot *d);

/* A thread's own. Only threads that reclaim or read its counters contend for its lock. */
struct pool_object_cache {
	pthread_mutex_t lock;
	struct pool_magazine *loaded, *previous; /* owned; NULL only before both were made */
	uint64_t gets, puts, hits, moves;
	struct pool_object_cache *next, *before; /* in the pool's list of them */
	struct pool_object_pool *pool;
};

/* Of two empty magazines, the depot's where it has any; NULL: no memory. */
struct pool_object_cache *pool_object_cache_new(struct pool_object_pool *pool, struct pool_depot *d,
						unsigned size);
void pool_object_cache_free(struct pool_object_cache *c); /* of no objects */

/* With the cache's lock held. Take one where it has one; NULL: it has none. */
void *pool_object_cache_take(struct pool_object_cache *c);
/* The same, and else a magazine from the depot; NULL: neither has one. */
void *pool_object_cache_get(struct pool_object_cache *c, struct pool_depot *d);
/* Lay one down; false: no memory for a magazine. */
bool pool_object_cache_put(struct pool_object_cache *c, struct pool_depot *d, void *object,
			   unsigned size);
/* All that it holds to the depot, where it gets two empty ones for it; where there is no memory for
 * these, what does not fit stays. */
void pool_object_cache_flush(struct pool_object_cache *c, struct pool_depot *d, unsigned size);
uint64_t pool_object_cache_objects(const struct pool_object_cache *c);

#endif
