/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An object pool from inside, shared by its files alone. Locks, in the order in which they are
 * taken: the pool's (the list of caches), a cache's, the depot's. */
#ifndef POOLRIG_POOL_RESOURCE_OBJECT_POOL_INSIDE_H
#define POOLRIG_POOL_RESOURCE_OBJECT_POOL_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "pool/resource/magazine.h"
#include "pool/resource/object_pool.h"

struct pool_object_pool {
	struct pool_object_ops ops;
	struct pool_object_options options;
	struct pool_depot depot;
	pthread_key_t key; /* of the calling thread's cache */
	pthread_mutex_t lock;
	struct pool_object_cache *caches; /* under the lock */
	/* A thread looks for a free object in all caches, with the lock held: see
	 * object_pool_lend.c. */
	_Atomic bool scanning;
	/* under the lock: of the caches that have ended; reclaimed, threads */
	struct pool_object_stats gone;
	_Atomic uint64_t places; /* objects that there are, or that are about to be made */
	_Atomic uint64_t created, destroyed, exhausted;
	_Atomic uint64_t lost_puts; /* of threads that had no memory for a cache */
};

/* The calling thread's cache, made where it has none; NULL: no memory. */
struct pool_object_cache *pool_object_cache_of(struct pool_object_pool *pool);
/* The destructor of the key: a thread ends. */
void pool_object_cache_end(void *cache);
/* What a cache's owner has counted. With the cache's lock held, or where no other thread can find
 * it.
 */
void pool_object_cache_count(const struct pool_object_cache *c, struct pool_object_stats *to);

/* Destroy one, and count it. */
void pool_object_destroy(struct pool_object_pool *pool, void *object);
/* Destroy free ones of the shared part, a magazine at a time, until no more than `keep` are left.
 * Returns how many. */
uint64_t pool_object_trim(struct pool_object_pool *pool, uint64_t keep);

#endif
