/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a fibre pool takes a task, and how a submitter waits for that. */
#include "pool/kinds/fibre_pool.h"

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

/* Counters only grow, but a thread that has read older values may write last: then a submitter
 * looks once more than needed. */
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

/* The first waiter, where there is room for it. */
static struct pool_waiter *next_to_serve(struct pool_fibre_pool *fibres)
{
	struct pool_waiter *waiter = NULL;

	pthread_mutex_lock(&fibres->wait_queue.lock);
	if (fibres->wait_queue.first && try_admit(fibres))
		waiter = pool_wait_queue_pop(&fibres->wait_queue);
	pthread_mutex_unlock(&fibres->wait_queue.lock);
	return waiter;
}

/* A thread calls this after it has made room, and after it has joined the queue: both write, then
 * look, sequentially consistent, so that one of them sees the other. */
void pool_fibre_serve_waiters(struct pool_fibre_pool *fibres)
{
	struct pool_waiter *waiter;

	while (pool_wait_queue_any(&fibres->wait_queue) && (waiter = next_to_serve(fibres)))
		pool_waiter_end(waiter, POOL_WAITER_SERVED);
}

static enum pool_status wait_in_queue(struct pool_fibre_pool *fibres, int64_t deadline_ns)
{
	struct pool_waiter waiter = {0};
	enum pool_status status =
	    pool_wait_queue_join(&fibres->wait_queue, &waiter, fibres->pool.max_waiters);

	if (status != POOL_OK)
		return status;
	pool_fibre_serve_waiters(fibres);
	return pool_waiter_status(pool_wait_queue_wait(&fibres->wait_queue, &waiter, deadline_ns));
}

enum pool_status pool_fibre_admit(struct pool_fibre_pool *fibres, int64_t deadline_ns)
{
	/* A submitter does not overtake those that wait. */
	if (!pool_wait_queue_any(&fibres->wait_queue) && try_admit(fibres))
		return POOL_OK;
	return fibres->pool.nonblocking ? POOL_OVERLOAD : wait_in_queue(fibres, deadline_ns);
}
