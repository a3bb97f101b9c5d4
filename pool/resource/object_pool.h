/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A pool of objects: things that are dear to make, and as good as new after a reset. Each thread
 * has a cache of its own, behind all of them is a part that all share, and what moves between the
 * two is a whole magazine of objects at a time, so that most gets and puts touch nothing that
 * another thread uses: J. Bonwick, J. Adams, Magazines and Vmem, USENIX ATC 2001, section 3.
 *
 *     struct pool_object_pool *pool = pool_object_pool_open(&ops, &options, &error);
 *     void *object;
 *     if (pool_object_pool_get(pool, &object) == POOL_OBJECT_OK) {
 *             use(object);
 *             pool_object_pool_put(pool, object);
 *     }
 *
 * A thread's cache holds at most two magazines. It is made when the thread first uses the pool, and
 * goes to the shared part when the thread ends. Where the pool is bounded and none is left in the
 * shared part, one is taken out of the cache of another thread, so that none is missed.
 *
 * Threads: every function by any thread at any time, but for pool_object_pool_close(). An object
 * may be put by another thread than got it. No callback is called while anything that other threads
 * use is locked.
 */
#ifndef POOLRIG_POOL_RESOURCE_OBJECT_POOL_H
#define POOLRIG_POOL_RESOURCE_OBJECT_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "pool/language.h"

POOL_C_BEGIN

struct pool_object_pool;

struct pool_object_ops {
	void *(*create)(void *arg); /* NULL: no memory */
	void (*reset)(void *object,
		      void *arg); /* at each put, by its thread; NULL: nothing to do */
	void (*destroy)(void *object, void *arg);
	void *arg;
};

struct pool_object_options {
	uint64_t capacity; /* most objects at a time, in use and free; 0: no bound */
	uint64_t keep;     /* of these, free in the shared part: more are destroyed, a magazine at
			      a time; 0: all are kept */
	unsigned magazine; /* objects that move at once, 1 to POOL_OBJECT_MAGAZINE_MAX; 0: 16 */
};
#define POOL_OBJECT_MAGAZINE_MAX 1024

/* NULL, and *error is EINVAL (no create or destroy, magazine too large), ENOMEM, or EAGAIN (the
 * process has no thread-specific key left). Makes no object. */
struct pool_object_pool *pool_object_pool_open(const struct pool_object_ops *ops,
					       const struct pool_object_options *options,
					       int *error);

enum pool_object_status {
	POOL_OBJECT_OK = 0,
	POOL_OBJECT_EXHAUSTED, /* all `capacity` of them are in use, or just being made or destroyed
				*/
	POOL_OBJECT_NO_MEMORY, /* none is free, and ops.create() failed; or no memory for a cache */
};
const char *pool_object_status_text(enum pool_object_status status);

/* Get one: the one that this thread put last, any other, or a new one. Never waits for one. */
enum pool_object_status pool_object_pool_get(struct pool_object_pool *pool, void **object);

/* Put one back that came from this pool. Where there is no memory to keep it in, it is destroyed.
 */
void pool_object_pool_put(struct pool_object_pool *pool, void *object);

/* The calling thread's cache to the shared part, for a thread that will not need it for long. */
void pool_object_pool_flush(struct pool_object_pool *pool);

/* Destroy those that are free in the shared part. Returns how many. */
uint64_t pool_object_pool_trim(struct pool_object_pool *pool);

/* Destroy all that are free, and free the pool. Returns how many were still in use: they are lost,
 * and must not be put any more. Threads that used the pool may go on, but no call may be under way,
 * and no thread that used it may be ending. */
uint64_t pool_object_pool_close(struct pool_object_pool *pool);

/* All since opening, but for the last three, which are of now. At rest they are exact:
 * gets = puts + in_use, created = destroyed + in_use + cached + shared. */
struct pool_object_stats {
	uint64_t gets, puts;
	uint64_t cache_hits; /* gets and puts that touched nothing shared */
	uint64_t moves;      /* magazines that went between a cache and the shared part */
	uint64_t created, destroyed;
	uint64_t reclaimed; /* taken from the cache of another thread */
	uint64_t exhausted; /* gets that failed for it */
	uint64_t threads;   /* caches that were ever made */
	uint64_t in_use, cached, shared;
};
void pool_object_pool_stats(struct pool_object_pool *pool, struct pool_object_stats *out);

POOL_C_END

#endif
