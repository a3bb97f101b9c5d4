/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two kinds: a channel, and one without room. */
#include "pool/queue/channel.h"
#include "pool/queue/kind.h"

static int init(struct pool_queue *queue, const struct pool_queue_options *options)
{
	return pool_channel_init(pool_queue_part(queue), options->capacity);
}

static int init_rendezvous(struct pool_queue *queue, const struct pool_queue_options *options)
{
	(void)options; /* no room, whatever is said there */
	return pool_channel_init(pool_queue_part(queue), 0);
}

static void destroy(struct pool_queue *queue)
{
	pool_channel_destroy(pool_queue_part(queue));
}

static enum pool_queue_status try_put(struct pool_queue *queue, void *item)
{
	return pool_channel_try_put(pool_queue_part(queue), item);
}

static enum pool_queue_status try_get(struct pool_queue *queue, void **item)
{
	return pool_channel_try_get(pool_queue_part(queue), item);
}

static enum pool_queue_status put(struct pool_queue *queue, void *item, int64_t deadline_ns)
{
	return pool_channel_put(pool_queue_part(queue), item, queue->wait, deadline_ns);
}

static enum pool_queue_status get(struct pool_queue *queue, void **item, int64_t deadline_ns)
{
	return pool_channel_get(pool_queue_part(queue), item, queue->wait, deadline_ns);
}

static void close_channel(struct pool_queue *queue)
{
	pool_channel_close(pool_queue_part(queue));
}

static size_t count(const struct pool_queue *queue)
{
	return pool_channel_count(pool_queue_part(queue));
}

static size_t capacity(const struct pool_queue *queue)
{
	return ((const struct pool_channel *)pool_queue_part(queue))->capacity;
}

#define FUNCTIONS                                                                                  \
	.size = sizeof(struct pool_channel), .destroy = destroy, .try_put = try_put,               \
	.try_get = try_get, .put = put, .get = get, .close = close_channel, .count = count,        \
	.capacity = capacity

const struct pool_queue_ops pool_queue_channel = {
    .traits = {.name = "channel",
	       .about = "a bounded FIFO as Go's channels are: waiters in order, direct hand-over",
	       .many_producers = true,
	       .many_consumers = true,
	       .bounded = true,
	       .fifo = true},
    .init = init,
    FUNCTIONS,
};

const struct pool_queue_ops pool_queue_rendezvous = {
    .traits = {.name = "rendezvous",
	       .about = "no room: a put and a get end together",
	       .many_producers = true,
	       .many_consumers = true,
	       .bounded = true,
	       .fifo = true},
    .init = init_rendezvous,
    FUNCTIONS,
};
