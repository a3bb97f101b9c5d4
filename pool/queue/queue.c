/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/queue/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pool/queue/attempt.h"
#include "pool/queue/kind.h"

#define KINDS 8

static const struct queue_ops *const kinds[KINDS] = {
    &queue_mutex,   &queue_rendezvous, &queue_spsc,     &queue_mpmc,
    &queue_channel, &queue_list,       &queue_priority, &queue_deque,
};

const struct queue_traits *const *queue_kinds(void)
{
	static const struct queue_traits *const traits[KINDS + 1] = {
	    &queue_mutex.traits,    &queue_rendezvous.traits, &queue_spsc.traits,
	    &queue_mpmc.traits,     &queue_channel.traits,    &queue_list.traits,
	    &queue_priority.traits, &queue_deque.traits,      NULL,
	};

	return traits;
}

const struct queue_traits *queue_traits(const struct queue *queue)
{
	return &queue->ops->traits;
}

static const struct queue_ops *find(const char *name)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kinds[i]->traits.name, name) == 0)
			return kinds[i];
	return NULL;
}

struct queue *queue_open(const char *name, const struct queue_options *options, int *error)
{
	const struct queue_ops *ops = name ? find(name) : NULL;
	struct queue *queue = NULL;

	*error = EINVAL;
	if (!ops || !options || options->wait > QUEUE_SPIN ||
	    options->capacity > QUEUE_CAPACITY_MAX)
		return NULL;
	*error = ENOMEM;
	/* Its parts are aligned to lines, and so are the sizes of structs with such parts. */
	queue = aligned_alloc(QUEUE_LINE, ops->size);
	if (!queue)
		return NULL;
	memset(queue, 0, ops->size);
	queue->ops = ops;
	queue->wait = options->wait;
	atomic_init(&queue->closed, false);
	eventcount_init(&queue->gettable);
	eventcount_init(&queue->puttable);
	*error = ops->init(queue, options);
	if (*error) {
		free(queue);
		return NULL;
	}
	return queue;
}

void queue_destroy(struct queue *queue)
{
	if (!queue)
		return;
	queue->ops->destroy(queue);
	free(queue);
}

static enum queue_status put_by(struct queue *queue,
				enum queue_status (*try_put)(struct queue *queue, void *item),
				void *item, int64_t deadline_ns)
{
	enum queue_status status = try_put(queue, item);

	if (status == QUEUE_FULL)
		status = attempt_wait(queue, &(struct attempt){.put = try_put, .item = item},
				      deadline_ns);
	if (status == QUEUE_OK)
		queue_notify_getters(queue, 1);
	return status;
}

enum queue_status queue_try_put(struct queue *queue, void *item)
{
	enum queue_status status = queue->ops->try_put(queue, item);

	if (status == QUEUE_OK)
		queue_notify_getters(queue, 1);
	return status;
}

enum queue_status queue_put(struct queue *queue, void *item, int64_t deadline_ns)
{
	if (queue->ops->put)
		return queue->ops->put(queue, item, deadline_ns);
	return put_by(queue, queue->ops->try_put, item, deadline_ns);
}

enum queue_status queue_put_high(struct queue *queue, void *item, int64_t deadline_ns)
{
	if (!queue->ops->try_put_high)
		return queue_put(queue, item, deadline_ns);
	return put_by(queue, queue->ops->try_put_high, item, deadline_ns);
}

enum queue_status queue_try_get(struct queue *queue, void **item)
{
	enum queue_status status = queue->ops->try_get(queue, item);

	if (status == QUEUE_OK)
		queue_notify_putters(queue, 1);
	return status;
}

enum queue_status queue_get(struct queue *queue, void **item, int64_t deadline_ns)
{
	enum queue_status status;

	if (queue->ops->get)
		return queue->ops->get(queue, item, deadline_ns);
	status = queue->ops->try_get(queue, item);
	if (status == QUEUE_EMPTY)
		status = attempt_wait(queue, &(struct attempt){.got = item}, deadline_ns);
	if (status == QUEUE_OK)
		queue_notify_putters(queue, 1);
	return status;
}

size_t queue_put_many(struct queue *queue, void *const *items, size_t count,
		      enum queue_status *status)
{
	const struct queue_ops *ops = queue->ops;
	enum queue_status last = QUEUE_OK;
	size_t done = 0;

	while (done < count && last == QUEUE_OK) {
		size_t some = ops->put_many ? ops->put_many(queue, items + done, count - done) : 0;

		/* A single one that does not go, either, says why. */
		if (!some) {
			last = ops->try_put(queue, items[done]);
			some = last == QUEUE_OK;
		}
		done += some;
	}
	queue_notify_getters(queue, done);
	if (status)
		*status = last;
	return done;
}

size_t queue_get_many(struct queue *queue, void **items, size_t count, enum queue_status *status)
{
	const struct queue_ops *ops = queue->ops;
	enum queue_status last = QUEUE_OK;
	size_t done = 0;

	while (done < count && last == QUEUE_OK) {
		size_t some = ops->get_many ? ops->get_many(queue, items + done, count - done) : 0;

		if (!some) {
			last = ops->try_get(queue, items + done);
			some = last == QUEUE_OK;
		}
		done += some;
	}
	queue_notify_putters(queue, done);
	if (status)
		*status = last;
	return done;
}

void queue_close(struct queue *queue)
{
	atomic_store_explicit(&queue->closed, true, memory_order_release);
	if (queue->ops->close)
		queue->ops->close(queue);
	queue_notify_getters(queue, SIZE_MAX);
	queue_notify_putters(queue, SIZE_MAX);
}

size_t queue_count(const struct queue *queue)
{
	return queue->ops->count(queue);
}

size_t queue_capacity(const struct queue *queue)
{
	return queue->ops->capacity ? queue->ops->capacity(queue) : SIZE_MAX;
}

const char *queue_status_text(enum queue_status status)
{
	static const char *const texts[] = {
	    [QUEUE_OK] = "ok",
	    [QUEUE_FULL] = "full",
	    [QUEUE_EMPTY] = "empty",
	    [QUEUE_CLOSED] = "closed",
	    [QUEUE_TIMEOUT] = "timed out",
	    [QUEUE_NO_MEMORY] = "no memory",
	    [QUEUE_REFUSED] = "refused",
	};

	return status < sizeof(texts) / sizeof(*texts) ? texts[status] : "unknown";
}
