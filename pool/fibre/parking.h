/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a fibre that parks and the thread that unparks it agree. Internal to the runtime. */
#ifndef POOLRIG_POOL_FIBRE_PARKING_H
#define POOLRIG_POOL_FIBRE_PARKING_H

#include "pool/fibre/scheduler.h"

/*
 * EMPTY -> WAITING      the fibre, about to stop
 * EMPTY -> UNPARKED     the unparking comes first: the park returns at once
 * WAITING -> UNPARKED   the unparking thread, which then puts the fibre into its core's inbox
 * WAITING -> TIMED_OUT  the core, when the time is over: unparking from now on resumes nothing
 * to EMPTY              the fibre, when it goes on
 */
enum pool_parking {
	POOL_PARKING_EMPTY = 0,
	POOL_PARKING_WAITING,
	POOL_PARKING_UNPARKED,
	POOL_PARKING_TIMED_OUT
};

/* The fibre's timer has expired. Returns whether it is ready: not where it was unparked, or is
 * about to be put into the inbox. */
static inline bool pool_parking_expired(struct pool_fibre *fibre)
{
	uint32_t state = POOL_PARKING_WAITING;

	return !fibre->parker || atomic_compare_exchange_strong(&fibre->parker->state, &state,
								POOL_PARKING_TIMED_OUT);
}

#endif
