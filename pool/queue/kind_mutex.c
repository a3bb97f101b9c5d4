/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/kind.h"
#include "pool/queue/mutex_fifo.h"

#define FIRST_ROOM 64

struct mutex_queue {
	struct pool_queue queue; /* must be first */
	struct pool_mutex_fifo fifo;
};

static struct pool_mutex_fifo *fifo(const struct pool_queue *queue)
{
	return &((struct mutex_queue *)queue)->fifo;
}

static int init(struct pool_queue *queue, const struct pool_queue_options *options)
{
	return pool_mutex_fifo_init(fifo(queue), options->capacity ? options->capacity : FIRST_ROOM,
				    0);
}

static void destroy(struct pool_queue *queue)
{
	pool_mutex_fifo_destroy(fifo(queue));
}

static enum pool_queue_status try_put(struct pool_queue *queue, void *item)
{
	return pool_mutex_fifo_put(fifo(queue), item);
}

static enum pool_queue_status try_get(struct pool_queue *queue, void **item)
{
	return pool_mutex_fifo_get(fifo(queue), item);
}

static void close_fifo(struct pool_queue *queue)
{
	pool_mutex_fifo_close(fifo(queue));
}

static size_t count(const struct pool_queue *queue)
{
	return pool_mutex_fifo_count(fifo(queue));
}

const struct pool_queue_ops pool_queue_mutex = {
    .traits = {.name = "mutex",
	       .about = "an unbounded FIFO under one lock",
	       .many_producers = true,
	       .many_consumers = true,
	       .fifo = true},
    .size = sizeof(struct mutex_queue),
    .init = init,
    .destroy = destroy,
    .try_put = try_put,
    .try_get = try_get,
    .close = close_fifo,
    .count = count,
};
