/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/fibre/mutex.h"

#define LOCKED     UINT32_C(1)
#define WAITED_FOR UINT32_C(2) /* the list may hold somebody; changed under the guard */

void pool_fibre_mutex_init(struct pool_fibre_mutex *mutex)
{
	*mutex = (struct pool_fibre_mutex){0};
	pthread_mutex_init(&mutex->guard, NULL);
}

void pool_fibre_mutex_destroy(struct pool_fibre_mutex *mutex)
{
	pthread_mutex_destroy(&mutex->guard);
}

/* Lock it where it is free, else mark it as waited for. Returns whether it is the caller's. */
static bool lock_or_mark(struct pool_fibre_mutex *mutex)
{
	uint32_t word = atomic_load_explicit(&mutex->word, memory_order_relaxed);

	for (;;) {
		uint32_t next = word | (word & LOCKED ? WAITED_FOR : LOCKED);

		if (atomic_compare_exchange_weak(&mutex->word, &word, next))
			return !(word & LOCKED);
	}
}

/* Returns whether it was in the list still. */
static bool give_up(struct pool_fibre_mutex *mutex, struct pool_fibre_waiter *waiter)
{
	bool listed;

	pthread_mutex_lock(&mutex->guard);
	listed = waiter->listed;
	if (listed)
		pool_fibre_waiters_remove(&mutex->waiters, waiter);
	pthread_mutex_unlock(&mutex->guard);
	return listed;
}

static bool wait_for_it(struct pool_fibre_mutex *mutex, int64_t deadline_ns)
{
	struct pool_fibre_waiter waiter = {0};

	pool_fibre_parker_init(&waiter.parker);
	pthread_mutex_lock(&mutex->guard);
	if (lock_or_mark(mutex)) {
		pthread_mutex_unlock(&mutex->guard);
		return true;
	}
	pool_fibre_waiters_add(&mutex->waiters, &waiter);
	pthread_mutex_unlock(&mutex->guard);
	if (pool_fibre_parker_park(&waiter.parker, deadline_ns))
		return true; /* handed over */
	if (give_up(mutex, &waiter))
		return false;
	return pool_fibre_parker_park(&waiter.parker, INT64_MAX);
}

bool pool_fibre_mutex_lock_until(struct pool_fibre_mutex *mutex, int64_t deadline_ns)
{
	uint32_t word = 0;

	if (atomic_compare_exchange_strong(&mutex->word, &word, LOCKED))
		return true;
	return deadline_ns > 0 && wait_for_it(mutex, deadline_ns);
}

void pool_fibre_mutex_unlock(struct pool_fibre_mutex *mutex)
{
	uint32_t word = LOCKED;
	struct pool_fibre_waiter *waiter;

	if (atomic_compare_exchange_strong(&mutex->word, &word, 0))
		return;
	pthread_mutex_lock(&mutex->guard);
	waiter = pool_fibre_waiters_pop(&mutex->waiters);
	if (!waiter)
		atomic_store(&mutex->word, 0);
	else if (!mutex->waiters.first)
		atomic_store(&mutex->word, LOCKED);
	pthread_mutex_unlock(&mutex->guard);
	if (waiter)
		pool_fibre_parker_unpark(&waiter->parker);
}
