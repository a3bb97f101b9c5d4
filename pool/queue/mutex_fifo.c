/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/mutex_fifo.h"

#include <errno.h>
#include <stdlib.h>

int pool_mutex_fifo_init(struct pool_mutex_fifo *fifo, size_t capacity, size_t start)
{
	if (!capacity || capacity > POOL_QUEUE_CAPACITY_MAX)
		return EINVAL;
	fifo->places = pool_queue_power_of_two(capacity);
	fifo->items = malloc(fifo->places * sizeof(*fifo->items));
	if (!fifo->items)
		return ENOMEM;
	fifo->head = fifo->tail = start;
	fifo->closed = false;
	pthread_mutex_init(&fifo->lock, NULL);
	return 0;
}

void pool_mutex_fifo_destroy(struct pool_mutex_fifo *fifo)
{
	free(fifo->items);
	fifo->items = NULL;
	pthread_mutex_destroy(&fifo->lock);
}

static bool grow(struct pool_mutex_fifo *fifo)
{
	size_t places = 2 * fifo->places;
	pool_queue_item *items = NULL;

	if (places <= POOL_QUEUE_CAPACITY_MAX)
		items = malloc(places * sizeof(*items));
	if (!items)
		return false;
	for (size_t i = fifo->head; i != fifo->tail; i++)
		items[i & (places - 1)] = fifo->items[i & (fifo->places - 1)];
	free(fifo->items);
	fifo->items = items;
	fifo->places = places;
	return true;
}

enum pool_queue_status pool_mutex_fifo_put(struct pool_mutex_fifo *fifo, pool_queue_item item)
{
	enum pool_queue_status status = POOL_QUEUE_OK;

	pthread_mutex_lock(&fifo->lock);
	if (fifo->closed)
		status = POOL_QUEUE_CLOSED;
	else if (fifo->tail - fifo->head == fifo->places && !grow(fifo))
		status = POOL_QUEUE_NO_MEMORY;
	else
		fifo->items[fifo->tail++ & (fifo->places - 1)] = item;
	pthread_mutex_unlock(&fifo->lock);
	return status;
}

enum pool_queue_status pool_mutex_fifo_get(struct pool_mutex_fifo *fifo, pool_queue_item *item)
{
	enum pool_queue_status status = POOL_QUEUE_OK;

	pthread_mutex_lock(&fifo->lock);
	if (fifo->head != fifo->tail)
		*item = fifo->items[fifo->head++ & (fifo->places - 1)];
	else
		status = fifo->closed ? POOL_QUEUE_CLOSED : POOL_QUEUE_EMPTY;
	pthread_mutex_unlock(&fifo->lock);
	return status;
}

void pool_mutex_fifo_close(struct pool_mutex_fifo *fifo)
{
	pthread_mutex_lock(&fifo->lock);
	fifo->closed = true;
	pthread_mutex_unlock(&fifo->lock);
}

size_t pool_mutex_fifo_count(struct pool_mutex_fifo *fifo)
{
	size_t count;

	pthread_mutex_lock(&fifo->lock);
	count = fifo->tail - fifo->head;
	pthread_mutex_unlock(&fifo->lock);
	return count;
}
