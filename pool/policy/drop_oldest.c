/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/policy/drop_oldest.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>

/* Attempts, with a yield between them, while none of ours is in the pool. */
#define ATTEMPTS 1000

int pool_drop_oldest_check(const struct pool_overload_options *options)
{
	return options->waiting > 0 && options->dropped ? 0 : EINVAL;
}

/* These two with the lock. */
static void append(struct pool_overload *o, struct pool_task *task)
{
	task->next = NULL;
	*(o->first ? &o->last->next : &o->first) = task;
	o->last = task;
	o->waiting++;
}

static struct pool_task *take(struct pool_overload *o)
{
	struct pool_task *task = o->first;

	if (!task)
		return NULL;
	o->first = task->next;
	o->waiting--;
	return task;
}

static void put_back(struct pool_overload *o, struct pool_task *task)
{
	task->next = o->first;
	if (!o->first)
		o->last = task;
	o->first = task;
	o->waiting++;
}

/* Drop the oldest until no more than `most` wait. With the lock, which is let go meanwhile. */
static uint64_t drop_beyond(struct pool_overload *o, uint64_t most)
{
	uint64_t dropped = 0;

	while (o->waiting > most) {
		struct pool_task *task = take(o);

		pthread_mutex_unlock(&o->lock);
		o->options.dropped(task);
		dropped++;
		pthread_mutex_lock(&o->lock);
	}
	atomic_fetch_add_explicit(&o->dropped, dropped, memory_order_relaxed);
	return dropped;
}

/* Put the oldest to the pool. With the lock, which is let go meanwhile. */
static enum pool_status try_oldest(struct pool_overload *o)
{
	struct pool_task *task = take(o);
	enum pool_status status;

	o->inside++;
	pthread_mutex_unlock(&o->lock);
	status = pool_submit(o->pool, task);
	pthread_mutex_lock(&o->lock);
	if (status == POOL_OK)
		return status;
	o->inside--;
	put_back(o, task);
	return status;
}

/* With the lock, which is let go meanwhile. */
static enum pool_status fill_pool(struct pool_overload *o)
{
	enum pool_status status = POOL_OK;
	int attempts = 0;

	while (o->first) {
		status = try_oldest(o);
		if (status == POOL_OK) {
			attempts = 0;
			continue;
		}
		if (status == POOL_CLOSED || o->inside > 0)
			break;
		if (++attempts % ATTEMPTS == 0)
			drop_beyond(o, o->waiting - 1);
		pthread_mutex_unlock(&o->lock);
		sched_yield();
		pthread_mutex_lock(&o->lock);
	}
	return status;
}

enum pool_overload_outcome pool_drop_oldest_submit(struct pool_overload *o, struct pool_task *task,
						   enum pool_status *status)
{
	atomic_fetch_add_explicit(&o->offered, 1, memory_order_relaxed);
	pthread_mutex_lock(&o->lock);
	append(o, task);
	*status = fill_pool(o);
	if (*status != POOL_OK)
		atomic_fetch_add_explicit(&o->waited, 1, memory_order_relaxed);
	drop_beyond(o, o->options.waiting);
	pthread_mutex_unlock(&o->lock);
	return POOL_OVERLOAD_TAKEN;
}

struct pool_task *pool_overload_next(struct pool_overload *o)
{
	struct pool_task *task;

	if (o->ops->submit != pool_drop_oldest_submit)
		return NULL;
	pthread_mutex_lock(&o->lock);
	task = take(o);
	if (!task && o->inside > 0)
		o->inside--;
	pthread_mutex_unlock(&o->lock);
	if (task)
		atomic_fetch_add_explicit(&o->carried, 1, memory_order_relaxed);
	return task;
}

void pool_overload_left(struct pool_overload *o)
{
	pthread_mutex_lock(&o->lock);
	if (o->inside > 0)
		o->inside--;
	pthread_mutex_unlock(&o->lock);
}

uint64_t pool_overload_empty(struct pool_overload *o)
{
	uint64_t dropped;

	pthread_mutex_lock(&o->lock);
	dropped = drop_beyond(o, 0);
	pthread_mutex_unlock(&o->lock);
	return dropped;
}
