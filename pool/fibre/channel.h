/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A channel for fibres: bounded, first in, first out, closable, with the semantics of Go's
 * channels, but that a send to a closed channel fails and does not end the process. Who has to wait
 * lets the other fibres of its core run; threads that run no fibre may use it, too. With a capacity
 * of 0 a send ends when somebody has received the item.
 *
 * Any number of senders and receivers. What was done before a send is seen after the receive.
 */
#ifndef POOLRIG_POOL_FIBRE_CHANNEL_H
#define POOLRIG_POOL_FIBRE_CHANNEL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool/fibre/waiter.h"
#include "pool/queue/queue.h"

struct pool_fibre_channel {
	pthread_mutex_t guard; /* for all of it, held for an instant only */
	void **items;          /* owned; a circle */
	size_t capacity, count, first;
	struct pool_fibre_waiters senders, receivers;
	bool closed;
};

/* Returns 0, EINVAL (a capacity beyond POOL_QUEUE_CAPACITY_MAX), or ENOMEM. */
int pool_fibre_channel_init(struct pool_fibre_channel *channel, size_t capacity);
void pool_fibre_channel_destroy(struct pool_fibre_channel *channel); /* nobody uses it any more */

/* Wait until the deadline at most (CLOCK_MONOTONIC, ns; INT64_MAX: for ever; 0: not at all). Return
 * POOL_QUEUE_OK, POOL_QUEUE_TIMEOUT, or POOL_QUEUE_CLOSED: the item was not sent; nothing is left
 * to receive. */
enum pool_queue_status pool_fibre_channel_send(struct pool_fibre_channel *channel, void *item,
					       int64_t deadline_ns);
enum pool_queue_status pool_fibre_channel_receive(struct pool_fibre_channel *channel, void **item,
						  int64_t deadline_ns);

/* No more is sent; what was sent can be received. All that wait in vain return POOL_QUEUE_CLOSED.
 */
void pool_fibre_channel_close(struct pool_fibre_channel *channel);

#endif
