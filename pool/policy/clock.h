/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The clock that policies read, so that the same code runs live and in a simulator. A policy keeps
 * a pointer to its clock and does not own it.
 */
#ifndef POOLRIG_POOL_POLICY_CLOCK_H
#define POOLRIG_POOL_POLICY_CLOCK_H

#include <stdint.h>

#include "pool/language.h"

POOL_C_BEGIN

#define POOL_NS_PER_S INT64_C(1000000000)

struct pool_clock {
	/* The time in ns, which never goes back. Any thread. */
	int64_t (*now)(const struct pool_clock *clock);
};

static inline int64_t pool_clock_now(const struct pool_clock *clock)
{
	return clock->now(clock);
}

int64_t pool_clock_read_monotonic(const struct pool_clock *clock);

/* CLOCK_MONOTONIC. */
#define POOL_CLOCK_MONOTONIC                                                                       \
	{                                                                                          \
		.now = pool_clock_read_monotonic                                                   \
	}

/* A made one: it stands where it was put. */
struct pool_made_clock {
	struct pool_clock clock;
	POOL_ATOMIC(int64_t) now_ns;
};

static inline int64_t pool_made_clock_read(const struct pool_clock *clock)
{
	return atomic_load_explicit(&((const struct pool_made_clock *)clock)->now_ns,
				    memory_order_acquire);
}

static inline void pool_made_clock_init(struct pool_made_clock *made, int64_t now_ns)
{
	made->clock.now = pool_made_clock_read;
	atomic_init(&made->now_ns, now_ns);
}

/* Not before the time that it has. */
static inline void pool_made_clock_set(struct pool_made_clock *made, int64_t now_ns)
{
	atomic_store_explicit(&made->now_ns, now_ns, memory_order_release);
}

POOL_C_END

#endif
