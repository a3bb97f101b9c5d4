/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a fibre that is parked and who wakes it agree. Internal to the runtime. */
#ifndef POOLRIG_POOL_FIBRE_PARK_H
#define POOLRIG_POOL_FIBRE_PARK_H

#include "pool/fibre/scheduler.h"

/*
 * EMPTY -> PARKED      the fibre, about to stop
 * EMPTY -> CALLED      a wake that comes first: the next park returns at once
 * PARKED -> CALLED     the waker, who then hands the fibre to its core
 * PARKED -> TIMED_OUT  the core, when its time is over: a wake from now on hands nothing over
 * to EMPTY             the fibre, when it goes on
 */
enum parking { PARKING_EMPTY = 0, PARKING_PARKED, PARKING_CALLED, PARKING_TIMED_OUT };

/* The fibre's timer has expired. Returns whether it is ready: not where a wake has handed it over,
 * or is about to. */
static inline bool park_expired(struct fibre *fibre)
{
	uint32_t state = PARKING_PARKED;

	return !fibre->parked ||
	       atomic_compare_exchange_strong(&fibre->parking, &state, PARKING_TIMED_OUT);
}

#endif
