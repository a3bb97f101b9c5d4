/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/resource/connection_wait_queue.h"

void pool_connection_idle_push(struct pool_connection_idle *list, struct pool_connection *c)
{
	c->newer = NULL;
	c->older = list->newest;
	if (list->newest)
		list->newest->newer = c;
	else
		list->oldest = c;
	list->newest = c;
	list->count++;
}

struct pool_connection *pool_connection_idle_pop_newest(struct pool_connection_idle *list)
{
	struct pool_connection *c = list->newest;

	if (!c)
		return NULL;
	list->newest = c->older;
	if (list->newest)
		list->newest->newer = NULL;
	else
		list->oldest = NULL;
	list->count--;
	return c;
}

struct pool_connection *pool_connection_idle_pop_oldest(struct pool_connection_idle *list)
{
	struct pool_connection *c = list->oldest;

	if (!c)
		return NULL;
	list->oldest = c->newer;
	if (list->oldest)
		list->oldest->older = NULL;
	else
		list->newest = NULL;
	list->count--;
	return c;
}

void pool_connection_wait_queue_join(struct pool_connection_wait_queue *wait_queue,
				     struct pool_connection_waiter *w)
{
	w->next = NULL;
	w->before = wait_queue->last;
	if (wait_queue->last)
		wait_queue->last->next = w;
	else
		wait_queue->first = w;
	wait_queue->last = w;
	wait_queue->count++;
}

void pool_connection_wait_queue_leave(struct pool_connection_wait_queue *wait_queue,
				      struct pool_connection_waiter *w)
{
	if (w->before)
		w->before->next = w->next;
	else
		wait_queue->first = w->next;
	if (w->next)
		w->next->before = w->before;
	else
		wait_queue->last = w->before;
	wait_queue->count--;
}

bool pool_connection_wait_queue_serve(struct pool_connection_wait_queue *wait_queue,
				      struct pool_connection *c)
{
	struct pool_connection_waiter *w = wait_queue->first;

	if (!w)
		return false;
	pool_connection_wait_queue_leave(wait_queue, w);
	w->served = true;
	w->connection = c;
	/* Under the lock: once it is given up, the waiter's stack may be gone. */
	pthread_cond_signal(&w->called);
	return true;
}
