/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/channel.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "pool/queue/futex.h"
#include "pool/queue/waiting.h"

enum waiter_state { WAITER_AWAKE = 0, WAITER_ASLEEP, POOL_WAITER_SERVED };

struct pool_channel_waiter {
	struct pool_channel_waiter *next, *previous;
	pool_queue_item item;       /* a putter's; or what a getter has got */
	enum pool_queue_status end; /* once it is served */
	_Atomic uint32_t served;    /* enum waiter_state */
};

int pool_channel_init(struct pool_channel *channel, size_t capacity)
{
	if (capacity > POOL_QUEUE_CAPACITY_MAX)
		return EINVAL;
	*channel = (struct pool_channel){.capacity = capacity};
	channel->items = malloc((capacity ? capacity : 1) * sizeof(*channel->items));
	if (!channel->items)
		return ENOMEM;
	pthread_mutex_init(&channel->lock, NULL);
	return 0;
}

void pool_channel_destroy(struct pool_channel *channel)
{
	free(channel->items);
	channel->items = NULL;
	pthread_mutex_destroy(&channel->lock);
}

static void join(struct pool_channel_wait_queue *wait_queue, struct pool_channel_waiter *waiter)
{
	waiter->next = NULL;
	waiter->previous = wait_queue->last;
	if (wait_queue->last)
		wait_queue->last->next = waiter;
	else
		wait_queue->first = waiter;
	wait_queue->last = waiter;
}

static void leave(struct pool_channel_wait_queue *wait_queue, struct pool_channel_waiter *waiter)
{
	if (waiter->previous)
		waiter->previous->next = waiter->next;
	else
		wait_queue->first = waiter->next;
	if (waiter->next)
		waiter->next->previous = waiter->previous;
	else
		wait_queue->last = waiter->previous;
}

static struct pool_channel_waiter *pop(struct pool_channel_wait_queue *wait_queue)
{
	struct pool_channel_waiter *waiter = wait_queue->first;

	if (waiter)
		leave(wait_queue, waiter);
	return waiter;
}

/* End the wait of one that has left its queue; it may be gone when this returns. */
static void serve(struct pool_channel_waiter *waiter, enum pool_queue_status end)
{
	waiter->end = end;
	/* Release: the end and the item. */
	if (atomic_exchange_explicit(&waiter->served, POOL_WAITER_SERVED, memory_order_release) ==
	    WAITER_ASLEEP)
		pool_futex_wake(&waiter->served);
}

static bool is_served(struct pool_channel_waiter *waiter)
{
	return atomic_load_explicit(&waiter->served, memory_order_acquire) == POOL_WAITER_SERVED;
}

/* Without the lock. Returns false where the deadline has passed. */
static bool await(struct pool_channel_waiter *waiter, enum pool_queue_wait way, int64_t deadline_ns)
{
	struct pool_waiting waiting = {.way = way, .deadline_ns = deadline_ns};
	enum pool_waiting_next next;

	while (!is_served(waiter)) {
		uint32_t awake = WAITER_AWAKE;

		next = pool_waiting_next(&waiting);
		if (next == POOL_WAITING_OVER)
			return false;
		if (next == POOL_WAITING_LOOK)
			continue;
		/* Fails where it is served, or has been asleep before and was woken for no reason.
		 */
		atomic_compare_exchange_strong_explicit(&waiter->served, &awake, WAITER_ASLEEP,
							memory_order_relaxed, memory_order_relaxed);
		if (!pool_futex_wait_until(&waiter->served, WAITER_ASLEEP, deadline_ns))
			return false;
	}
	return true;
}

/* Wait in a queue that the caller joined; the lock is held, and released on return. */
static enum pool_queue_status wait_in(struct pool_channel *channel,
				      struct pool_channel_wait_queue *wait_queue,
				      struct pool_channel_waiter *waiter, enum pool_queue_wait way,
				      int64_t deadline_ns)
{
	pthread_mutex_unlock(&channel->lock);
	if (!await(waiter, way, deadline_ns)) {
		pthread_mutex_lock(&channel->lock);
		/* A thread serves it under the lock: it has done so, or will not any more. */
		if (!is_served(waiter)) {
			leave(wait_queue, waiter);
			waiter->end = POOL_QUEUE_TIMEOUT;
		}
		pthread_mutex_unlock(&channel->lock);
	}
	return waiter->end;
}

/* With the lock held. */
static enum pool_queue_status put_now(struct pool_channel *channel, pool_queue_item item)
{
	struct pool_channel_waiter *getter;

	if (channel->closed)
		return POOL_QUEUE_CLOSED;
	getter = pop(&channel->getters);
	if (getter) {
		getter->item = item;
		serve(getter, POOL_QUEUE_OK);
		return POOL_QUEUE_OK;
	}
	if (channel->count == channel->capacity)
		return POOL_QUEUE_FULL;
	channel->items[(channel->head + channel->count++) % channel->capacity] = item;
	return POOL_QUEUE_OK;
}

/* With the lock held. */
static enum pool_queue_status get_now(struct pool_channel *channel, pool_queue_item *item)
{
	struct pool_channel_waiter *putter = pop(&channel->putters);

	if (!channel->capacity) {
		if (!putter)
			return channel->closed ? POOL_QUEUE_CLOSED : POOL_QUEUE_EMPTY;
		*item = putter->item;
	} else {
		if (!channel->count)
			return channel->closed ? POOL_QUEUE_CLOSED : POOL_QUEUE_EMPTY;
		*item = channel->items[channel->head];
		/* A putter waits only where all places are taken: its item goes where this was. */
		if (putter)
			channel->items[channel->head] = putter->item;
		else
			channel->count--;
		channel->head = (channel->head + 1) % channel->capacity;
	}
	if (putter)
		serve(putter, POOL_QUEUE_OK);
	return POOL_QUEUE_OK;
}

enum pool_queue_status pool_channel_try_put(struct pool_channel *channel, pool_queue_item item)
{
	enum pool_queue_status status;

	pthread_mutex_lock(&channel->lock);
	status = put_now(channel, item);
	pthread_mutex_unlock(&channel->lock);
	return status;
}

enum pool_queue_status pool_channel_try_get(struct pool_channel *channel, pool_queue_item *item)
{
	enum pool_queue_status status;

	pthread_mutex_lock(&channel->lock);
	status = get_now(channel, item);
	pthread_mutex_unlock(&channel->lock);
	return status;
}

enum pool_queue_status pool_channel_put(struct pool_channel *channel, pool_queue_item item,
					enum pool_queue_wait way, int64_t deadline_ns)
{
	struct pool_channel_waiter self = {.item = item};
	enum pool_queue_status status;

	pthread_mutex_lock(&channel->lock);
	status = put_now(channel, item);
	if (status == POOL_QUEUE_FULL) {
		join(&channel->putters, &self);
		return wait_in(channel, &channel->putters, &self, way, deadline_ns);
	}
	pthread_mutex_unlock(&channel->lock);
	return status;
}

enum pool_queue_status pool_channel_get(struct pool_channel *channel, pool_queue_item *item,
					enum pool_queue_wait way, int64_t deadline_ns)
{
	struct pool_channel_waiter self = {0};
	enum pool_queue_status status;

	pthread_mutex_lock(&channel->lock);
	status = get_now(channel, item);
	if (status == POOL_QUEUE_EMPTY) {
		join(&channel->getters, &self);
		status = wait_in(channel, &channel->getters, &self, way, deadline_ns);
		if (status == POOL_QUEUE_OK)
			*item = self.item;
		return status;
	}
	pthread_mutex_unlock(&channel->lock);
	return status;
}

void pool_channel_close(struct pool_channel *channel)
{
	struct pool_channel_waiter *waiter;

	pthread_mutex_lock(&channel->lock);
	channel->closed = true;
	while ((waiter = pop(&channel->getters)))
		serve(waiter, POOL_QUEUE_CLOSED);
	while ((waiter = pop(&channel->putters)))
		serve(waiter, POOL_QUEUE_CLOSED);
	pthread_mutex_unlock(&channel->lock);
}

size_t pool_channel_count(struct pool_channel *channel)
{
	size_t count;

	pthread_mutex_lock(&channel->lock);
	count = channel->count;
	pthread_mutex_unlock(&channel->lock);
	return count;
}

void pool_channel_waiters(struct pool_channel *channel, size_t *putters, size_t *getters)
{
	*putters = *getters = 0;
	pthread_mutex_lock(&channel->lock);
	for (struct pool_channel_waiter *w = channel->putters.first; w; w = w->next)
		++*putters;
	for (struct pool_channel_waiter *w = channel->getters.first; w; w = w->next)
		++*getters;
	pthread_mutex_unlock(&channel->lock);
}
