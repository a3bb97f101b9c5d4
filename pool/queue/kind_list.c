/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/kind.h"
#include "pool/queue/seglist.h"

struct list_queue {
	struct pool_queue queue; /* must be first */
	struct pool_seglist list;
};

static struct pool_seglist *list(const struct pool_queue *queue)
{
	return &((struct list_queue *)queue)->list;
}

static int init(struct pool_queue *queue, const struct pool_queue_options *options)
{
	(void)options; /* it grows as it is filled */
	return pool_seglist_init(list(queue), 0);
}

static void destroy(struct pool_queue *queue)
{
	pool_seglist_destroy(list(queue));
}

static enum pool_queue_status try_put(struct pool_queue *queue, void *item)
{
	return pool_seglist_put(list(queue), item);
}

static enum pool_queue_status try_get(struct pool_queue *queue, void **item)
{
	return pool_seglist_get(list(queue), item);
}

static size_t put_many(struct pool_queue *queue, void *const *items, size_t count)
{
	enum pool_queue_status status;

	return pool_seglist_put_many(list(queue), items, count, &status);
}

static size_t get_many(struct pool_queue *queue, void **items, size_t count)
{
	enum pool_queue_status status;

	return pool_seglist_get_many(list(queue), items, count, &status);
}

static void close_list(struct pool_queue *queue)
{
	pool_seglist_close(list(queue));
}

static size_t count(const struct pool_queue *queue)
{
	return pool_seglist_count(list(queue));
}

const struct pool_queue_ops pool_queue_list = {
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
