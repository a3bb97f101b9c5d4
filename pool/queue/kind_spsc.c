/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/kind.h"
#include "pool/queue/ring_spsc.h"

static int init(struct pool_queue *queue, const struct pool_queue_options *options)
{
	return pool_ring_spsc_init(pool_queue_part(queue), options->capacity, 0);
}

static void destroy(struct pool_queue *queue)
{
	pool_ring_spsc_destroy(pool_queue_part(queue));
}

static enum pool_queue_status try_put(struct pool_queue *queue, void *item)
{
	if (item == POOL_QUEUE_NO_ITEM)
		return POOL_QUEUE_REFUSED;
	if (pool_queue_closed(queue))
		return POOL_QUEUE_CLOSED;
	return pool_ring_spsc_put(pool_queue_part(queue), item) ? POOL_QUEUE_OK : POOL_QUEUE_FULL;
}

static enum pool_queue_status try_get(struct pool_queue *queue, void **item)
{
	if (pool_ring_spsc_get(pool_queue_part(queue), item))
		return POOL_QUEUE_OK;
	if (!pool_queue_closed(queue))
		return POOL_QUEUE_EMPTY;
	/* What was put before it was closed may have come after the first look. */
	return pool_ring_spsc_get(pool_queue_part(queue), item) ? POOL_QUEUE_OK : POOL_QUEUE_CLOSED;
}

static size_t put_many(struct pool_queue *queue, void *const *items, size_t count)
{
	size_t good = 0;

	while (good < count && items[good] != POOL_QUEUE_NO_ITEM)
		good++;
	return pool_queue_closed(queue)
		   ? 0
		   : pool_ring_spsc_put_many(pool_queue_part(queue), items, good);
}

static size_t get_many(struct pool_queue *queue, void **items, size_t count)
{
	return pool_ring_spsc_get_many(pool_queue_part(queue), items, count);
}

static size_t count(const struct pool_queue *queue)
{
	return pool_ring_spsc_count(pool_queue_part(queue));
}

static size_t capacity(const struct pool_queue *queue)
{
	return pool_ring_spsc_capacity(pool_queue_part(queue));
}

const struct pool_queue_ops pool_queue_spsc = {
    .traits = {.name = "spsc",
	       .about = "a ring for one producer and one consumer",
	       .bounded = true,
	       .fifo = true},
    .size = sizeof(struct pool_ring_spsc),
    .init = init,
    .destroy = destroy,
    .try_put = try_put,
    .try_get = try_get,
    .put_many = put_many,
    .get_many = get_many,
    .count = count,
    .capacity = capacity,
};
