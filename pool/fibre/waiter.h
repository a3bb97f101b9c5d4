/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A waiter: a fibre, or a thread that runs none, that waits for one call. A fibre parks, so that
 * its core goes on; a thread sleeps on a futex. Waiters stand in lists, first come, first served,
 * whose owner has a lock for them.
 *
 * Whoever takes a waiter out of its list owes it a call. One whose time is over takes itself out
 * under the lock; where it finds itself taken out already, it waits for the call that is on its
 * way. It lives on the stack of who waits, and may be gone as soon as it has been called.
 */
#ifndef POOLRIG_POOL_FIBRE_WAITER_H
#define POOLRIG_POOL_FIBRE_WAITER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/fibre/fibre.h"
#include "pool/queue/futex.h"

struct fibre_waiter {
	struct fibre_waiter *next, *prev;
	struct fibre *fibre;     /* NULL: a thread, which looks at `called` */
	_Atomic uint32_t called; /* 0 or 1 */
	bool listed;             /* under the list's lock */
	int outcome;             /* what the caller says to it */
};

/* Under the lock of its owner. Zeroed: empty. */
struct fibre_waiters {
	struct fibre_waiter *first, *last;
};

/* The one that calls this is going to wait. */
static inline void waiter_init(struct fibre_waiter *waiter)
{
	*waiter = (struct fibre_waiter){.fibre = fibre_self()};
}

/* Wait for the call, until the deadline at most (CLOCK_MONOTONIC, ns; INT64_MAX: for ever). Returns
 * whether it came; if not, it may still come, and be waited for. */
static inline bool waiter_sleep(struct fibre_waiter *waiter, int64_t deadline_ns)
{
	bool in_time = true;

	if (waiter->fibre)
		return fibre_park(deadline_ns);
	while (in_time && !atomic_load(&waiter->called))
		in_time = futex_wait_until(&waiter->called, 0, deadline_ns);
	return atomic_load(&waiter->called);
}

static inline void waiter_call(struct fibre_waiter *waiter)
{
	if (waiter->fibre) {
		fibre_wake(waiter->fibre);
		return;
	}
	atomic_store(&waiter->called, 1);
	futex_wake(&waiter->called);
}

static inline void waiters_add(struct fibre_waiters *list, struct fibre_waiter *waiter)
{
	waiter->next = NULL;
	waiter->prev = list->last;
	*(list->last ? &list->last->next : &list->first) = waiter;
	list->last = waiter;
	waiter->listed = true;
}

static inline void waiters_remove(struct fibre_waiters *list, struct fibre_waiter *waiter)
{
	*(waiter->prev ? &waiter->prev->next : &list->first) = waiter->next;
	*(waiter->next ? &waiter->next->prev : &list->last) = waiter->prev;
	waiter->listed = false;
}

/* The first, taken out; NULL: none waits. */
static inline struct fibre_waiter *waiters_pop(struct fibre_waiters *list)
{
	struct fibre_waiter *first = list->first;

	if (first)
		waiters_remove(list, first);
	return first;
}

#endif
