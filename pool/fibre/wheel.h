/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hierarchical timer wheel: adding and removing a timer are O(1), and so is expiry, but for one
 * move a level where a timer lies far ahead. G. Varghese and T. Lauck, "Hashed and Hierarchical
 * Timing Wheels", SOSP 1987, scheme 7.
 *
 * Time goes in ticks of 1.024 us. The near wheel has a slot for each of the next 8192 ticks, so a
 * timer of up to 8.4 ms is never moved; each of the seven far wheels has 64 slots of 64 times the
 * span of the one below, which together reach as far as int64_t nanoseconds do. A slot of a far
 * wheel is dealt out to those below when its time begins. A timer is never early; it is late by
 * less than a tick, and by what the owner takes to come round. Timers of one tick expire in the
 * order in which they were added.
 *
 * Instants are CLOCK_MONOTONIC in ns. A wheel belongs to one thread.
 */
#ifndef POOLRIG_POOL_FIBRE_WHEEL_H
#define POOLRIG_POOL_FIBRE_WHEEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WHEEL_TICK_BITS  10 /* log2 of a tick in ns */
#define WHEEL_NEAR_BITS  13
#define WHEEL_NEAR       (1u << WHEEL_NEAR_BITS)
#define WHEEL_FAR_BITS   6
#define WHEEL_FAR        (1u << WHEEL_FAR_BITS)
#define WHEEL_FAR_LEVELS 7

/* Embedded in what waits. Zeroed: in no wheel. */
struct timer {
	struct timer *next, *prev; /* the circle of its slot */
	uint64_t tick;
	uint32_t slot; /* 0: in none; else 1 + slot, the near ones first */
};

struct wheel {
	uint64_t now;      /* the last tick that was dealt with */
	uint64_t next_far; /* no slot of a far wheel begins earlier; UINT64_MAX: all are empty */
	size_t count;      /* timers in it */
	uint64_t far_used[WHEEL_FAR_LEVELS]; /* a bit a slot */
	uint64_t near_used[WHEEL_NEAR / 64];
	struct timer *far[WHEEL_FAR_LEVELS][WHEEL_FAR]; /* the oldest of each slot */
	struct timer *near[WHEEL_NEAR];
};

void wheel_init(struct wheel *wheel, int64_t now_ns);

/* The timer expires at the first look at or after deadline_ns. It must be in no wheel. One whose
 * deadline has passed expires a tick from now. */
void wheel_add(struct wheel *wheel, struct timer *timer, int64_t deadline_ns);

/* Take it out before it expires. */
void wheel_remove(struct wheel *wheel, struct timer *timer);

static inline bool timer_set(const struct timer *timer)
{
	return timer->slot != 0;
}

/* Take out all whose deadline has come, in order. They are linked by `next`, up to NULL. */
struct timer *wheel_expire(struct wheel *wheel, int64_t now_ns);

/* When to look again: no timer expires earlier (it may be that none does then). INT64_MAX: it is
 * empty. */
int64_t wheel_next(const struct wheel *wheel);

#endif
