/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a connection pool that are lists, with the lock they need held by the caller:
 * idle connections by their last use, and borrowers that wait, in their order. Used by
 * connection_pool.c alone. */
#ifndef POOLRIG_POOL_RESOURCE_CONNECTION_WAIT_QUEUE_H
#define POOLRIG_POOL_RESOURCE_CONNECTION_WAIT_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool_connection {
	void *handle;
	int64_t opened_ns, given_back_ns;
	struct pool_connection *newer, *older; /* while idle */
};

/* From the one that was used last to the one that was longest ago. */
struct pool_connection_idle {
	struct pool_connection *newest, *oldest;
	size_t count;
};

void pool_connection_idle_push(struct pool_connection_idle *list,
			       struct pool_connection *c); /* as the newest */
struct pool_connection *
pool_connection_idle_pop_newest(struct pool_connection_idle *list); /* NULL: none */
struct pool_connection *
pool_connection_idle_pop_oldest(struct pool_connection_idle *list); /* NULL: none */

/* A borrower that waits; it lives on its stack. */
struct pool_connection_waiter {
	pthread_cond_t called;
	/* What it was called for: a connection, or (NULL) room for one. */
	bool served;
	struct pool_connection *connection;
	struct pool_connection_waiter *next, *before;
};

struct pool_connection_wait_queue {
	struct pool_connection_waiter *first, *last;
	size_t count;
};

void pool_connection_wait_queue_join(struct pool_connection_wait_queue *wait_queue,
				     struct pool_connection_waiter *w);
void pool_connection_wait_queue_leave(struct pool_connection_wait_queue *wait_queue,
				      struct pool_connection_waiter *w);
/* Give it to the first that waits; false: none does. */
bool pool_connection_wait_queue_serve(struct pool_connection_wait_queue *wait_queue,
				      struct pool_connection *c);

#endif
