/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/kind.h"
#include "pool/queue/priority.h"

static int init(struct pool_queue *queue, const struct pool_queue_options *options)
{
	(void)options; /* it grows as it is filled */
	return pool_priority_init(pool_queue_part(queue));
}

static void destroy(struct pool_queue *queue)
{
	pool_priority_destroy(pool_queue_part(queue));
}

static enum pool_queue_status try_put(struct pool_queue *queue, void *item)
{
	return pool_priority_put(pool_queue_part(queue), item, POOL_PRIORITY_LOW);
}

static enum pool_queue_status try_put_high(struct pool_queue *queue, void *item)
{
	return pool_priority_put(pool_queue_part(queue), item, POOL_PRIORITY_HIGH);
}

static enum pool_queue_status try_get(struct pool_queue *queue, void **item)
{
	return pool_priority_get(pool_queue_part(queue), item);
}

static void close_levels(struct pool_queue *queue)
{
	pool_priority_close(pool_queue_part(queue));
}

static size_t count(const struct pool_queue *queue)
{
	return pool_priority_count(pool_queue_part(queue), POOL_PRIORITY_LOW) +
	       pool_priority_count(pool_queue_part(queue), POOL_PRIORITY_HIGH);
}

const struct pool_queue_ops pool_queue_priority = {
    .traits = {.name = "priority",
	       .about = "two levels, high first, and the low one is not starved",
	       .many_producers = true,
	       .many_consumers = true},
    .size = sizeof(struct pool_priority),
    .init = init,
    .destroy = destroy,
    .try_put = try_put,
    .try_get = try_get,
    .try_put_high = try_put_high,
    .close = close_levels,
    .count = count,
};
