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

#define POOL_WHEEL_TICK_BITS  10 /* log2 of a tick in ns */
#define POOL_WHEEL_NEAR_BITS  13
#define POOL_WHEEL_NEAR       (1u << POOL_WHEEL_NEAR_BITS)
#define POOL_WHEEL_FAR_BITS   6
#define POOL_WHEEL_FAR        (1u << POOL_WHEEL_FAR_BITS)
#define POOL_WHEEL_FAR_LEVELS 7

/* Embedded in what waits. Zeroed: in no wheel. */
struct pool_timer {
	struct pool_timer *next, *prev; /* the circle of its slot */
	uint64_t tick;
	uint32_t slot; /* 0: in none; else 1 + slot, the near ones first */
};

struct pool_wheel {
	uint64_t now;      /* the last tick that was dealt with */
	uint64_t next_far; /* no slot of a far wheel begins earlier; UINT64_MAX: all are empty */
	size_t count;      /* timers in it */
	uint64_t far_used[POOL_WHEEL_FAR_LEVELS]; /* a bit a slot */
	uint64_t near_used[POOL_WHEEL_NEAR / 64];
	struct pool_timer *far[POOL_WHEEL_FAR_LEVELS][POOL_WHEEL_FAR]; /* the oldest of each slot */
	struct pool_timer *near[POOL_WHEEL_NEAR];
};

void pool_wheel_init(struct pool_wheel *wheel, int64_t now_ns);

/* The timer expires at the first look at or after deadline_ns. It must be in no wheel. One whose
 * deadline has passed expires a tick from now. */
void pool_wheel_add(struct pool_wheel *wheel, struct pool_timer *timer, int64_t deadline_ns);

/* Take it out before it expires. */
void pool_wheel_remove(struct pool_wheel *wheel, struct pool_timer *timer);

static inline bool pool_timer_set(const struct pool_timer *timer)
{
	return timer->slot != 0;
}

/* Take out all whose deadline has come, in order. They are linked by `next`, up to NULL. */
struct pool_timer *pool_wheel_expire(struct pool_wheel *wheel, int64_t now_ns);

/* When to look again: no timer expires earlier (it may be that none does then). INT64_MAX: it is
 * empty. */
int64_t pool_wheel_next(const struct pool_wheel *wheel);

#endif
