/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/channel.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "pool/queue/futex.h"
#include "pool/queue/waiting.h"

enum waiter_state { WAITER_AWAKE = 0, WAITER_ASLEEP, WAITER_SERVED };

struct channel_waiter {
	struct channel_waiter *next, *previous;
	queue_item item;         /* a putter's; or what a getter has got */
	enum queue_status end;   /* once it is served */
	_Atomic uint32_t served; /* enum waiter_state */
};

int channel_init(struct channel *channel, size_t capacity)
{
	if (capacity > QUEUE_CAPACITY_MAX)
		return EINVAL;
	*channel = (struct channel){.capacity = capacity};
	channel->items = malloc((capacity ? capacity : 1) * sizeof(*channel->items));
	if (!channel->items)
		return ENOMEM;
	pthread_mutex_init(&channel->lock, NULL);
	return 0;
}

void channel_destroy(struct channel *channel)
{
	free(channel->items);
	channel->items = NULL;
	pthread_mutex_destroy(&channel->lock);
}

static void join(struct channel_line *line, struct channel_waiter *waiter)
{
	waiter->next = NULL;
	waiter->previous = line->last;
	if (line->last)
		line->last->next = waiter;
	else
		line->first = waiter;
	line->last = waiter;
}

static void leave(struct channel_line *line, struct channel_waiter *waiter)
{
	if (waiter->previous)
		waiter->previous->next = waiter->next;
	else
		line->first = waiter->next;
	if (waiter->next)
		waiter->next->previous = waiter->previous;
	else
		line->last = waiter->previous;
}

static struct channel_waiter *pop(struct channel_line *line)
{
	struct channel_waiter *waiter = line->first;

	if (waiter)
		leave(line, waiter);
	return waiter;
}

/* End the wait of one that has left its line; it may be gone when this returns. */
static void serve(struct channel_waiter *waiter, enum queue_status end)
{
	waiter->end = end;
	/* Release: the end and the item. */
	if (atomic_exchange_explicit(&waiter->served, WAITER_SERVED, memory_order_release) ==
	    WAITER_ASLEEP)
		futex_wake(&waiter->served);
}

static bool is_served(struct channel_waiter *waiter)
{
	return atomic_load_explicit(&waiter->served, memory_order_acquire) == WAITER_SERVED;
}

/* Without the lock. Returns false where the deadline has passed. */
static bool await(struct channel_waiter *waiter, enum queue_wait way, int64_t deadline_ns)
{
	struct waiting waiting = {.way = way, .deadline_ns = deadline_ns};
	enum waiting_next next;

	while (!is_served(waiter)) {
		uint32_t awake = WAITER_AWAKE;

		next = waiting_next(&waiting);
		if (next == WAITING_OVER)
			return false;
		if (next == WAITING_LOOK)
			continue;
		/* Fails where it is served, or has been asleep before and was woken for no reason.
		 */
		atomic_compare_exchange_strong_explicit(&waiter->served, &awake, WAITER_ASLEEP,
							memory_order_relaxed, memory_order_relaxed);
		if (!futex_wait_until(&waiter->served, WAITER_ASLEEP, deadline_ns))
			return false;
	}
	return true;
}

/* Wait in a line that the caller joined; the lock is held, and released on return. */
static enum queue_status wait_in(struct channel *channel, struct channel_line *line,
				 struct channel_waiter *waiter, enum queue_wait way,
				 int64_t deadline_ns)
{
	pthread_mutex_unlock(&channel->lock);
	if (!await(waiter, way, deadline_ns)) {
		pthread_mutex_lock(&channel->lock);
		/* Whoever serves it does so under the lock: has done it, or will not any more. */
		if (!is_served(waiter)) {
			leave(line, waiter);
			waiter->end = QUEUE_TIMEOUT;
		}
		pthread_mutex_unlock(&channel->lock);
	}
	return waiter->end;
}

/* With the lock held. */
static enum queue_status put_now(struct channel *channel, queue_item item)
{
	struct channel_waiter *getter;

	if (channel->closed)
		return QUEUE_CLOSED;
	getter = pop(&channel->getters);
	if (getter) {
		getter->item = item;
		serve(getter, QUEUE_OK);
		return QUEUE_OK;
	}
	if (channel->count == channel->capacity)
		return QUEUE_FULL;
	channel->items[(channel->head + channel->count++) % channel->capacity] = item;
	return QUEUE_OK;
}

/* With the lock held. */
static enum queue_status get_now(struct channel *channel, queue_item *item)
{
	struct channel_waiter *putter = pop(&channel->putters);

	if (!channel->capacity) {
		if (!putter)
			return channel->closed ? QUEUE_CLOSED : QUEUE_EMPTY;
		*item = putter->item;
	} else {
		if (!channel->count)
			return channel->closed ? QUEUE_CLOSED : QUEUE_EMPTY;
		*item = channel->items[channel->head];
		/* A putter waits only where all places are taken: its item goes where this was. */
		if (putter)
			channel->items[channel->head] = putter->item;
		else
			channel->count--;
		channel->head = (channel->head + 1) % channel->capacity;
	}
	if (putter)
		serve(putter, QUEUE_OK);
	return QUEUE_OK;
}

enum queue_status channel_try_put(struct channel *channel, queue_item item)
{
	enum queue_status status;

	pthread_mutex_lock(&channel->lock);
	status = put_now(channel, item);
	pthread_mutex_unlock(&channel->lock);
	return status;
}

enum queue_status channel_try_get(struct channel *channel, queue_item *item)
{
	enum queue_status status;

	pthread_mutex_lock(&channel->lock);
	status = get_now(channel, item);
	pthread_mutex_unlock(&channel->lock);
	return status;
}

enum queue_status channel_put(struct channel *channel, queue_item item, enum queue_wait way,
			      int64_t deadline_ns)
{
	struct channel_waiter self = {.item = item};
	enum queue_status status;

	pthread_mutex_lock(&channel->lock);
	status = put_now(channel, item);
	if (status == QUEUE_FULL) {
		join(&channel->putters, &self);
		return wait_in(channel, &channel->putters, &self, way, deadline_ns);
	}
	pthread_mutex_unlock(&channel->lock);
	return status;
}

enum queue_status channel_get(struct channel *channel, queue_item *item, enum queue_wait way,
			      int64_t deadline_ns)
{
	struct channel_waiter self = {0};
	enum queue_status status;

	pthread_mutex_lock(&channel->lock);
	status = get_now(channel, item);
	if (status == QUEUE_EMPTY) {
		join(&channel->getters, &self);
		status = wait_in(channel, &channel->getters, &self, way, deadline_ns);
		if (status == QUEUE_OK)
			*item = self.item;
		return status;
	}
	pthread_mutex_unlock(&channel->lock);
	return status;
}

void channel_close(struct channel *channel)
{
	struct channel_waiter *waiter;

	pthread_mutex_lock(&channel->lock);
	channel->closed = true;
	while ((waiter = pop(&channel->getters)))
		serve(waiter, QUEUE_CLOSED);
	while ((waiter = pop(&channel->putters)))
		serve(waiter, QUEUE_CLOSED);
	pthread_mutex_unlock(&channel->lock);
}

size_t channel_count(struct channel *channel)
{
	size_t count;

	pthread_mutex_lock(&channel->lock);
	count = channel->count;
	pthread_mutex_unlock(&channel->lock);
	return count;
}

void channel_waiters(struct channel *channel, size_t *putters, size_t *getters)
{
	*putters = *getters = 0;
	pthread_mutex_lock(&channel->lock);
	for (struct channel_waiter *w = channel->putters.first; w; w = w->next)
		++*putters;
	for (struct channel_waiter *w = channel->getters.first; w; w = w->next)
		++*getters;
	pthread_mutex_unlock(&channel->lock);
}
