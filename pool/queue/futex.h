/* SPDX-License-Identifier: GPL-3.0-or-later */
/* futex(2), as far as this library needs it: words that only this process shares. */
#ifndef POOLRIG_POOL_QUEUE_FUTEX_H
#define POOLRIG_POOL_QUEUE_FUTEX_H

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "pool/language.h"

/* Sleep while *word is `expected`, at most timeout_ns (0: no limit). May return early, so callers
 * look at the word again. Returns true, or false where the time is over. */
static inline bool pool_futex_wait(POOL_ATOMIC(uint32_t) *word, uint32_t expected,
				   int64_t timeout_ns)
{
	struct timespec limit = {timeout_ns / 1000000000, timeout_ns % 1000000000};

	return syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, timeout_ns ? &limit : NULL,
		       NULL, 0) == 0 ||
	       errno != ETIMEDOUT;
}

/* The same until an instant of CLOCK_MONOTONIC, in ns (INT64_MAX: no limit; one that has passed, 0
 * and negative ones included: not at all). */
static inline bool pool_futex_wait_until(POOL_ATOMIC(uint32_t) *word, uint32_t expected,
					 int64_t deadline_ns)
{
	int64_t at = deadline_ns < 0 ? 0 : deadline_ns;
	struct timespec limit = {at / 1000000000, at % 1000000000};

	/* FUTEX_WAIT takes a length of time only; FUTEX_WAIT_BITSET takes an instant. */
	return syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected,
		       deadline_ns == INT64_MAX ? NULL : &limit, NULL,
		       FUTEX_BITSET_MATCH_ANY) == 0 ||
	       errno != ETIMEDOUT;
}

/* Wake up to `count` that sleep on the word. The word is an address only, it is not read: it may be
 * gone already, because the sleeper saw its new value without sleeping. The worst that comes of it
 * is an early return in a thread that sleeps at that address now. */
static inline void pool_futex_wake_many(POOL_ATOMIC(uint32_t) *word, uint32_t count)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count > INT_MAX ? INT_MAX : (int)count, NULL,
		NULL, 0);
}

/* Wake one. */
static inline void pool_futex_wake(POOL_ATOMIC(uint32_t) *word)
{
	pool_futex_wake_many(word, 1);
}

#endif
