/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A seat: where one thread waits until another one calls it. Each waiting thread has a seat of its
 * own, so a call wakes exactly the thread that is meant. A call is never lost: one that comes
 * before the wait ends that wait at once, without a system call on either side.
 *
 * What the caller wrote before seat_call() is visible after seat_wait(). The seat may be gone as
 * soon as it has been called.
 */
#ifndef POOLRIG_POOL_SEAT_H
#define POOLRIG_POOL_SEAT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "pool/queue/futex.h"

enum seat_state { SEAT_EMPTY = 0, SEAT_ASLEEP, SEAT_CALLED };

struct seat {
	_Atomic uint32_t state; /* enum seat_state */
};

static inline void seat_init(struct seat *seat)
{
	atomic_init(&seat->state, SEAT_EMPTY);
}

/* Wait for one call, until deadline_ns of CLOCK_MONOTONIC at most (INT64_MAX: for ever). Returns
 * true where it came, and the seat can be used again; false where the time is over: the call may
 * still come, and be waited for. */
static inline bool seat_wait_until(struct seat *seat, int64_t deadline_ns)
{
	uint32_t state = SEAT_EMPTY;
	bool in_time = true;

	if (atomic_compare_exchange_strong(&seat->state, &state, SEAT_ASLEEP)) {
		do {
			in_time = futex_wait_until(&seat->state, SEAT_ASLEEP, deadline_ns);
			state = atomic_load(&seat->state);
		} while (in_time && state == SEAT_ASLEEP);
	}
	if (!in_time) {
		state = SEAT_ASLEEP;
		if (atomic_compare_exchange_strong(&seat->state, &state, SEAT_EMPTY))
			return false;
	}
	atomic_store_explicit(&seat->state, SEAT_EMPTY, memory_order_relaxed);
	return true;
}

/* The same for timeout_ns at most (0: for ever). */
static inline bool seat_wait(struct seat *seat, int64_t timeout_ns)
{
	struct timespec now;

	if (timeout_ns == 0)
		return seat_wait_until(seat, INT64_MAX);
	clock_gettime(CLOCK_MONOTONIC, &now);
	return seat_wait_until(seat, now.tv_sec * INT64_C(1000000000) + now.tv_nsec + timeout_ns);
}

/* Call the one thread that waits, or will wait, in this seat. */
static inline void seat_call(struct seat *seat)
{
	if (atomic_exchange(&seat->state, SEAT_CALLED) == SEAT_ASLEEP)
		futex_wake(&seat->state);
}

#endif
