/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/task/fifo.h"

void pool_fifo_init(struct pool_fifo *fifo)
{
	atomic_init(&fifo->inbox, NULL);
	atomic_init(&fifo->front, NULL);
	pthread_mutex_init(&fifo->lock, NULL);
}

void pool_fifo_destroy(struct pool_fifo *fifo)
{
	pthread_mutex_destroy(&fifo->lock);
}

/* There is no ABA here: the only way out of the inbox takes all of it. */
void pool_fifo_put(struct pool_fifo *fifo, struct pool_task *task)
{
	struct pool_task *newest = atomic_load_explicit(&fifo->inbox, memory_order_relaxed);

	do {
		task->next = newest;
	} while (!atomic_compare_exchange_weak(&fifo->inbox, &newest, task));
}

static struct pool_task *turn_round(struct pool_task *newest_first)
{
	struct pool_task *oldest_first = NULL;

	while (newest_first) {
		struct pool_task *older = newest_first->next;

		newest_first->next = oldest_first;
		oldest_first = newest_first;
		newest_first = older;
	}
	return oldest_first;
}

struct pool_task *pool_fifo_get(struct pool_fifo *fifo, bool *more)
{
	struct pool_task *task;

	pthread_mutex_lock(&fifo->lock);
	task = atomic_load_explicit(&fifo->front, memory_order_relaxed);
	if (!task && atomic_load(&fifo->inbox))
		task = turn_round(atomic_exchange(&fifo->inbox, NULL));
	if (task)
		atomic_store(&fifo->front, task->next);
	pthread_mutex_unlock(&fifo->lock);
	*more = task && pool_fifo_any(fifo);
	return task;
}

bool pool_fifo_any(struct pool_fifo *fifo)
{
	return atomic_load(&fifo->inbox) || atomic_load(&fifo->front);
}
