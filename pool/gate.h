/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The gate that submitters pass through: it counts who is inside, and it can be shut. Once it is
 * shut and empty, no submitter is left that could touch the pool. The count and the bit "shut" are
 * one word, so nobody slips in between.
 */
#ifndef POOLRIG_POOL_GATE_H
#define POOLRIG_POOL_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/queue/futex.h"

#define GATE_SHUT (UINT32_C(1) << 31)

struct gate {
	_Atomic uint32_t word; /* GATE_SHUT | how many are inside */
};

/* Step in. Returns whether the gate is open; gate_leave() is due in either case. */
static inline bool gate_enter(struct gate *gate)
{
	return !(atomic_fetch_add(&gate->word, 1) & GATE_SHUT);
}

static inline void gate_leave(struct gate *gate)
{
	if (atomic_fetch_sub(&gate->word, 1) == (GATE_SHUT | 1))
		futex_wake(&gate->word);
}

static inline void gate_shut(struct gate *gate)
{
	atomic_fetch_or(&gate->word, GATE_SHUT);
}

/* Open one that is shut. */
static inline void gate_open(struct gate *gate)
{
	atomic_fetch_and(&gate->word, ~GATE_SHUT);
}

static inline bool gate_is_shut(const struct gate *gate)
{
	return atomic_load(&gate->word) & GATE_SHUT;
}

/* Wait until nobody is inside. One thread may wait, after gate_shut(). */
static inline void gate_await_empty(struct gate *gate)
{
	uint32_t word;

	while ((word = atomic_load(&gate->word)) != GATE_SHUT)
		futex_wait(&gate->word, word, 0);
}

#endif
