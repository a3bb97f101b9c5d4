/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The supply: a queue that a pool was opened with by its name, and how submitters wait at it. */
#ifndef POOLRIG_POOL_SUPPLY_H
#define POOLRIG_POOL_SUPPLY_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "pool/internal.h"
#include "pool/queue/monotonic.h"
#include "pool/queue/queue.h"

#define SUPPLY_CAPACITY 1024 /* of a bounded queue, where the options don't say */

struct supply {
	struct queue *queue; /* owned; NULL: there is no supply */
	struct queue_options options;
	const char *name;  /* of queue_kinds() */
	bool closes_early; /* puts may run beside queue_close() without being lost */
	bool meets;        /* nothing is kept in it: who puts waits for who gets */
};

/* Any number of threads puts, and gets. */
bool supply_fits(const char *queue);

/* Take queue, queue_capacity and wait of the options. Returns 0, or an errno of queue_open(). */
int supply_open(struct supply *supply, const struct pool_options *options);
int supply_reopen(struct supply *supply);   /* after supply_close() and all that */
void supply_destroy(struct supply *supply); /* takes a zeroed struct, too */

/* Put a task, by the pool's rules of waiting: nonblocking, max_waiters, the deadline. */
enum pool_status supply_put(struct supply *supply, struct pool *pool, struct pool_task *task,
			    int64_t deadline_ns);

/* Put a task that a worker is sure to come for: however long that takes. */
enum pool_status supply_put_patiently(struct supply *supply, struct pool_task *task);

/* Get something until the deadline at most. *task is NULL where it was a knock: look up. */
enum queue_status supply_get(struct supply *supply, struct pool_task **task, int64_t deadline_ns);
enum queue_status supply_try_get(struct supply *supply, struct pool_task **task);

/* Bring one who waits in supply_get() to look up, as soon as there is one. Returns whether there
 * was, until the deadline. */
bool supply_knock(struct supply *supply, int64_t deadline_ns);

/* struct pool_ops.turn_away() and dismiss() */
void supply_turn_away(struct supply *supply);
void supply_close(struct supply *supply);

#endif
