/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/kind.h"
#include "pool/queue/mutex_fifo.h"

#define FIRST_ROOM 64

static int init(struct pool_queue *queue, const struct pool_queue_options *options)
{
	return pool_mutex_fifo_init(pool_queue_part(queue),
				    options->capacity ? options->capacity : FIRST_ROOM, 0);
}

static void destroy(struct pool_queue *queue)
{
	pool_mutex_fifo_destroy(pool_queue_part(queue));
}

static enum pool_queue_status try_put(struct pool_queue *queue, void *item)
{
	return pool_mutex_fifo_put(pool_queue_part(queue), item);
}

static enum pool_queue_status try_get(struct pool_queue *queue, void **item)
{
	return pool_mutex_fifo_get(pool_queue_part(queue), item);
}

static void close_fifo(struct pool_queue *queue)
{
	pool_mutex_fifo_close(pool_queue_part(queue));
}

static size_t count(const struct pool_queue *queue)
{
	return pool_mutex_fifo_count(pool_queue_part(queue));
}

const struct pool_queue_ops pool_queue_mutex = {
    .traits = {.name = "mutex",
	       .about = "an unbounded FIFO under one lock",
	       .many_producers = true,
	       .many_consumers = true,
	       .fifo = true},
    .size = sizeof(struct pool_mutex_fifo),
    .init = init,
    .destroy = destroy,
    .try_put = try_put,
    .try_get = try_get,
    .close = close_fifo,
    .count = count,
};
