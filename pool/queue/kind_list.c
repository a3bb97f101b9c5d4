/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/kind.h"
#include "pool/queue/seglist.h"

static int init(struct pool_queue *queue, const struct pool_queue_options *options)
{
	(void)options; /* it grows as it is filled */
	return pool_seglist_init(pool_queue_part(queue), 0);
}

static void destroy(struct pool_queue *queue)
{
	pool_seglist_destroy(pool_queue_part(queue));
}

static enum pool_queue_status try_put(struct pool_queue *queue, void *item)
{
	return pool_seglist_put(pool_queue_part(queue), item);
}

static enum pool_queue_status try_get(struct pool_queue *queue, void **item)
{
	return pool_seglist_get(pool_queue_part(queue), item);
}

static size_t put_many(struct pool_queue *queue, void *const *items, size_t count)
{
	enum pool_queue_status status;

	return pool_seglist_put_many(pool_queue_part(queue), items, count, &status);
}

static size_t get_many(struct pool_queue *queue, void **items, size_t count)
{
	enum pool_queue_status status;

	return pool_seglist_get_many(pool_queue_part(queue), items, count, &status);
}

static void close_list(struct pool_queue *queue)
{
	pool_seglist_close(pool_queue_part(queue));
}

static size_t count(const struct pool_queue *queue)
{
	return pool_seglist_count(pool_queue_part(queue));
}

const struct pool_queue_ops pool_queue_list = {
    .traits = {.name = "list",
	       .about = "an unbounded FIFO of segments that are used again",
	       .many_producers = true,
	       .many_consumers = true,
	       .fifo = true},
    .size = sizeof(struct pool_seglist),
    .init = init,
    .destroy = destroy,
    .try_put = try_put,
    .try_get = try_get,
    .put_many = put_many,
    .get_many = get_many,
    .close = close_list,
    .count = count,
};
