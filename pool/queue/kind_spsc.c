/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/kind.h"
#include "pool/queue/ring_spsc.h"

struct spsc {
	struct queue queue; /* must be first */
	struct ring_spsc ring;
};

static struct ring_spsc *ring(const struct queue *queue)
{
	return &((struct spsc *)queue)->ring;
}

static int init(struct queue *queue, const struct queue_options *options)
{
	return ring_spsc_init(ring(queue), options->capacity, 0);
}

static void destroy(struct queue *queue)
{
	ring_spsc_destroy(ring(queue));
}

static enum queue_status try_put(struct queue *queue, void *item)
{
	if (item == QUEUE_NO_ITEM)
		return QUEUE_REFUSED;
	if (queue_closed(queue))
		return QUEUE_CLOSED;
	return ring_spsc_put(ring(queue), item) ? QUEUE_OK : QUEUE_FULL;
}

static enum queue_status try_get(struct queue *queue, void **item)
{
	if (ring_spsc_get(ring(queue), item))
		return QUEUE_OK;
	if (!queue_closed(queue))
		return QUEUE_EMPTY;
	/* What was put before it was closed may have come after the first look. */
	return ring_spsc_get(ring(queue), item) ? QUEUE_OK : QUEUE_CLOSED;
}

static size_t put_many(struct queue *queue, void *const *items, size_t count)
{
	size_t good = 0;

	while (good < count && items[good] != QUEUE_NO_ITEM)
		good++;
	return queue_closed(queue) ? 0 : ring_spsc_put_many(ring(queue), items, good);
}

static size_t get_many(struct queue *queue, void **items, size_t count)
{
	return ring_spsc_get_many(ring(queue), items, count);
}

static size_t count(const struct queue *queue)
{
	return ring_spsc_count(ring(queue));
}

static size_t capacity(const struct queue *queue)
{
	return ring_spsc_capacity(ring(queue));
}

const struct queue_ops queue_spsc = {
    .traits = {.name = "spsc",
	       .about = "a ring for one producer and one consumer",
	       .bounded = true,
	       .fifo = true},
    .size = sizeof(struct spsc),
    .init = init,
    .destroy = destroy,
    .try_put = try_put,
    .try_get = try_get,
    .put_many = put_many,
    .get_many = get_many,
    .count = count,
    .capacity = capacity,
};
