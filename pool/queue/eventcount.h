/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An eventcount: it lets a lock-free structure be waited for without a lock (D. P. Reed and R. K.
 * Kanodia, "Synchronization with Eventcounts and Sequencers", CACM 22(2), 1979; the form with a
 * prepared wait is that of D. Vyukov's and of folly's EventCount).
 *
 *     waiter:                                         notifier:
 *         uint32_t key = pool_eventcount_prepare(&ec);         make the condition true;
 *         if (condition)                                  pool_eventcount_notify(&ec, 1);
 *             pool_eventcount_cancel(&ec);
 *         else
 *             pool_eventcount_wait(&ec, key, deadline_ns);
 *         look again, in any case
 *
 * No notification is lost: either the waiter's look finds the condition, or the notifier finds the
 * waiter. Where no thread waits, a notification is a fence and a read, no write and no system call.
 * Any thread may call any of these.
 */
#ifndef POOLRIG_POOL_QUEUE_EVENTCOUNT_H
#define POOLRIG_POOL_QUEUE_EVENTCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "pool/language.h"
#include "pool/queue/futex.h"
#include "pool/queue/item.h"

/* A line of its own: notifiers read it at each change of the condition. */
struct pool_eventcount {
	/* of the notifications that found a waiter */
	alignas(POOL_QUEUE_LINE) POOL_ATOMIC(uint32_t) epoch;
	POOL_ATOMIC(uint32_t) waiters; /* threads between prepare and the end of wait */
};

static inline void pool_eventcount_init(struct pool_eventcount *ec)
{
	atomic_init(&ec->epoch, 0);
	atomic_init(&ec->waiters, 0);
}

/* Announce that the caller is going to wait; pool_eventcount_cancel() or pool_eventcount_wait() is
 * due. */
static inline uint32_t pool_eventcount_prepare(struct pool_eventcount *ec)
{
	uint32_t key;

	atomic_fetch_add_explicit(&ec->waiters, 1, memory_order_relaxed);
	key = atomic_load_explicit(&ec->epoch, memory_order_relaxed);
	/* The waiter has written `waiters` before it looks at the condition, as the notifier has
	 * made the condition true before it looks at `waiters`: one of them sees the other. And a
	 * thread that reads the epoch of a notification sees its condition. */
	atomic_thread_fence(memory_order_seq_cst);
	return key;
}

/* The wait is not wanted any more. */
static inline void pool_eventcount_cancel(struct pool_eventcount *ec)
{
	atomic_fetch_sub_explicit(&ec->waiters, 1, memory_order_relaxed);
}

/* Sleep until a notification that came after prepare, or the deadline (CLOCK_MONOTONIC, in ns;
 * INT64_MAX: no limit), or for no reason. Returns false where the deadline has passed: look a last
 * time then. (A sleeper would miss a notification if exactly 2^32 of them came between its reading
 * of the key and its falling asleep.) */
static inline bool pool_eventcount_wait(struct pool_eventcount *ec, uint32_t key,
					int64_t deadline_ns)
{
	bool in_time = true;

	if (atomic_load_explicit(&ec->epoch, memory_order_relaxed) == key)
		in_time = pool_futex_wait_until(&ec->epoch, key, deadline_ns);
	atomic_fetch_sub_explicit(&ec->waiters, 1, memory_order_relaxed);
	return in_time;
}

/* The condition has become true for `count` waiters (UINT32_MAX: for all): wake that many of those
 * that sleep. It must not be destroyed before this returns: a waiter that found the condition by
 * its own look may be back while the notifier still looks at `waiters`. */
static inline void pool_eventcount_notify(struct pool_eventcount *ec, uint32_t count)
{
	/* As in prepare: first the condition, then the look at `waiters`. */
	atomic_thread_fence(memory_order_seq_cst);
	if (!atomic_load_explicit(&ec->waiters, memory_order_relaxed))
		return;
	atomic_fetch_add_explicit(&ec->epoch, 1, memory_order_relaxed);
	pool_futex_wake_many(&ec->epoch, count);
}

#endif
