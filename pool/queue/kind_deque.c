/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The deque behind queue.h: the thread that puts first is its owner. */
#include <pthread.h>

#include "pool/queue/deque.h"
#include "pool/queue/kind.h"

#define FIRST_ROOM 64

struct owned_deque {
	struct pool_deque deque;
	_Atomic uintptr_t owner; /* its pthread_self(); 0: no thread has put yet */
};

static struct owned_deque *owned(const struct pool_queue *queue)
{
	return pool_queue_part(queue);
}

static int init(struct pool_queue *queue, const struct pool_queue_options *options)
{
	atomic_init(&owned(queue)->owner, 0);
	return pool_deque_init(&owned(queue)->deque,
			       options->capacity ? options->capacity : FIRST_ROOM, 0);
}

static void destroy(struct pool_queue *queue)
{
	pool_deque_destroy(&owned(queue)->deque);
}

static enum pool_queue_status try_put(struct pool_queue *queue, void *item)
{
	struct owned_deque *o = owned(queue);

	if (pool_queue_closed(queue))
		return POOL_QUEUE_CLOSED;
	/* Relaxed: only the thread itself can find its own id here. */
	if (!atomic_load_explicit(&o->owner, memory_order_relaxed))
		atomic_store_explicit(&o->owner, (uintptr_t)pthread_self(), memory_order_relaxed);
	return pool_deque_push(&o->deque, item) ? POOL_QUEUE_OK : POOL_QUEUE_NO_MEMORY;
}

static bool take(struct owned_deque *o, void **item)
{
	enum pool_deque_steal end;

	if (atomic_load_explicit(&o->owner, memory_order_relaxed) == (uintptr_t)pthread_self())
		return pool_deque_pop(&o->deque, item);
	do
		end = pool_deque_steal(&o->deque, item);
	while (end == POOL_DEQUE_LOST);
	return end == POOL_DEQUE_STOLEN;
}

static enum pool_queue_status try_get(struct pool_queue *queue, void **item)
{
	if (take(owned(queue), item))
		return POOL_QUEUE_OK;
	if (!pool_queue_closed(queue))
		return POOL_QUEUE_EMPTY;
	/* What was put before it was closed may have come after the first look. */
	return take(owned(queue), item) ? POOL_QUEUE_OK : POOL_QUEUE_CLOSED;
}

static size_t count(const struct pool_queue *queue)
{
	return pool_deque_count(&owned(queue)->deque);
}

const struct pool_queue_ops pool_queue_deque = {
    .traits = {.name = "deque",
	       .about =
		   "work-stealing: one owner puts, and gets the newest; all others get the oldest",
	       .many_consumers = true,
	       .same_thread = true},
    .size = sizeof(struct owned_deque),
    .init = init,
    .destroy = destroy,
    .try_put = try_put,
    .try_get = try_get,
    .count = count,
};
