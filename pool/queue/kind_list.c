/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/kind.h"
#include "pool/queue/seglist.h"

struct list_queue {
	struct queue queue; /* must be first */
	struct seglist list;
};

static struct seglist *list(const struct queue *queue)
{
	return &((struct list_queue *)queue)->list;
}

static int init(struct queue *queue, const struct queue_options *options)
{
	(void)options; /* it grows as it is filled */
	return seglist_init(list(queue), 0);
}

static void destroy(struct queue *queue)
{
	seglist_destroy(list(queue));
}

static enum queue_status try_put(struct queue *queue, void *item)
{
	return seglist_put(list(queue), item);
}

static enum queue_status try_get(struct queue *queue, void **item)
{
	return seglist_get(list(queue), item);
}

static size_t put_many(struct queue *queue, void *const *items, size_t count)
{
	enum queue_status status;

	return seglist_put_many(list(queue), items, count, &status);
}

static size_t get_many(struct queue *queue, void **items, size_t count)
{
	enum queue_status status;

	return seglist_get_many(list(queue), items, count, &status);
}

static void close_list(struct queue *queue)
{
	seglist_close(list(queue));
}

static size_t count(const struct queue *queue)
{
	return seglist_count(list(queue));
}

const struct queue_ops queue_list = {
    .traits = {.name = "list",
	       .about = "an unbounded FIFO of segments that are used again",
	       .many_producers = true,
	       .many_consumers = true,
	       .fifo = true},
    .size = sizeof(struct list_queue),
    .init = init,
    .destroy = destroy,
    .try_put = try_put,
    .try_get = try_get,
    .put_many = put_many,
    .get_many = get_many,
    .close = close_list,
    .count = count,
};
