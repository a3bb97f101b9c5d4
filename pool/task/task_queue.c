/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/task/task_queue.h"

#include <string.h>

#include "pool/queue/kind.h"
#include "pool/task/counters.h"

static const struct pool_queue_traits *find_traits(const char *name)
{
	for (const struct pool_queue_traits *const *kind = pool_queue_kinds(); *kind; kind++)
		if (strcmp((*kind)->name, name) == 0)
			return *kind;
	return NULL;
}

static const struct pool_queue_traits *traits_of(const struct pool_options *options)
{
	return options->own_queue ? &options->own_queue->traits : find_traits(options->queue);
}

static bool fits(const struct pool_queue_traits *traits)
{
	return traits && traits->many_producers && traits->many_consumers && !traits->same_thread;
}

bool pool_task_queue_fits(const char *queue)
{
	return fits(find_traits(queue));
}

bool pool_task_queue_fits_own(const struct pool_queue_own *own)
{
	return own->traits.name && fits(&own->traits);
}

static enum pool_queue_wait wait_of(enum pool_wait wait)
{
	switch (wait) {
	case POOL_WAIT_SPIN:
		return POOL_QUEUE_SPIN;
	case POOL_WAIT_SPIN_FUTEX:
		return POOL_QUEUE_SPIN_FUTEX;
	case POOL_WAIT_OWN:
	case POOL_WAIT_EVENTCOUNT:
		break;
	}
	return POOL_QUEUE_EVENTCOUNT;
}

int pool_task_queue_open(struct pool_task_queue *task_queue, const struct pool_options *options)
{
	const struct pool_queue_traits *traits = traits_of(options);

	*task_queue = (struct pool_task_queue){.name = traits->name, .own = options->own_queue};
	task_queue->meets = !options->own_queue && strcmp(traits->name, "rendezvous") == 0;
	task_queue->closes_early = traits->bounded || task_queue->meets;
	task_queue->options = (struct pool_queue_options)POOL_QUEUE_OPTIONS_INIT;
	task_queue->options.wait = wait_of(options->wait);
	task_queue->options.capacity = options->queue_capacity;
	if (!task_queue->options.capacity && traits->bounded && !task_queue->meets)
		task_queue->options.capacity = POOL_TASK_QUEUE_CAPACITY;
	return pool_task_queue_reopen(task_queue);
}

int pool_task_queue_reopen(struct pool_task_queue *task_queue)
{
	int error = 0;

	pool_queue_destroy(task_queue->queue);
	if (task_queue->own)
		task_queue->queue =
		    pool_queue_open_own(task_queue->own, &task_queue->options, &error);
	else
		task_queue->queue = pool_queue_open(task_queue->name, &task_queue->options, &error);
	return task_queue->queue ? 0 : error;
}

void pool_task_queue_destroy(struct pool_task_queue *task_queue)
{
	pool_queue_destroy(task_queue->queue);
	*task_queue = (struct pool_task_queue){0};
}

static enum pool_queue_status put(struct pool_task_queue *task_queue, struct pool_task *task,
				  int64_t deadline_ns)
{
	if (task->urgent)
		return pool_queue_put_high(task_queue->queue, task, deadline_ns);
	return pool_queue_put(task_queue->queue, task, deadline_ns);
}

static enum pool_status status_of(enum pool_queue_status status)
{
	switch (status) {
	case POOL_QUEUE_OK:
		return POOL_OK;
	case POOL_QUEUE_CLOSED:
		return POOL_CLOSED;
	case POOL_QUEUE_NO_MEMORY:
		return POOL_NO_MEMORY;
	case POOL_QUEUE_TIMEOUT:
		return POOL_TIMEOUT;
	case POOL_QUEUE_FULL:
	case POOL_QUEUE_EMPTY:
	case POOL_QUEUE_REFUSED: /* of one value, which is the address of no task */
		break;
	}
	return POOL_OVERLOAD;
}

enum pool_status pool_task_queue_put(struct pool_task_queue *task_queue, struct pool *pool,
				     struct pool_task *task, int64_t deadline_ns)
{
	enum pool_queue_status status = put(task_queue, task, 0);

	if (status != POOL_QUEUE_TIMEOUT && status != POOL_QUEUE_FULL)
		return status_of(status);
	if (pool->nonblocking || !pool_may_wait(pool))
		return POOL_OVERLOAD;
	status = put(task_queue, task, deadline_ns);
	pool_stop_waiting(pool);
	return status_of(status);
}

enum pool_status pool_task_queue_put_until(struct pool_task_queue *task_queue,
					   struct pool_task *task, int64_t deadline_ns)
{
	return status_of(put(task_queue, task, deadline_ns));
}

static enum pool_queue_status look_at(enum pool_queue_status status, void *item,
				      struct pool_task **task)
{
	*task =
	    status == POOL_QUEUE_OK && item != (const void *)&pool_queue_wake_item ? item : NULL;
	return status;
}

enum pool_queue_status pool_task_queue_get(struct pool_task_queue *task_queue,
					   struct pool_task **task, int64_t deadline_ns)
{
	void *item = NULL;
	enum pool_queue_status status = pool_queue_get(task_queue->queue, &item, deadline_ns);

	return look_at(status, item, task);
}

enum pool_queue_status pool_task_queue_try_get(struct pool_task_queue *task_queue,
					       struct pool_task **task)
{
	void *item = NULL;
	enum pool_queue_status status = pool_queue_try_get(task_queue->queue, &item);

	return look_at(status, item, task);
}

bool pool_task_queue_wake_getter(struct pool_task_queue *task_queue, int64_t deadline_ns)
{
	return pool_queue_put(task_queue->queue, (void *)&pool_queue_wake_item, deadline_ns) ==
	       POOL_QUEUE_OK;
}

/* Submitters that wait for room return now. In a queue without bound none waits, and it may lose an
 * item that is put during its close: it is closed when no submitter is inside. */
void pool_task_queue_release_putters(struct pool_task_queue *task_queue)
{
	if (task_queue->queue && task_queue->closes_early)
		pool_queue_close(task_queue->queue);
}

void pool_task_queue_close(struct pool_task_queue *task_queue)
{
	if (task_queue->queue)
		pool_queue_close(task_queue->queue);
}
