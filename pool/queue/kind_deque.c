/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The deque behind the common face: the thread that puts first is its owner. */
#include <pthread.h>

#include "pool/queue/deque.h"
#include "pool/queue/kind.h"

#define FIRST_ROOM 64

struct owned_deque {
	struct queue queue; /* must be first */
	struct deque deque;
	_Atomic uintptr_t owner; /* its pthread_self(); 0: nobody has put yet */
};

static struct owned_deque *owned(const struct queue *queue)
{
	return (struct owned_deque *)queue;
}

static int init(struct queue *queue, const struct queue_options *options)
{
	atomic_init(&owned(queue)->owner, 0);
	return deque_init(&owned(queue)->deque, options->capacity ? options->capacity : FIRST_ROOM,
			  0);
}

static void destroy(struct queue *queue)
{
	deque_destroy(&owned(queue)->deque);
}

static enum queue_status try_put(struct queue *queue, void *item)
{
	struct owned_deque *o = owned(queue);

	if (queue_closed(queue))
		return QUEUE_CLOSED;
	/* Relaxed: only the thread itself can find its own id here. */
	if (!atomic_load_explicit(&o->owner, memory_order_relaxed))
		atomic_store_explicit(&o->owner, (uintptr_t)pthread_self(), memory_order_relaxed);
	return deque_push(&o->deque, item) ? QUEUE_OK : QUEUE_NO_MEMORY;
}

static bool take(struct owned_deque *o, void **item)
{
	enum deque_steal end;

	if (atomic_load_explicit(&o->owner, memory_order_relaxed) == (uintptr_t)pthread_self())
		return deque_pop(&o->deque, item);
	do
		end = deque_steal(&o->deque, item);
	while (end == DEQUE_LOST);
	return end == DEQUE_STOLEN;
}

static enum queue_status try_get(struct queue *queue, void **item)
{
	if (take(owned(queue), item))
		return QUEUE_OK;
	if (!queue_closed(queue))
		return QUEUE_EMPTY;
	/* What was put before it was closed may have come after the first look. */
	return take(owned(queue), item) ? QUEUE_OK : QUEUE_CLOSED;
}

static size_t count(const struct queue *queue)
{
	return deque_count(&owned(queue)->deque);
}

const struct queue_ops queue_deque = {
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
