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

/* All under the lock. Indices only grow; a place is index & (places - 1). */
struct pool_mutex_fifo {
	pthread_mutex_t lock;
	pool_queue_item *items;
	size_t places; /* a power of two */
	size_t head, tail;
	bool closed;
};

/* Room for `capacity` items to begin with (1 to POOL_QUEUE_CAPACITY_MAX). The first index is
 * `start`: 0, or what a test wants. Returns 0, EINVAL or ENOMEM. */
int pool_mutex_fifo_init(struct pool_mutex_fifo *fifo, size_t capacity, size_t start);

/* No thread uses it any more; items in it are forgotten. */
void pool_mutex_fifo_destroy(struct pool_mutex_fifo *fifo);

/* POOL_QUEUE_OK, POOL_QUEUE_CLOSED, or POOL_QUEUE_NO_MEMORY. */
enum pool_queue_status pool_mutex_fifo_put(struct pool_mutex_fifo *fifo, pool_queue_item item);
/* POOL_QUEUE_OK, POOL_QUEUE_EMPTY, or POOL_QUEUE_CLOSED: and empty. */
enum pool_queue_status pool_mutex_fifo_get(struct pool_mutex_fifo *fifo, pool_queue_item *item);

void pool_mutex_fifo_close(struct pool_mutex_fifo *fifo);
size_t pool_mutex_fifo_count(struct pool_mutex_fifo *fifo);

#endif
