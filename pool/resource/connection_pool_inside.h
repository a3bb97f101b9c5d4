/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A connection pool from inside, shared by its files alone.
 *
 * Every connection that there is, or that is about to be opened, has a place; there are
 * `capacity` of them. A place belongs to an idle connection, or a borrower (with a
 * connection, or about to open one), or it is free. What is freed goes to the first borrower that
 * waits before it counts as free, so that none overtakes.
 */
#ifndef POOLRIG_POOL_RESOURCE_CONNECTION_POOL_INSIDE_H
#define POOLRIG_POOL_RESOURCE_CONNECTION_POOL_INSIDE_H

#include "pool/resource/connection_wait_queue.h"
#include "pool/resource/connection_pool.h"

struct pool_connection_pool {
	struct pool_connection_ops ops;
	struct pool_connection_options options;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t left;  /* a place was freed, or a borrower left, while the pool closes */
	bool closing;
	struct pool_connection_idle idle;
	struct pool_connection_wait_queue wait_queue;
	size_t places; /* that are not free */
	size_t inside; /* borrowers that wait, or were called and have not left the wait */
	struct pool_connection_stats stats;
};

/* Wait for a call, with the lock held, until deadline_ns as pool_connection_pool_borrow() has it.
 * Returns false where it has passed. */
bool pool_connection_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t deadline_ns);

/* A place is free again, with the lock held: the first borrower that waits gets it, if there is
 * one. */
void pool_connection_free_place(struct pool_connection_pool *pool);

/* Close a connection, without the lock; `why`, where not NULL, is a counter of the stats. Its place
 * is freed, or is the caller's for another connection. */
void pool_connection_end(struct pool_connection_pool *pool, struct pool_connection *c,
			 uint64_t *why, bool free_place);

#endif
