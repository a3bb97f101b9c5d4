/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The degrade switch: while it is on, callers answer by their fall-back instead of doing the work,
 * so that an operator, or another policy, can take load off a pool that runs. (Nygard, Release It!,
 * 2007, "Fail Fast" and "Shed Load" are its reasons.)
 *
 * Threads: any, at any time. A task submitted before a flip is not recalled.
 */
#ifndef POOLRIG_POOL_POLICY_DEGRADE_H
#define POOLRIG_POOL_POLICY_DEGRADE_H

#include <stdbool.h>
#include <stdint.h>

#include "pool/language.h"

struct pool_degrade {
	/* How often it has been flipped; it is on where that is odd. */
	POOL_ATOMIC(uint64_t) flips;
};

/* Off. */
static inline void pool_degrade_init(struct pool_degrade *d)
{
	atomic_init(&d->flips, 0);
}

static inline bool pool_degrade_on(const struct pool_degrade *d)
{
	return atomic_load_explicit(&d->flips, memory_order_acquire) & 1;
}

/* Flip it to on or off. Returns whether that changed anything. */
static inline bool pool_degrade_set(struct pool_degrade *d, bool on)
{
	uint64_t flips = atomic_load_explicit(&d->flips, memory_order_relaxed);

	do {
		if ((flips & 1) == on)
			return false;
	} while (!atomic_compare_exchange_weak_explicit(
	    &d->flips, &flips, flips + 1, memory_order_acq_rel, memory_order_relaxed));
	return true;
}

static inline uint64_t pool_degrade_flips(const struct pool_degrade *d)
{
	return atomic_load_explicit(&d->flips, memory_order_relaxed);
}

#endif
