/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A FIFO under one lock, unbounded: what the others are compared with. All functions but init and
 * destroy: any thread. */
#ifndef POOLRIG_POOL_QUEUE_MUTEX_FIFO_H
#define POOLRIG_POOL_QUEUE_MUTEX_FIFO_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "pool/queue/item.h"
#include "pool/queue/queue.h"

/* All under the lock. Indices count for ever; a place is index & (places - 1). */
struct mutex_fifo {
	pthread_mutex_t lock;
	queue_item *items;
	size_t places; /* a power of two */
	size_t head, tail;
	bool closed;
};

/* Room for `capacity` items to begin with (1 to QUEUE_CAPACITY_MAX). The first index is `start`: 0,
 * or what a test wants. Returns 0, EINVAL or ENOMEM. */
int mutex_fifo_init(struct mutex_fifo *fifo, size_t capacity, size_t start);

/* Nobody uses it any more; items in it are forgotten. */
void mutex_fifo_destroy(struct mutex_fifo *fifo);

/* QUEUE_OK, QUEUE_CLOSED, or QUEUE_NO_MEMORY. */
enum queue_status mutex_fifo_put(struct mutex_fifo *fifo, queue_item item);
/* QUEUE_OK, QUEUE_EMPTY, or QUEUE_CLOSED: and empty. */
enum queue_status mutex_fifo_get(struct mutex_fifo *fifo, queue_item *item);

void mutex_fifo_close(struct mutex_fifo *fifo);
size_t mutex_fifo_count(struct mutex_fifo *fifo);

#endif
