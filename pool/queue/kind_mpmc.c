/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/kind.h"
#include "pool/queue/ring_mpmc.h"

struct mpmc {
	struct pool_queue queue; /* must be first */
	struct pool_ring_mpmc ring;
};

static struct pool_ring_mpmc *ring(const struct pool_queue *queue)
{
	return &((struct mpmc *)queue)->ring;
}

static int init(struct pool_queue *queue, const struct pool_queue_options *options)
{
	return pool_ring_mpmc_init(ring(queue), options->capacity, 0);
}

static void destroy(struct pool_queue *queue)
{
	pool_ring_mpmc_destroy(ring(queue));
}

static enum pool_queue_status try_put(struct pool_queue *queue, void *item)
{
	if (pool_ring_mpmc_put(ring(queue), item))
		return POOL_QUEUE_OK;
	return pool_ring_mpmc_is_closed(ring(queue)) ? POOL_QUEUE_CLOSED : POOL_QUEUE_FULL;
}

static enum pool_queue_status try_get(struct pool_queue *queue, void **item)
{
	if (pool_ring_mpmc_get(ring(queue), item))
		return POOL_QUEUE_OK;
	return pool_ring_mpmc_drained(ring(queue)) ? POOL_QUEUE_CLOSED : POOL_QUEUE_EMPTY;
}

static size_t put_many(struct pool_queue *queue, void *const *items, size_t count)
{
	return pool_ring_mpmc_put_many(ring(queue), items, count);
}

static size_t get_many(struct pool_queue *queue, void **items, size_t count)
{
	return pool_ring_mpmc_get_many(ring(queue), items, count);
}

static void close_ring(struct pool_queue *queue)
{
	pool_ring_mpmc_close(ring(queue));
}

static size_t count(const struct pool_queue *queue)
{
	return pool_ring_mpmc_count(ring(queue));
}

static size_t capacity(const struct pool_queue *queue)
{
	return pool_ring_mpmc_capacity(ring(queue));
}

const struct pool_queue_ops pool_queue_mpmc = {
    .traits = {.name = "mpmc",
	       .about = "a ring for any number of producers and consumers",
	       .many_producers = true,
	       .many_consumers = true,
	       .bounded = true,
	       .fifo = true},
    .size = sizeof(struct mpmc),
    .init = init,
    .destroy = destroy,
    .try_put = try_put,
    .try_get = try_get,
    .put_many = put_many,
    .get_many = get_many,
    .close = close_ring,
    .count = count,
    .capacity = capacity,
};
