/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/kind.h"
#include "pool/queue/priority.h"

struct priority_queue {
	struct queue queue; /* must be first */
	struct priority priority;
};

static struct priority *priority(const struct queue *queue)
{
	return &((struct priority_queue *)queue)->priority;
}

static int init(struct queue *queue, const struct queue_options *options)
{
	(void)options; /* it grows as it is filled */
	return priority_init(priority(queue));
}

static void destroy(struct queue *queue)
{
	priority_destroy(priority(queue));
}

static enum queue_status try_put(struct queue *queue, void *item)
{
	return priority_put(priority(queue), item, PRIORITY_LOW);
}

static enum queue_status try_put_high(struct queue *queue, void *item)
{
	return priority_put(priority(queue), item, PRIORITY_HIGH);
}

static enum queue_status try_get(struct queue *queue, void **item)
{
	return priority_get(priority(queue), item);
}

static void close_levels(struct queue *queue)
{
	priority_close(priority(queue));
}

static size_t count(const struct queue *queue)
{
	return priority_count(priority(queue), PRIORITY_LOW) +
	       priority_count(priority(queue), PRIORITY_HIGH);
}

const struct queue_ops queue_priority = {
    .traits = {.name = "priority",
	       .about = "two levels, high first, and the low one is not starved",
	       .many_producers = true,
	       .many_consumers = true},
    .size = sizeof(struct priority_queue),
    .init = init,
    .destroy = destroy,
    .try_put = try_put,
    .try_get = try_get,
    .try_put_high = try_put_high,
    .close = close_levels,
    .count = count,
};
