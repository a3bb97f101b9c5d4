/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A parker: one thread parks in it until another one unparks it. Each waiting thread has a parker
 * of its own, so unparking wakes exactly that thread. It is never lost: where it comes first, the
 * next pool_parker_park() returns at once, without a system call on either side.
 *
 * What the caller wrote before pool_parker_unpark() is visible after pool_parker_park(). The parker
 * may be gone as soon as it has been unparked.
 */
#ifndef POOLRIG_POOL_THREAD_PARKER_H
#define POOLRIG_POOL_THREAD_PARKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "pool/queue/futex.h"

enum pool_parker_state { POOL_PARKER_EMPTY = 0, POOL_PARKER_PARKED, POOL_PARKER_UNPARKED };

struct pool_parker {
	_Atomic uint32_t state; /* enum pool_parker_state */
};

static inline void pool_parker_init(struct pool_parker *parker)
{
	atomic_init(&parker->state, POOL_PARKER_EMPTY);
}

/* Park until deadline_ns of CLOCK_MONOTONIC at most (INT64_MAX: no limit). Returns true where it
 * was unparked, and can be used again; false where the time is over: the unparking may still come,
 * and be waited for. */
static inline bool pool_parker_park_until(struct pool_parker *parker, int64_t deadline_ns)
{
	uint32_t state = POOL_PARKER_EMPTY;
	bool in_time = true;

	if (atomic_compare_exchange_strong(&parker->state, &state, POOL_PARKER_PARKED)) {
		do {
			in_time =
			    pool_futex_wait_until(&parker->state, POOL_PARKER_PARKED, deadline_ns);
			state = atomic_load(&parker->state);
		} while (in_time && state == POOL_PARKER_PARKED);
	}
	if (!in_time) {
		state = POOL_PARKER_PARKED;
		if (atomic_compare_exchange_strong(&parker->state, &state, POOL_PARKER_EMPTY))
			return false;
	}
	atomic_store_explicit(&parker->state, POOL_PARKER_EMPTY, memory_order_relaxed);
	return true;
}

/* The same for timeout_ns at most (0: no limit). */
static inline bool pool_parker_park(struct pool_parker *parker, int64_t timeout_ns)
{
	if (timeout_ns == 0)
		return pool_parker_park_until(parker, INT64_MAX);
	return pool_parker_park_until(parker, clock_now() + timeout_ns);
}

/* Unpark the one thread that parks here now, or next. */
static inline void pool_parker_unpark(struct pool_parker *parker)
{
	if (atomic_exchange(&parker->state, POOL_PARKER_UNPARKED) == POOL_PARKER_PARKED)
		pool_futex_wake(&parker->state);
}

#endif
