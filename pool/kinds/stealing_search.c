/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind "stealing": how a worker finds its next task, and how it sleeps. */
#include "base/clock.h"
#include "base/random.h"
#include "pool/kinds/stealing.h"

#include <errno.h>

#define DEQUE_FIRST 64 /* items; it grows */
#define FAIR_ONE_IN 61
#define MEET_NS     INT64_C(1000000)

static struct pool_stealing *stealing_of(struct pool_worker *worker)
{
	return (struct pool_stealing *)worker->workers;
}

/* -- finding ---------------------------------------------------------------------------------- */

static struct pool_task *get_injected(struct pool_stealing *stealing)
{
	struct pool_workers *workers = &stealing->workers;
	struct pool_task *task = NULL;
	bool more;

	if (!pool_workers_have_task_queue(workers))
		return pool_fifo_get(&workers->queue, &more);
	pool_task_queue_try_get(&workers->task_queue, &task);
	return task;
}

static struct pool_task *pop(struct pool_stealing_worker *own)
{
	void *item;

	return pool_deque_pop(&own->deque, &item) ? item : NULL;
}

static struct pool_task *steal_from(struct pool_stealing_worker *victim)
{
	enum pool_deque_steal status;
	void *item;

	do {
		status = pool_deque_steal(&victim->deque, &item);
	} while (status == POOL_DEQUE_LOST);
	return status == POOL_DEQUE_STOLEN ? item : NULL;
}

static struct pool_task *steal(struct pool_stealing *stealing, struct pool_stealing_worker *own)
{
	uint32_t count = atomic_load_explicit(&stealing->ready, memory_order_acquire);
	uint32_t first = (uint32_t)((random_splitmix(&own->random) >> 32) * count >> 32);
	struct pool_task *task = NULL;

	for (uint32_t i = 0; i < count && !task; i++) {
		struct pool_stealing_worker *victim = &stealing->parts[(first + i) % count];

		if (victim != own)
			task = steal_from(victim);
	}
	return task;
}

static struct pool_task *find_elsewhere(struct pool_worker *worker)
{
	struct pool_stealing *stealing = stealing_of(worker);
	struct pool_task *task = get_injected(stealing);

	return task ? task : steal(stealing, pool_stealing_worker_of(worker));
}

static bool any_task(struct pool_stealing *stealing)
{
	struct pool_workers *workers = &stealing->workers;
	uint32_t count = atomic_load_explicit(&stealing->ready, memory_order_acquire);

	if (pool_workers_have_task_queue(workers) ? pool_queue_count(workers->task_queue.queue) > 0
						  : pool_fifo_any(&workers->queue))
		return true;
	for (uint32_t i = 0; i < count; i++)
		if (pool_deque_count(&stealing->parts[i].deque) > 0)
			return true;
	return false;
}

/* -- searching and sleeping ------------------------------------------------------------------- */

static void start_search(struct pool_stealing *stealing, struct pool_stealing_worker *own)
{
	if (!own->searching)
		atomic_fetch_add(&stealing->searching, 1);
	own->searching = true;
}

/* Returns whether it was the last. */
static bool end_search(struct pool_stealing *stealing, struct pool_stealing_worker *own)
{
	bool searched = own->searching;

	own->searching = false;
	return searched && atomic_fetch_sub(&stealing->searching, 1) == 1;
}

/* A searching worker has found a task: submitters that come now see that no worker searches; those
 * that came before may have relied on this one. */
static void found(struct pool_stealing *stealing, struct pool_stealing_worker *own)
{
	if (!own->searching)
		return;
	pool_sample_queued(&stealing->workers.pool);
	if (end_search(stealing, own)) {
		atomic_thread_fence(memory_order_seq_cst);
		if (any_task(stealing))
			pool_stealing_wake_one(stealing);
	}
}

/* Take a task from a submitter that waits in a queue without room. */
static struct pool_task *meet(struct pool_stealing *stealing)
{
	struct pool_task *task = NULL;

	if (atomic_load(&stealing->meeting))
		pool_task_queue_get(&stealing->workers.task_queue, &task, clock_now() + MEET_NS);
	return task;
}

/* Sleep, unless there is a task after all. */
static struct pool_task *wait_idle(struct pool_worker *worker)
{
	struct pool_stealing *stealing = stealing_of(worker);
	struct pool_workers *workers = worker->workers;
	struct pool_stealing_worker *own = pool_stealing_worker_of(worker);
	struct pool_task *task;
	uint32_t key;

	end_search(stealing, own);
	pool_count(&workers->pool.idle, 1);
	key = pool_eventcount_prepare(&stealing->sleepers);
	task = find_elsewhere(worker);
	if (task || atomic_load(&workers->dismissed) || atomic_load(&workers->leaving) ||
	    atomic_load(&stealing->meeting))
		pool_eventcount_cancel(&stealing->sleepers);
	else
		pool_eventcount_wait(&stealing->sleepers, key, INT64_MAX);
	pool_count(&workers->pool.idle, -1);
	start_search(stealing, own);
	return task ? task : meet(stealing);
}

/* The worker leaves, maybe instead of looking for what it was woken for. */
static void leave(struct pool_worker *worker)
{
	struct pool_stealing *stealing = stealing_of(worker);

	end_search(stealing, pool_stealing_worker_of(worker));
	pool_stealing_wake_one(stealing);
}

static struct pool_task *look(struct pool_worker *worker)
{
	struct pool_stealing_worker *own = pool_stealing_worker_of(worker);
	struct pool_task *task = NULL;

	if (++own->looks % FAIR_ONE_IN == 0)
		task = get_injected(stealing_of(worker));
	return task ? task : pop(own);
}

static struct pool_task *next(struct pool_worker *worker)
{
	struct pool_stealing *stealing = stealing_of(worker);
	struct pool_stealing_worker *own = pool_stealing_worker_of(worker);
	struct pool_task *task = look(worker);

	while (!task) {
		bool dismissed = atomic_load(&worker->workers->dismissed);

		/* Its own deque is empty, and will stay so. */
		if (pool_workers_may_leave(worker)) {
			leave(worker);
			return NULL;
		}
		start_search(stealing, own);
		task = find_elsewhere(worker);
		if (!task && dismissed) {
			leave(worker);
			return NULL;
		}
		if (!task)
			task = wait_idle(worker);
	}
	found(stealing, own);
	return task;
}

static void unpark(struct pool_workers *workers)
{
	pool_stealing_wake_one((struct pool_stealing *)workers);
}

static void dismiss(struct pool_workers *workers)
{
	struct pool_stealing *stealing = (struct pool_stealing *)workers;

	pool_task_queue_close(&workers->task_queue);
	pool_eventcount_notify(&stealing->sleepers, UINT32_MAX);
}

/* Places are used from the first one on; a deque stays when its worker has left. Only one thread at
 * a time starts workers. */
static int prepare(struct pool_worker *worker)
{
	struct pool_stealing *stealing = stealing_of(worker);
	uint32_t place = (uint32_t)(worker - worker->workers->idle_stack.table);

	if (place >= POOL_STEALING_MAX)
		return EAGAIN;
	for (uint32_t ready; (ready = atomic_load(&stealing->ready)) <= place;) {
		struct pool_stealing_worker *own = &stealing->parts[ready];
		int error = pool_deque_init(&own->deque, DEQUE_FIRST, 0);

		if (error)
			return error;
		own->random = ready;
		atomic_store_explicit(&stealing->ready, ready + 1, memory_order_release);
	}
	return 0;
}

const struct pool_workers_source pool_stealing_source = {
    .prepare = prepare,
    .next = next,
    .unpark = unpark,
    .dismiss = dismiss,
};
