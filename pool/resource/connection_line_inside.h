/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a connection pool that are lists, with the lock they need held by whoever calls:
 * idle connections by their last use, and borrowers that wait, in their order. Used by
 * connection_pool.c alone. */
#ifndef POOLRIG_POOL_RESOURCE_CONNECTION_LINE_INSIDE_H
#define POOLRIG_POOL_RESOURCE_CONNECTION_LINE_INSIDE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct connection {
	void *handle;
	int64_t opened_ns, given_back_ns;
	struct connection *newer, *older; /* while idle */
};

/* From the one that was used last to the one that was longest ago. */
struct connection_idle {
	struct connection *newest, *oldest;
	size_t count;
};

void connection_idle_push(struct connection_idle *list, struct connection *c); /* as the newest */
struct connection *connection_idle_pop_newest(struct connection_idle *list);   /* NULL: none */
struct connection *connection_idle_pop_oldest(struct connection_idle *list);   /* NULL: none */

/* A borrower that waits; it lives on its stack. */
struct connection_waiter {
	pthread_cond_t called;
	/* What it was called for: a connection, or (NULL) room for one. */
	bool served;
	struct connection *connection;
	struct connection_waiter *next, *before;
};

struct connection_line {
	struct connection_waiter *first, *last;
	size_t count;
};

void connection_line_join(struct connection_line *line, struct connection_waiter *w);
void connection_line_leave(struct connection_line *line, struct connection_waiter *w);
/* Give it to the first that waits; false: nobody does. */
bool connection_line_serve(struct connection_line *line, struct connection *c);

#endif
