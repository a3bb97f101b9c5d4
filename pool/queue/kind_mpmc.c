/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/kind.h"
#include "pool/queue/ring_mpmc.h"

static int init(struct pool_queue *queue, const struct pool_queue_options *options)
{
	return pool_ring_mpmc_init(pool_queue_part(queue), options->capacity, 0);
}

static void destroy(struct pool_queue *queue)
{
	pool_ring_mpmc_destroy(pool_queue_part(queue));
}

static enum pool_queue_status try_put(struct pool_queue *queue, void *item)
{
	if (pool_ring_mpmc_put(pool_queue_part(queue), item))
		return POOL_QUEUE_OK;
	return pool_ring_mpmc_is_closed(pool_queue_part(queue)) ? POOL_QUEUE_CLOSED
								: POOL_QUEUE_FULL;
}

static enum pool_queue_status try_get(struct pool_queue *queue, void **item)
{
	if (pool_ring_mpmc_get(pool_queue_part(queue), item))
		return POOL_QUEUE_OK;
	return pool_ring_mpmc_drained(pool_queue_part(queue)) ? POOL_QUEUE_CLOSED
							      : POOL_QUEUE_EMPTY;
}

static size_t put_many(struct pool_queue *queue, void *const *items, size_t count)
{
	return pool_ring_mpmc_put_many(pool_queue_part(queue), items, count);
}

static size_t get_many(struct pool_queue *queue, void **items, size_t count)
{
	return pool_ring_mpmc_get_many(pool_queue_part(queue), items, count);
}

static void close_ring(struct pool_queue *queue)
{
	pool_ring_mpmc_close(pool_queue_part(queue));
}

static size_t count(const struct pool_queue *queue)
{
	return pool_ring_mpmc_count(pool_queue_part(queue));
}

static size_t capacity(const struct pool_queue *queue)
{
	return pool_ring_mpmc_capacity(pool_queue_part(queue));
}

const struct pool_queue_ops pool_queue_mpmc = {
    .traits = {.name = "mpmc",
	       .about = "a ring for any number of producers and consumers",
	       .many_producers = true,
	       .many_consumers = true,
	       .bounded = true,
	       .fifo = true},
    .size = sizeof(struct pool_ring_mpmc),
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
