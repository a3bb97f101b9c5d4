/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Waiters: fibres, or threads that run none, each in a seat of its own, that stand in a list, first
 * come, first served, whose owner has a lock for it.
 *
 * Whoever takes a waiter out of its list owes it a call. One whose time is over takes itself out
 * under the lock; where it finds itself taken out already, it waits for the call that is on its
 * way. It lives on the stack of who waits, and may be gone as soon as it has been called.
 */
#ifndef POOLRIG_POOL_FIBRE_WAITER_H
#define POOLRIG_POOL_FIBRE_WAITER_H

#include <stdbool.h>

#include "pool/fibre/fibre.h"

struct pool_fibre_waiter {
	struct pool_fibre_waiter *next, *prev;
	struct pool_fibre_parker parker;
	bool listed; /* under the list's lock */
	int outcome; /* what the caller says to it */
};

/* Under the lock of its owner. Zeroed: empty. */
struct pool_fibre_waiters {
	struct pool_fibre_waiter *first, *last;
};

static inline void pool_fibre_waiters_add(struct pool_fibre_waiters *list,
					  struct pool_fibre_waiter *waiter)
{
	waiter->next = NULL;
	waiter->prev = list->last;
	*(list->last ? &list->last->next : &list->first) = waiter;
	list->last = waiter;
	waiter->listed = true;
}

static inline void pool_fibre_waiters_remove(struct pool_fibre_waiters *list,
					     struct pool_fibre_waiter *waiter)
{
	*(waiter->prev ? &waiter->prev->next : &list->first) = waiter->next;
	*(waiter->next ? &waiter->next->prev : &list->last) = waiter->prev;
	waiter->listed = false;
}

/* The first, taken out; NULL: none waits. */
static inline struct pool_fibre_waiter *pool_fibre_waiters_pop(struct pool_fibre_waiters *list)
{
	struct pool_fibre_waiter *first = list->first;

	if (first)
		pool_fibre_waiters_remove(list, first);
	return first;
}

#endif
