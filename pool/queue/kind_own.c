/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A queue of the caller's (struct pool_queue_own) behind the one face. Closing is done here, so
 * that it knows nothing of it: a put is counted while it is inside, and a get says that the queue
 * is closed when no put is inside and the caller's queue, looked at once more, is empty. The item
 * that wakes a getter does not go through the caller's queue either, which may look at its items.
 */
#include <errno.h>
#include <stdalign.h>

#include "pool/queue/kind.h"

/* What it says of puts, in one word: they are refused; how many are inside. */
#define CLOSED     1u
#define ONE_INSIDE 2u

struct own {
	struct pool_queue_ops ops; /* of this queue: the caller's traits and size */
	const struct pool_queue_own *own;
	alignas(POOL_QUEUE_LINE) atomic_uint puts;
	atomic_size_t wakes;                  /* items that wake a getter */
	alignas(POOL_QUEUE_LINE) char rest[]; /* the caller's part */
};

static struct own *part_of(const struct pool_queue *queue)
{
	_Static_assert(sizeof(*queue) % POOL_QUEUE_LINE == 0, "what follows begins a line");
	return pool_queue_part(queue);
}

static int init(struct pool_queue *queue, const struct pool_queue_options *options)
{
	struct own *part = part_of(queue);

	return part->own->init ? part->own->init(part->rest, options->capacity) : 0;
}

static void destroy(struct pool_queue *queue)
{
	struct own *part = part_of(queue);

	if (part->own->destroy)
		part->own->destroy(part->rest);
}

static enum pool_queue_status
put_by(struct pool_queue *queue, enum pool_queue_status (*put)(void *own, void *item), void *item)
{
	struct own *part = part_of(queue);
	enum pool_queue_status status = POOL_QUEUE_CLOSED;

	if (item == (const void *)&pool_queue_wake_item) {
		atomic_fetch_add(&part->wakes, 1);
		return POOL_QUEUE_OK;
	}
	if (!(atomic_fetch_add(&part->puts, ONE_INSIDE) & CLOSED))
		status = put(part->rest, item);
	/* A getter that found it inside sleeps: it is to look again. */
	if (atomic_fetch_sub(&part->puts, ONE_INSIDE) & CLOSED)
		pool_queue_notify_getters(queue, SIZE_MAX);
	return status;
}

static enum pool_queue_status try_put(struct pool_queue *queue, void *item)
{
	return put_by(queue, part_of(queue)->own->try_put, item);
}

static enum pool_queue_status try_put_high(struct pool_queue *queue, void *item)
{
	return put_by(queue, part_of(queue)->own->try_put_high, item);
}

static bool take_wake(struct own *part)
{
	size_t wakes = atomic_load(&part->wakes);

	while (wakes)
		if (atomic_compare_exchange_weak(&part->wakes, &wakes, wakes - 1))
			return true;
	return false;
}

static enum pool_queue_status try_get(struct pool_queue *queue, void **item)
{
	struct own *part = part_of(queue);
	enum pool_queue_status status;
	bool closed;

	if (take_wake(part)) {
		*item = (void *)&pool_queue_wake_item;
		return POOL_QUEUE_OK;
	}
	closed = atomic_load(&part->puts) == CLOSED;
	status = part->own->try_get(part->rest, item);
	return status == POOL_QUEUE_EMPTY && closed ? POOL_QUEUE_CLOSED : status;
}

static void close_own(struct pool_queue *queue)
{
	atomic_fetch_or(&part_of(queue)->puts, CLOSED);
}

static size_t count(const struct pool_queue *queue)
{
	struct own *part = part_of(queue);

	return part->own->count(part->rest) + atomic_load(&part->wakes);
}

static size_t capacity(const struct pool_queue *queue)
{
	struct own *part = part_of(queue);

	return part->own->capacity(part->rest);
}

struct pool_queue *pool_queue_open_own(const struct pool_queue_own *own,
				       const struct pool_queue_options *options, int *error)
{
	struct pool_queue_ops ops = {
	    .init = init,
	    .destroy = destroy,
	    .try_put = try_put,
	    .try_get = try_get,
	    .close = close_own,
	    .count = count,
	};
	struct pool_queue *queue;
	struct own *part;

	*error = EINVAL;
	if (!own || !own->traits.name || !own->try_put || !own->try_get || !own->count ||
	    own->traits.same_thread || own->size > POOL_QUEUE_CAPACITY_MAX)
		return NULL;
	ops.traits = own->traits;
	ops.size = sizeof(*part) + own->size;
	ops.capacity = own->capacity ? capacity : NULL;
	ops.try_put_high = own->try_put_high ? try_put_high : NULL;
	queue = pool_queue_make(&ops, options, error);
	if (!queue)
		return NULL;
	part = part_of(queue);
	part->ops = ops;
	part->own = own;
	queue->ops = &part->ops;
	return pool_queue_begin(queue, options, error);
}
