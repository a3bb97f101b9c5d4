/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pool/queue/attempt.h"
#include "pool/queue/kind.h"

#define KINDS 8

const char pool_queue_wake_item = 0;

static const struct pool_queue_ops *const kinds[KINDS] = {
    &pool_queue_mutex,   &pool_queue_rendezvous, &pool_queue_spsc,     &pool_queue_mpmc,
    &pool_queue_channel, &pool_queue_list,       &pool_queue_priority, &pool_queue_deque,
};

const struct pool_queue_traits *const *pool_queue_kinds(void)
{
	static const struct pool_queue_traits *const traits[KINDS + 1] = {
	    &pool_queue_mutex.traits,    &pool_queue_rendezvous.traits, &pool_queue_spsc.traits,
	    &pool_queue_mpmc.traits,     &pool_queue_channel.traits,    &pool_queue_list.traits,
	    &pool_queue_priority.traits, &pool_queue_deque.traits,      NULL,
	};

	return traits;
}

const struct pool_queue_traits *pool_queue_traits(const struct pool_queue *queue)
{
	return &queue->ops->traits;
}

static const struct pool_queue_ops *find(const char *name)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kinds[i]->traits.name, name) == 0)
			return kinds[i];
	return NULL;
}

struct pool_queue *pool_queue_make(const struct pool_queue_ops *ops,
				   const struct pool_queue_options *options, int *error)
{
	struct pool_queue *queue;
	size_t size;

	*error = EINVAL;
	if (!ops || !options || options->wait > POOL_QUEUE_SPIN ||
	    options->capacity > POOL_QUEUE_CAPACITY_MAX)
		return NULL;
	*error = ENOMEM;
	size =
	    (sizeof(*queue) + ops->size + POOL_QUEUE_LINE - 1) / POOL_QUEUE_LINE * POOL_QUEUE_LINE;
	queue = aligned_alloc(POOL_QUEUE_LINE, size);
	if (!queue)
		return NULL;
	memset(queue, 0, size);
	queue->ops = ops;
	queue->wait = options->wait;
	atomic_init(&queue->closed, false);
	pool_eventcount_init(&queue->gettable);
	pool_eventcount_init(&queue->puttable);
	return queue;
}

struct pool_queue *pool_queue_begin(struct pool_queue *queue,
				    const struct pool_queue_options *options, int *error)
{
	*error = queue->ops->init(queue, options);
	if (!*error)
		return queue;
	free(queue);
	return NULL;
}

struct pool_queue *pool_queue_open(const char *name, const struct pool_queue_options *options,
				   int *error)
{
	struct pool_queue *queue = pool_queue_make(name ? find(name) : NULL, options, error);

	return queue ? pool_queue_begin(queue, options, error) : NULL;
}

void pool_queue_destroy(struct pool_queue *queue)
{
	if (!queue)
		return;
	queue->ops->destroy(queue);
	free(queue);
}

static enum pool_queue_status put_by(struct pool_queue *queue,
				     enum pool_queue_status (*try_put)(struct pool_queue *queue,
								       void *item),
				     void *item, int64_t deadline_ns)
{
	enum pool_queue_status status = try_put(queue, item);

	if (status == POOL_QUEUE_FULL)
		status = pool_attempt_wait(
		    queue, &(struct pool_attempt){.put = try_put, .item = item}, deadline_ns);
	if (status == POOL_QUEUE_OK)
		pool_queue_notify_getters(queue, 1);
	return status;
}

enum pool_queue_status pool_queue_try_put(struct pool_queue *queue, void *item)
{
	enum pool_queue_status status = queue->ops->try_put(queue, item);

	if (status == POOL_QUEUE_OK)
		pool_queue_notify_getters(queue, 1);
	return status;
}

enum pool_queue_status pool_queue_put(struct pool_queue *queue, void *item, int64_t deadline_ns)
{
	if (queue->ops->put)
		return queue->ops->put(queue, item, deadline_ns);
	return put_by(queue, queue->ops->try_put, item, deadline_ns);
}

enum pool_queue_status pool_queue_put_high(struct pool_queue *queue, void *item,
					   int64_t deadline_ns)
{
	if (!queue->ops->try_put_high)
		return pool_queue_put(queue, item, deadline_ns);
	return put_by(queue, queue->ops->try_put_high, item, deadline_ns);
}

enum pool_queue_status pool_queue_try_get(struct pool_queue *queue, void **item)
{
	enum pool_queue_status status = queue->ops->try_get(queue, item);

	if (status == POOL_QUEUE_OK)
		pool_queue_notify_putters(queue, 1);
	return status;
}

enum pool_queue_status pool_queue_get(struct pool_queue *queue, void **item, int64_t deadline_ns)
{
	enum pool_queue_status status;

	if (queue->ops->get)
		return queue->ops->get(queue, item, deadline_ns);
	status = queue->ops->try_get(queue, item);
	if (status == POOL_QUEUE_EMPTY)
		status = pool_attempt_wait(queue, &(struct pool_attempt){.got = item}, deadline_ns);
	if (status == POOL_QUEUE_OK)
		pool_queue_notify_putters(queue, 1);
	return status;
}

size_t pool_queue_put_many(struct pool_queue *queue, void *const *items, size_t count,
			   enum pool_queue_status *status)
{
	const struct pool_queue_ops *ops = queue->ops;
	enum pool_queue_status last = POOL_QUEUE_OK;
	size_t done = 0;

	while (done < count && last == POOL_QUEUE_OK) {
		size_t some = ops->put_many ? ops->put_many(queue, items + done, count - done) : 0;

		/* Where nothing was put, the put of a single item returns the reason. */
		if (!some) {
			last = ops->try_put(queue, items[done]);
			some = last == POOL_QUEUE_OK;
		}
		done += some;
	}
	pool_queue_notify_getters(queue, done);
	if (status)
		*status = last;
	return done;
}

size_t pool_queue_get_many(struct pool_queue *queue, void **items, size_t count,
			   enum pool_queue_status *status)
{
	const struct pool_queue_ops *ops = queue->ops;
	enum pool_queue_status last = POOL_QUEUE_OK;
	size_t done = 0;

	while (done < count && last == POOL_QUEUE_OK) {
		size_t some = ops->get_many ? ops->get_many(queue, items + done, count - done) : 0;

		if (!some) {
			last = ops->try_get(queue, items + done);
			some = last == POOL_QUEUE_OK;
		}
		done += some;
	}
	pool_queue_notify_putters(queue, done);
	if (status)
		*status = last;
	return done;
}

void pool_queue_close(struct pool_queue *queue)
{
	atomic_store_explicit(&queue->closed, true, memory_order_release);
	if (queue->ops->close)
		queue->ops->close(queue);
	pool_queue_notify_getters(queue, SIZE_MAX);
	pool_queue_notify_putters(queue, SIZE_MAX);
}

size_t pool_queue_count(const struct pool_queue *queue)
{
	return queue->ops->count(queue);
}

size_t pool_queue_capacity(const struct pool_queue *queue)
{
	return queue->ops->capacity ? queue->ops->capacity(queue) : SIZE_MAX;
}

const char *pool_queue_status_text(enum pool_queue_status status)
{
	static const char *const texts[] = {
	    [POOL_QUEUE_OK] = "ok",
	    [POOL_QUEUE_FULL] = "full",
	    [POOL_QUEUE_EMPTY] = "empty",
	    [POOL_QUEUE_CLOSED] = "closed",
	    [POOL_QUEUE_TIMEOUT] = "timed out",
	    [POOL_QUEUE_NO_MEMORY] = "no memory",
	    [POOL_QUEUE_REFUSED] = "refused",
	};

	return status < sizeof(texts) / sizeof(*texts) ? texts[status] : "unknown";
}
