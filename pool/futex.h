/* SPDX-License-Identifier: GPL-3.0-or-later */
/* futex(2), as far as this library needs it: words that only this process shares. */
#ifndef POOLRIG_POOL_FUTEX_H
#define POOLRIG_POOL_FUTEX_H

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Sleep while *word is `expected`, at most timeout_ns (0: for ever). May return early, so callers
 * look at the word again. Returns true, or false where the time is over. */
static inline bool futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t timeout_ns)
{
	struct timespec limit = {timeout_ns / 1000000000, timeout_ns % 1000000000};

	return syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, timeout_ns ? &limit : NULL,
		       NULL, 0) == 0 ||
	       errno != ETIMEDOUT;
}

/* Wake one that sleeps on the word. The word is an address only, it is not read: it may be gone
 * already, because the sleeper saw its new value without sleeping. The worst that comes of it is
 * an early return in whoever sleeps at that address now. */
static inline void futex_wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

#endif
