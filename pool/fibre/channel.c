/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/fibre/channel.h"

#include <errno.h>
#include <stdlib.h>

#include "pool/queue/item.h"

/* A sender with its item, or a receiver that will find one here. */
struct party {
	struct pool_fibre_waiter waiter; /* must be first */
	void *item;
};

int pool_fibre_channel_init(struct pool_fibre_channel *channel, size_t capacity)
{
	*channel = (struct pool_fibre_channel){.capacity = capacity};
	if (capacity > POOL_QUEUE_CAPACITY_MAX)
		return EINVAL;
	if (capacity) {
		channel->items = calloc(capacity, sizeof(void *));
		if (!channel->items)
			return ENOMEM;
	}
	pthread_mutex_init(&channel->guard, NULL);
	return 0;
}

void pool_fibre_channel_destroy(struct pool_fibre_channel *channel)
{
	pthread_mutex_destroy(&channel->guard);
	free(channel->items);
}

static void keep(struct pool_fibre_channel *channel, void *item)
{
	channel->items[(channel->first + channel->count++) % channel->capacity] = item;
}

static void *take_kept(struct pool_fibre_channel *channel)
{
	void *item = channel->items[channel->first];

	channel->first = (channel->first + 1) % channel->capacity;
	channel->count--;
	return item;
}

/* Wait in a list, with the guard held, which is released. */
static enum pool_queue_status wait_in(struct pool_fibre_channel *channel,
				      struct pool_fibre_waiters *list, struct party *party,
				      int64_t deadline_ns)
{
	bool listed;

	pool_fibre_parker_init(&party->waiter.parker);
	pool_fibre_waiters_add(list, &party->waiter);
	pthread_mutex_unlock(&channel->guard);
	if (pool_fibre_parker_park(&party->waiter.parker, deadline_ns))
		return (enum pool_queue_status)party->waiter.outcome;
	pthread_mutex_lock(&channel->guard);
	listed = party->waiter.listed;
	if (listed)
		pool_fibre_waiters_remove(list, &party->waiter);
	pthread_mutex_unlock(&channel->guard);
	if (listed)
		return POOL_QUEUE_TIMEOUT;
	pool_fibre_parker_park(&party->waiter.parker, INT64_MAX);
	return (enum pool_queue_status)party->waiter.outcome;
}

/* Release the guard, and end a party's wait. NULL: nobody's. */
static void release(struct pool_fibre_channel *channel, struct party *party,
		    enum pool_queue_status outcome)
{
	if (party)
		party->waiter.outcome = (int)outcome;
	pthread_mutex_unlock(&channel->guard);
	if (party)
		pool_fibre_parker_unpark(&party->waiter.parker);
}

enum pool_queue_status pool_fibre_channel_send(struct pool_fibre_channel *channel, void *item,
					       int64_t deadline_ns)
{
	struct party self = {.item = item};
	struct party *receiver;
	enum pool_queue_status status = POOL_QUEUE_OK;

	pthread_mutex_lock(&channel->guard);
	receiver =
	    channel->closed ? NULL : (struct party *)pool_fibre_waiters_pop(&channel->receivers);
	if (receiver)
		receiver->item = item;
	else if (channel->closed)
		status = POOL_QUEUE_CLOSED;
	else if (channel->count < channel->capacity)
		keep(channel, item);
	else if (deadline_ns <= 0)
		status = POOL_QUEUE_TIMEOUT;
	else
		return wait_in(channel, &channel->senders, &self, deadline_ns);
	release(channel, receiver, POOL_QUEUE_OK);
	return status;
}

/* Where anything is to be had, take it. *sender: one who can go on by that, or NULL. */
static bool take(struct pool_fibre_channel *channel, void **item, struct party **sender)
{
	*sender = NULL;
	if (!channel->count && !channel->senders.first)
		return false;
	*sender = (struct party *)pool_fibre_waiters_pop(&channel->senders);
	if (!channel->count) {
		*item = (*sender)->item;
		return true;
	}
	*item = take_kept(channel);
	if (*sender)
		keep(channel, (*sender)->item);
	return true;
}

enum pool_queue_status pool_fibre_channel_receive(struct pool_fibre_channel *channel, void **item,
						  int64_t deadline_ns)
{
	struct party self = {0}, *sender;
	enum pool_queue_status status = POOL_QUEUE_OK;

	pthread_mutex_lock(&channel->guard);
	if (!take(channel, item, &sender)) {
		status = channel->closed ? POOL_QUEUE_CLOSED : POOL_QUEUE_TIMEOUT;
		if (!channel->closed && deadline_ns > 0) {
			status = wait_in(channel, &channel->receivers, &self, deadline_ns);
			if (status == POOL_QUEUE_OK)
				*item = self.item;
			return status;
		}
	}
	release(channel, sender, POOL_QUEUE_OK);
	return status;
}

void pool_fibre_channel_close(struct pool_fibre_channel *channel)
{
	struct party *party;

	pthread_mutex_lock(&channel->guard);
	channel->closed = true;
	while ((party = (struct party *)pool_fibre_waiters_pop(&channel->receivers)) ||
	       (party = (struct party *)pool_fibre_waiters_pop(&channel->senders))) {
		party->waiter.outcome = (int)POOL_QUEUE_CLOSED;
		pool_fibre_parker_unpark(&party->waiter.parker);
	}
	pthread_mutex_unlock(&channel->guard);
}
