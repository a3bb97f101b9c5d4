/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line: submitters that wait, first come, first served, each in a seat of its own. */
#ifndef POOLRIG_POOL_LINE_H
#define POOLRIG_POOL_LINE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/pool.h"
#include "pool/seat.h"

/* How the wait ended. */
enum waiter_end {
	WAITER_SERVED,      /* a worker has the task */
	WAITER_MAY_START,   /* the submitter is to start a worker for it */
	WAITER_TURNED_AWAY, /* the pool closes */
	WAITER_TIMED_OUT,   /* its deadline has passed, and it has left the line by itself */
};

/* A submitter that waits; it lives on that submitter's stack. Whoever takes it out of the line owes
 * it an end: line_end(). */
struct waiter {
	struct seat seat;
	struct pool_task *task;
	enum waiter_end end;
	struct waiter *next;
	bool in_line; /* under the line's lock */
};

struct line {
	pthread_mutex_t lock;
	struct waiter *first, **tail; /* *tail is the NULL at the end */
	bool shut;
	_Atomic uint64_t *count; /* of waiters: where the owner wants it; changed under the lock */
};

void line_init(struct line *line, _Atomic uint64_t *count);
void line_destroy(struct line *line);

static inline bool line_any(const struct line *line)
{
	return atomic_load(line->count) > 0;
}

/* Join the line, unless `max` wait already (0: no bound). Returns POOL_OK (joined: line_wait() is
 * due), POOL_OVERLOAD, or POOL_CLOSED (the line is shut). */
enum pool_status line_join(struct line *line, struct waiter *waiter, unsigned max);

/* Take the first one out. NULL: nobody waits. line_pop() is for who holds the lock. */
struct waiter *line_pop(struct line *line);

/* Shut the line; all that wait are turned away. Open it again. */
void line_shut(struct line *line);
void line_reopen(struct line *line);

/* End the wait of one that was taken out, who may be gone when this returns. */
void line_end(struct waiter *waiter, enum waiter_end end);

/* Wait for the end, until the deadline at most (INT64_MAX: for ever). */
enum waiter_end line_wait(struct line *line, struct waiter *waiter, int64_t deadline_ns);

#endif
