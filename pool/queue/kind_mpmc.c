/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/kind.h"
#include "pool/queue/ring_mpmc.h"

struct mpmc {
	struct queue queue; /* must be first */
	struct ring_mpmc ring;
};

static struct ring_mpmc *ring(const struct queue *queue)
{
	return &((struct mpmc *)queue)->ring;
}

static int init(struct queue *queue, const struct queue_options *options)
{
	return ring_mpmc_init(ring(queue), options->capacity, 0);
}

static void destroy(struct queue *queue)
{
	ring_mpmc_destroy(ring(queue));
}

static enum queue_status try_put(struct queue *queue, void *item)
{
	if (ring_mpmc_put(ring(queue), item))
		return QUEUE_OK;
	return ring_mpmc_is_closed(ring(queue)) ? QUEUE_CLOSED : QUEUE_FULL;
}

static enum queue_status try_get(struct queue *queue, void **item)
{
	if (ring_mpmc_get(ring(queue), item))
		return QUEUE_OK;
	return ring_mpmc_drained(ring(queue)) ? QUEUE_CLOSED : QUEUE_EMPTY;
}

static size_t put_many(struct queue *queue, void *const *items, size_t count)
{
	return ring_mpmc_put_many(ring(queue), items, count);
}

static size_t get_many(struct queue *queue, void **items, size_t count)
{
	return ring_mpmc_get_many(ring(queue), items, count);
}

static void close_ring(struct queue *queue)
{
	ring_mpmc_close(ring(queue));
}

static size_t count(const struct queue *queue)
{
	return ring_mpmc_count(ring(queue));
}

static size_t capacity(const struct queue *queue)
{
	return ring_mpmc_capacity(ring(queue));
}

const struct queue_ops queue_mpmc = {
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
