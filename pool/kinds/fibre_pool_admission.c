/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may give a task to a fibre pool, and who has to wait for it. */
#include "pool/kinds/fibre_pool.h"

enum outcome { LET_IN, TURNED_AWAY };

/* By the counters that were seen last. */
static bool room_seen(struct pool_fibre_pool *fibres, uint64_t taken)
{
	uint32_t capacity = atomic_load_explicit(&fibres->capacity, memory_order_relaxed);

	if (taken - atomic_load_explicit(&fibres->begun_seen, memory_order_relaxed) >=
	    fibres->queue_room)
		return false;
	return !capacity ||
	       taken - atomic_load_explicit(&fibres->ended_seen, memory_order_relaxed) < capacity;
}

/* Counters only grow, but who has seen less may write last: then somebody looks once more than
 * needed. */
static void look(struct pool_fibre_pool *fibres)
{
	atomic_store_explicit(&fibres->begun_seen, atomic_load(&fibres->begun),
			      memory_order_relaxed);
	atomic_store_explicit(&fibres->ended_seen, atomic_load(&fibres->ended),
			      memory_order_relaxed);
}

static bool try_admit(struct pool_fibre_pool *fibres)
{
	uint64_t taken = atomic_load(&fibres->taken);

	for (;;) {
		if (!room_seen(fibres, taken)) {
			look(fibres);
			taken = atomic_load(&fibres->taken);
			if (!room_seen(fibres, taken))
				return false;
		}
		if (atomic_compare_exchange_weak(&fibres->taken, &taken, taken + 1))
			return true;
	}
}

void pool_fibre_admit_undo(struct pool_fibre_pool *fibres)
{
	atomic_fetch_add(&fibres->begun, 1);
	atomic_fetch_add(&fibres->ended, 1);
	pool_fibre_serve_waiters(fibres);
}

/* Called by whoever has made room, and by whoever has just joined the line: both sides write, then
 * look, sequentially consistent, so that one of them sees the other. */
void pool_fibre_serve_waiters(struct pool_fibre_pool *fibres)
{
	if (!atomic_load(&fibres->waiter_count))
		return;
	pthread_mutex_lock(&fibres->lock);
	while (fibres->wait_queue.first && try_admit(fibres)) {
		struct pool_fibre_waiter *waiter = pool_fibre_waiters_pop(&fibres->wait_queue);

		atomic_fetch_sub(&fibres->waiter_count, 1);
		waiter->outcome = LET_IN;
		pool_fibre_parker_unpark(&waiter->parker);
	}
	pthread_mutex_unlock(&fibres->lock);
}

void pool_fibre_release_waiters(struct pool_fibre_pool *fibres)
{
	struct pool_fibre_waiter *waiter;

	pthread_mutex_lock(&fibres->lock);
	fibres->shut = true;
	while ((waiter = pool_fibre_waiters_pop(&fibres->wait_queue))) {
		atomic_fetch_sub(&fibres->waiter_count, 1);
		waiter->outcome = TURNED_AWAY;
		pool_fibre_parker_unpark(&waiter->parker);
	}
	pthread_mutex_unlock(&fibres->lock);
}

static bool join_line(struct pool_fibre_pool *fibres, struct pool_fibre_waiter *waiter)
{
	bool open;

	pthread_mutex_lock(&fibres->lock);
	open = !fibres->shut;
	if (open) {
		pool_fibre_waiters_add(&fibres->wait_queue, waiter);
		atomic_fetch_add(&fibres->waiter_count, 1);
	}
	pthread_mutex_unlock(&fibres->lock);
	return open;
}

/* Returns whether it was still in the line. */
static bool leave_line(struct pool_fibre_pool *fibres, struct pool_fibre_waiter *waiter)
{
	bool listed;

	pthread_mutex_lock(&fibres->lock);
	listed = waiter->listed;
	if (listed) {
		pool_fibre_waiters_remove(&fibres->wait_queue, waiter);
		atomic_fetch_sub(&fibres->waiter_count, 1);
	}
	pthread_mutex_unlock(&fibres->lock);
	return listed;
}

static enum pool_status wait_in_queue(struct pool_fibre_pool *fibres, int64_t deadline_ns)
{
	struct pool_fibre_waiter waiter = {0};

	pool_fibre_parker_init(&waiter.parker);
	if (!join_line(fibres, &waiter))
		return POOL_CLOSED;
	pool_fibre_serve_waiters(fibres);
	if (!pool_fibre_parker_park(&waiter.parker, deadline_ns)) {
		if (leave_line(fibres, &waiter))
			return POOL_TIMEOUT;
		pool_fibre_parker_park(&waiter.parker, INT64_MAX);
	}
	return waiter.outcome == LET_IN ? POOL_OK : POOL_CLOSED;
}

enum pool_status pool_fibre_admit(struct pool_fibre_pool *fibres, int64_t deadline_ns)
{
	enum pool_status status;

	/* Nobody overtakes those that wait. */
	if (!atomic_load_explicit(&fibres->waiter_count, memory_order_relaxed) && try_admit(fibres))
		return POOL_OK;
	if (fibres->pool.nonblocking || !pool_may_wait(&fibres->pool))
		return POOL_OVERLOAD;
	status = wait_in_queue(fibres, deadline_ns);
	pool_stop_waiting(&fibres->pool);
	return status;
}
