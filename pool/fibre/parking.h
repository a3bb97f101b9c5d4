/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a fibre that waits in a seat and who calls it agree. Internal to the runtime. */
#ifndef POOLRIG_POOL_FIBRE_PARKING_H
#define POOLRIG_POOL_FIBRE_PARKING_H

#include "pool/fibre/scheduler.h"

/*
 * EMPTY -> WAITING      the fibre, about to stop
 * EMPTY -> CALLED       a call that comes first: the wait returns at once
 * WAITING -> CALLED     the caller, who then hands the fibre to its core
 * WAITING -> TIMED_OUT  the core, when the time is over: a call from now on hands nothing over
 * to EMPTY              the fibre, when it goes on
 */
enum pool_parking {
	POOL_PARKING_EMPTY = 0,
	POOL_PARKING_WAITING,
	POOL_PARKING_UNPARKED,
	POOL_PARKING_TIMED_OUT
};

/* The fibre's timer has expired. Returns whether it is ready: not where a call has handed it over,
 * or is about to. */
static inline bool pool_parking_expired(struct pool_fibre *fibre)
{
	uint32_t state = POOL_PARKING_WAITING;

	return !fibre->parker || atomic_compare_exchange_strong(&fibre->parker->state, &state,
								POOL_PARKING_TIMED_OUT);
}

#endif
