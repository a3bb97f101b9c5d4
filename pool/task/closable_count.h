/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A count of submitters that can be closed. Once it is closed and zero, no submitter is left that
 * could touch the pool. The count and the bit "closed" are one word, so no submitter enters between
 * the two.
 */
#ifndef POOLRIG_POOL_TASK_CLOSABLE_COUNT_H
#define POOLRIG_POOL_TASK_CLOSABLE_COUNT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/queue/futex.h"

#define POOL_CLOSABLE_COUNT_CLOSED (UINT32_C(1) << 31)

struct pool_closable_count {
	_Atomic uint32_t word; /* POOL_CLOSABLE_COUNT_CLOSED | number of submitters inside */
};

/* Count one more. Returns whether it is open; pool_closable_count_leave() is due in either case. */
static inline bool pool_closable_count_enter(struct pool_closable_count *count)
{
	return !(atomic_fetch_add(&count->word, 1) & POOL_CLOSABLE_COUNT_CLOSED);
}

static inline void pool_closable_count_leave(struct pool_closable_count *count)
{
	if (atomic_fetch_sub(&count->word, 1) == (POOL_CLOSABLE_COUNT_CLOSED | 1))
		pool_futex_wake(&count->word);
}

static inline void pool_closable_count_close(struct pool_closable_count *count)
{
	atomic_fetch_or(&count->word, POOL_CLOSABLE_COUNT_CLOSED);
}

/* Open one that is closed. */
static inline void pool_closable_count_reopen(struct pool_closable_count *count)
{
	atomic_fetch_and(&count->word, ~POOL_CLOSABLE_COUNT_CLOSED);
}

static inline bool pool_closable_count_is_closed(const struct pool_closable_count *count)
{
	return atomic_load(&count->word) & POOL_CLOSABLE_COUNT_CLOSED;
}

/* Wait until it is zero. One thread may wait, after pool_closable_count_close(). */
static inline void pool_closable_count_await_zero(struct pool_closable_count *count)
{
	uint32_t word;

	while ((word = atomic_load(&count->word)) != POOL_CLOSABLE_COUNT_CLOSED)
		pool_futex_wait(&count->word, word, 0);
}

#endif
