/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/task/wait_queue.h"

void pool_wait_queue_init(struct pool_wait_queue *wait_queue, _Atomic uint64_t *count)
{
	pthread_mutex_init(&wait_queue->lock, NULL);
	wait_queue->first = NULL;
	wait_queue->tail = &wait_queue->first;
	wait_queue->closed = false;
	wait_queue->count = count;
}

void pool_wait_queue_destroy(struct pool_wait_queue *wait_queue)
{
	pthread_mutex_destroy(&wait_queue->lock);
}

enum pool_status pool_wait_queue_join(struct pool_wait_queue *wait_queue,
				      struct pool_waiter *waiter, unsigned max)
{
	enum pool_status status = POOL_OK;

	pool_fibre_parker_init(&waiter->parker);
	waiter->next = NULL;
	pthread_mutex_lock(&wait_queue->lock);
	if (wait_queue->closed) {
		status = POOL_CLOSED;
	} else if (max && atomic_load(wait_queue->count) >= max) {
		status = POOL_OVERLOAD;
	} else {
		*wait_queue->tail = waiter;
		wait_queue->tail = &waiter->next;
		waiter->queued = true;
		atomic_fetch_add(wait_queue->count, 1);
	}
	pthread_mutex_unlock(&wait_queue->lock);
	return status;
}

struct pool_waiter *pool_wait_queue_pop(struct pool_wait_queue *wait_queue)
{
	struct pool_waiter *waiter = wait_queue->first;

	if (waiter) {
		wait_queue->first = waiter->next;
		if (!wait_queue->first)
			wait_queue->tail = &wait_queue->first;
		waiter->queued = false;
		atomic_fetch_sub(wait_queue->count, 1);
	}
	return waiter;
}

void pool_wait_queue_close(struct pool_wait_queue *wait_queue)
{
	struct pool_waiter *waiter;

	do {
		pthread_mutex_lock(&wait_queue->lock);
		wait_queue->closed = true;
		waiter = pool_wait_queue_pop(wait_queue);
		pthread_mutex_unlock(&wait_queue->lock);
		if (waiter)
			pool_waiter_end(waiter, POOL_WAITER_CLOSED);
	} while (waiter);
}

void pool_wait_queue_reopen(struct pool_wait_queue *wait_queue)
{
	pthread_mutex_lock(&wait_queue->lock);
	wait_queue->closed = false;
	pthread_mutex_unlock(&wait_queue->lock);
}

void pool_waiter_end(struct pool_waiter *waiter, enum pool_waiter_end end)
{
	waiter->end = end;
	pool_fibre_parker_unpark(&waiter->parker);
}

/* Returns whether it was still in the queue. */
static bool leave(struct pool_wait_queue *wait_queue, struct pool_waiter *waiter)
{
	struct pool_waiter **link = &wait_queue->first;
	bool there;

	pthread_mutex_lock(&wait_queue->lock);
	there = waiter->queued;
	while (there && *link != waiter)
		link = &(*link)->next;
	if (there) {
		*link = waiter->next;
		if (!waiter->next)
			wait_queue->tail = link;
		atomic_fetch_sub(wait_queue->count, 1);
	}
	pthread_mutex_unlock(&wait_queue->lock);
	return there;
}

/* The end of a waiter that was taken out is about to come. */
enum pool_waiter_end pool_wait_queue_wait(struct pool_wait_queue *wait_queue,
					  struct pool_waiter *waiter, int64_t deadline_ns)
{
	if (!pool_fibre_parker_park(&waiter->parker, deadline_ns)) {
		if (leave(wait_queue, waiter))
			return POOL_WAITER_TIMED_OUT;
		pool_fibre_parker_park(&waiter->parker, INT64_MAX);
	}
	return waiter->end;
}
