/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A mutex for fibres: who has to wait for it lets the other fibres of its core run. Threads that
 * run no fibre may use it, too. It is handed on first come, first served, so nobody starves, and
 * who has just released it can't take it again before those that wait. Free, it costs one
 * compare-and-swap to lock and one to unlock. The owner may wait and yield while it has it.
 *
 * On one core a section without a wait in it needs no mutex: fibres switch only where they wait.
 */
#ifndef POOLRIG_POOL_FIBRE_MUTEX_H
#define POOLRIG_POOL_FIBRE_MUTEX_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool/fibre/waiter.h"

struct pool_fibre_mutex {
	_Atomic uint32_t word; /* MUTEX_LOCKED, MUTEX_WAITED_FOR */
	pthread_mutex_t guard; /* for the list, held for an instant only */
	struct pool_fibre_waiters waiters;
};

void pool_fibre_mutex_init(struct pool_fibre_mutex *mutex);
void pool_fibre_mutex_destroy(
    struct pool_fibre_mutex *mutex); /* free, and nobody uses it any more */

/* Lock it, waiting until the deadline at most (CLOCK_MONOTONIC, ns; INT64_MAX: for ever; 0: not at
 * all). Returns whether it is the caller's. */
bool pool_fibre_mutex_lock_until(struct pool_fibre_mutex *mutex, int64_t deadline_ns);

static inline void pool_fibre_mutex_lock(struct pool_fibre_mutex *mutex)
{
	(void)pool_fibre_mutex_lock_until(mutex, INT64_MAX);
}

/* By its owner, which is a fibre or a thread. Who gets it next may destroy it at once. */
void pool_fibre_mutex_unlock(struct pool_fibre_mutex *mutex);

#endif
