/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind "elastic": up to `capacity` workers, made when they are needed, ended when they have
 * been idle too long. */
#include "pool/kinds/elastic.h"
#include "pool/kinds/kinds.h"

#include <errno.h>

/* The first waiter, where there is room for it now. NULL: none, or no room. */
static struct pool_waiter *next_to_serve(struct pool_elastic *elastic,
					 enum pool_admission_result *entry)
{
	struct pool_waiter *waiter = NULL;

	pthread_mutex_lock(&elastic->wait_queue.lock);
	if (elastic->wait_queue.first) {
		*entry = pool_admission_enter(&elastic->admission, false);
		if (*entry != POOL_ADMISSION_FULL)
			waiter = pool_wait_queue_pop(&elastic->wait_queue);
	}
	pthread_mutex_unlock(&elastic->wait_queue.lock);
	return waiter;
}

/* A thread calls this after it has made room, and after it has joined the queue, so that one of the
 * two sees the other. */
static void serve_waiters(struct pool_elastic *elastic)
{
	struct pool_waiter *waiter;
	enum pool_admission_result entry;

	while (pool_wait_queue_any(&elastic->wait_queue) &&
	       (waiter = next_to_serve(elastic, &entry))) {
		if (entry == POOL_ADMISSION_TASK) {
			pool_workers_put(&elastic->workers, waiter->task);
			pool_waiter_end(waiter, POOL_WAITER_SERVED);
		} else {
			pool_waiter_end(waiter, POOL_WAITER_MAY_START);
		}
	}
}

/* The task and a new worker are admitted. Where no thread can be made, the next waiter tries: there
 * may be no other worker that would ever serve it. */
static enum pool_status start_for(struct pool_elastic *elastic, struct pool_task *task)
{
	if (pool_workers_add(&elastic->workers) != 0) {
		atomic_fetch_sub(&elastic->admission.word,
				 POOL_ADMISSION_ONE_TASK + POOL_ADMISSION_ONE_WORKER);
		serve_waiters(elastic);
		return POOL_NO_THREAD;
	}
	pool_workers_put(&elastic->workers, task);
	return POOL_OK;
}

static enum pool_status wait_in_queue(struct pool_elastic *elastic, struct pool_task *task,
				      int64_t deadline_ns)
{
	struct pool_waiter waiter = {.task = task};
	enum pool_status status =
	    pool_wait_queue_join(&elastic->wait_queue, &waiter, elastic->workers.pool.max_waiters);
	enum pool_waiter_end end;

	if (status != POOL_OK)
		return status;
	serve_waiters(elastic);
	end = pool_wait_queue_wait(&elastic->wait_queue, &waiter, deadline_ns);
	return end == POOL_WAITER_MAY_START ? start_for(elastic, task) : pool_waiter_status(end);
}

enum pool_status pool_elastic_submit(struct pool *pool, struct pool_task *task, int64_t deadline_ns)
{
	struct pool_elastic *elastic = (struct pool_elastic *)pool;

	if (pool_workers_have_task_queue(&elastic->workers))
		return pool_elastic_submit_to_queue(elastic, task, deadline_ns);
	if (pool_wait_queue_any(&elastic->wait_queue))
		return wait_in_queue(elastic, task, deadline_ns); /* no overtaking */
	switch (pool_admission_enter(&elastic->admission, false)) {
	case POOL_ADMISSION_TASK:
		pool_workers_put(&elastic->workers, task);
		return POOL_OK;
	case POOL_ADMISSION_TASK_AND_WORKER:
		return start_for(elastic, task);
	case POOL_ADMISSION_QUEUED:
	case POOL_ADMISSION_FULL:
		break;
	}
	return pool->nonblocking ? POOL_OVERLOAD : wait_in_queue(elastic, task, deadline_ns);
}

/* Where tasks are queued, a worker that is too many need not be one without a task. */
static bool remove_surplus(struct pool_elastic *elastic)
{
	return pool_admission_remove_surplus(&elastic->admission,
					     pool_workers_have_task_queue(&elastic->workers));
}

static void task_finished(struct pool_workers *workers)
{
	struct pool_elastic *elastic = (struct pool_elastic *)workers;
	uint64_t old = atomic_fetch_sub(&elastic->admission.word, POOL_ADMISSION_ONE_TASK);

	if (pool_admission_workers(old) > atomic_load(&elastic->admission.limit) &&
	    remove_surplus(elastic))
		pool_workers_end_next(workers);
	serve_waiters(elastic);
}

static bool one_dispensable(struct pool_workers *workers)
{
	return pool_admission_remove_idle(&((struct pool_elastic *)workers)->admission);
}

static void set_limit(struct pool_elastic *elastic, unsigned capacity)
{
	atomic_store(&elastic->workers.pool.capacity, capacity);
	atomic_store(&elastic->admission.limit, capacity ? capacity : POOL_WORKERS_MAX);
	atomic_store(&elastic->workers.bound, capacity ? capacity : POOL_WORKERS_MAX);
}

static int prewarm(struct pool_elastic *elastic)
{
	uint32_t limit = atomic_load(&elastic->admission.limit);
	uint32_t count = elastic->prewarm < limit ? elastic->prewarm : limit;
	uint32_t added;

	atomic_store(&elastic->admission.word, count * POOL_ADMISSION_ONE_WORKER);
	return pool_workers_add_many(&elastic->workers, count, &added);
}

int pool_elastic_open(struct pool *pool, const struct pool_options *options)
{
	struct pool_elastic *elastic = (struct pool_elastic *)pool;
	int error;

	set_limit(elastic, options->capacity > POOL_WORKERS_MAX ? 0 : options->capacity);
	elastic->prewarm = options->prewarm;
	elastic->workers.idle_expiry_ns = options->idle_expiry_ns;
	elastic->workers.finished = task_finished;
	elastic->workers.dispensable = one_dispensable;
	pool_wait_queue_init(&elastic->wait_queue, &pool->waiters);
	error = pool_workers_init(&elastic->workers, options, NULL, POOL_WORKERS_MAX);
	return error ? error : prewarm(elastic);
}

static void elastic_release_waiters(struct pool *pool)
{
	pool_wait_queue_close(&((struct pool_elastic *)pool)->wait_queue);
	pool_workers_release_submitters(pool);
}

/* Waiting submitters are admitted where there is room now; surplus workers leave, idle ones at
 * once, busy ones after their task. */
static int elastic_tune(struct pool *pool, unsigned capacity)
{
	struct pool_elastic *elastic = (struct pool_elastic *)pool;

	if (capacity > POOL_WORKERS_MAX)
		return EINVAL;
	set_limit(elastic, capacity);
	while (remove_surplus(elastic))
		pool_workers_end_one(&elastic->workers);
	serve_waiters(elastic);
	return pool_workers_have_task_queue(&elastic->workers)
		   ? pool_elastic_start_for_queue(elastic)
		   : 0;
}

static int elastic_purge(struct pool *pool)
{
	struct pool_workers *workers = (struct pool_workers *)pool;

	while (one_dispensable(workers))
		pool_workers_end_one(workers);
	return 0;
}

static void elastic_sweep(struct pool *pool)
{
	pool_elastic_sweep_queue((struct pool_elastic *)pool);
}

int pool_elastic_reboot(struct pool *pool)
{
	struct pool_elastic *elastic = (struct pool_elastic *)pool;

	int error = pool_workers_reset(&elastic->workers);

	pool_wait_queue_reopen(&elastic->wait_queue);
	return error ? error : prewarm(elastic);
}

void pool_elastic_destroy(struct pool *pool)
{
	pool_wait_queue_destroy(&((struct pool_elastic *)pool)->wait_queue);
	pool_workers_destroy(pool);
}

const struct pool_ops pool_elastic = {
    .kind = "elastic",
    .size = sizeof(struct pool_elastic),
    .takes_queue = pool_task_queue_fits,
    .open = pool_elastic_open,
    .submit = pool_elastic_submit,
    .release_waiters = elastic_release_waiters,
    .dismiss = pool_workers_dismiss,
    .sweep = elastic_sweep,
    .reboot = pool_elastic_reboot,
    .tune = elastic_tune,
    .purge = elastic_purge,
    .destroy = pool_elastic_destroy,
};
