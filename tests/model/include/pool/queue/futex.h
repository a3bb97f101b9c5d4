/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pool/queue/futex.h for the checker: a wait reads the newest value, and neither side synchronises
 * memory. One that has a limit may end at any time after it began. */
#ifndef POOLRIG_POOL_QUEUE_FUTEX_H
#define POOLRIG_POOL_QUEUE_FUTEX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/model/model.h"

static inline bool pool_futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t timeout_ns)
{
	return model_futex_wait(word, expected, timeout_ns != 0);
}

static inline bool pool_futex_wait_until(_Atomic uint32_t *word, uint32_t expected,
					 int64_t deadline_ns)
{
	return model_futex_wait(word, expected, deadline_ns != INT64_MAX);
}

static inline void pool_futex_wake_many(_Atomic uint32_t *word, uint32_t count)
{
	model_futex_wake(word, count);
}

static inline void pool_futex_wake(_Atomic uint32_t *word)
{
	model_futex_wake(word, 1);
}

#endif
