/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/fibre/channel.h"

#include <errno.h>
#include <stdlib.h>

#include "pool/queue/item.h"

/* A sender with its item, or a receiver that will find one here. */
struct party {
	struct fibre_waiter waiter; /* must be first */
	void *item;
};

int fibre_channel_init(struct fibre_channel *channel, size_t capacity)
{
	*channel = (struct fibre_channel){.capacity = capacity};
	if (capacity > QUEUE_CAPACITY_MAX)
		return EINVAL;
	if (capacity) {
		channel->items = calloc(capacity, sizeof(void *));
		if (!channel->items)
			return ENOMEM;
	}
	pthread_mutex_init(&channel->guard, NULL);
	return 0;
}

void fibre_channel_destroy(struct fibre_channel *channel)
{
	pthread_mutex_destroy(&channel->guard);
	free(channel->items);
}

static void keep(struct fibre_channel *channel, void *item)
{
	channel->items[(channel->first + channel->count++) % channel->capacity] = item;
}

static void *take_kept(struct fibre_channel *channel)
{
	void *item = channel->items[channel->first];

	channel->first = (channel->first + 1) % channel->capacity;
	channel->count--;
	return item;
}

/* Wait in a list, with the guard held, which is released. */
static enum queue_status wait_in(struct fibre_channel *channel, struct fibre_waiters *list,
				 struct party *party, int64_t deadline_ns)
{
	bool listed;

	fibre_seat_init(&party->waiter.seat);
	waiters_add(list, &party->waiter);
	pthread_mutex_unlock(&channel->guard);
	if (fibre_seat_wait(&party->waiter.seat, deadline_ns))
		return (enum queue_status)party->waiter.outcome;
	pthread_mutex_lock(&channel->guard);
	listed = party->waiter.listed;
	if (listed)
		waiters_remove(list, &party->waiter);
	pthread_mutex_unlock(&channel->guard);
	if (listed)
		return QUEUE_TIMEOUT;
	fibre_seat_wait(&party->waiter.seat, INT64_MAX);
	return (enum queue_status)party->waiter.outcome;
}

/* Release the guard, and end a party's wait. NULL: nobody's. */
static void release(struct fibre_channel *channel, struct party *party, enum queue_status outcome)
{
	if (party)
		party->waiter.outcome = (int)outcome;
	pthread_mutex_unlock(&channel->guard);
	if (party)
		fibre_seat_call(&party->waiter.seat);
}

enum queue_status fibre_channel_send(struct fibre_channel *channel, void *item, int64_t deadline_ns)
{
	struct party self = {.item = item};
	struct party *receiver;
	enum queue_status status = QUEUE_OK;

	pthread_mutex_lock(&channel->guard);
	receiver = channel->closed ? NULL : (struct party *)waiters_pop(&channel->receivers);
	if (receiver)
		receiver->item = item;
	else if (channel->closed)
		status = QUEUE_CLOSED;
	else if (channel->count < channel->capacity)
		keep(channel, item);
	else if (deadline_ns <= 0)
		status = QUEUE_TIMEOUT;
	else
		return wait_in(channel, &channel->senders, &self, deadline_ns);
	release(channel, receiver, QUEUE_OK);
	return status;
}

/* Where anything is to be had, take it. *sender: one who can go on by that, or NULL. */
static bool take(struct fibre_channel *channel, void **item, struct party **sender)
{
	*sender = NULL;
	if (!channel->count && !channel->senders.first)
		return false;
	*sender = (struct party *)waiters_pop(&channel->senders);
	if (!channel->count) {
		*item = (*sender)->item;
		return true;
	}
	*item = take_kept(channel);
	if (*sender)
		keep(channel, (*sender)->item);
	return true;
}

enum queue_status fibre_channel_receive(struct fibre_channel *channel, void **item,
					int64_t deadline_ns)
{
	struct party self = {0}, *sender;
	enum queue_status status = QUEUE_OK;

	pthread_mutex_lock(&channel->guard);
	if (!take(channel, item, &sender)) {
		status = channel->closed ? QUEUE_CLOSED : QUEUE_TIMEOUT;
		if (!channel->closed && deadline_ns > 0) {
			status = wait_in(channel, &channel->receivers, &self, deadline_ns);
			if (status == QUEUE_OK)
				*item = self.item;
			return status;
		}
	}
	release(channel, sender, QUEUE_OK);
	return status;
}

void fibre_channel_close(struct fibre_channel *channel)
{
	struct party *party;

	pthread_mutex_lock(&channel->guard);
	channel->closed = true;
	while ((party = (struct party *)waiters_pop(&channel->receivers)) ||
	       (party = (struct party *)waiters_pop(&channel->senders))) {
		party->waiter.outcome = (int)QUEUE_CLOSED;
		fibre_seat_call(&party->waiter.seat);
	}
	pthread_mutex_unlock(&channel->guard);
}
