/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind "elastic" with a queue that was asked for by name. */
#include "pool/kinds/elastic.h"

#include "pool/worker/worker_loop.h"

static enum pool_status end_of(struct pool_elastic *elastic, enum pool_status status)
{
	if (status == POOL_OK)
		pool_queued(&elastic->workers.pool);
	else
		atomic_fetch_sub(&elastic->admission.word, POOL_ADMISSION_ONE_TASK);
	return status;
}

/* The task and a new worker are admitted, and the worker begins with the task: it need not take it
 * from the queue. Where one that was to leave stays instead, the task goes through the queue. */
static enum pool_status start_for(struct pool_elastic *elastic, struct pool_task *task)
{
	if (pool_workers_add_for(&elastic->workers, &task) != 0) {
		atomic_fetch_sub(&elastic->admission.word,
				 POOL_ADMISSION_ONE_TASK + POOL_ADMISSION_ONE_WORKER);
		/* Tasks that others queued meanwhile, relying on that worker. */
		pool_elastic_start_for_queue(elastic);
		return POOL_NO_THREAD;
	}
	if (!task)
		return POOL_OK;
	return end_of(elastic, pool_task_queue_put_until(&elastic->workers.task_queue, task,
							 POOL_QUEUE_FOR_EVER));
}

enum pool_status pool_elastic_submit_to_queue(struct pool_elastic *elastic, struct pool_task *task,
					      int64_t deadline_ns)
{
	struct pool *pool = &elastic->workers.pool;
	struct pool_task_queue *task_queue = &elastic->workers.task_queue;

	switch (pool_admission_enter(&elastic->admission, true)) {
	case POOL_ADMISSION_TASK_AND_WORKER:
		return start_for(elastic, task);
	case POOL_ADMISSION_TASK:
		/* A worker is waiting, or about to: the task is not refused because the worker is
		 * not there yet. */
		return end_of(elastic,
			      pool_task_queue_put_until(task_queue, task, POOL_QUEUE_FOR_EVER));
	case POOL_ADMISSION_QUEUED:
	case POOL_ADMISSION_FULL:
		break;
	}
	return end_of(elastic, pool_task_queue_put(task_queue, pool, task, deadline_ns));
}

int pool_elastic_start_for_queue(struct pool_elastic *elastic)
{
	while (pool_admission_add_worker(&elastic->admission)) {
		int error = pool_workers_add(&elastic->workers);

		if (error) {
			atomic_fetch_sub(&elastic->admission.word, POOL_ADMISSION_ONE_WORKER);
			return error;
		}
	}
	return 0;
}

static struct pool_task *take_left(void *owner)
{
	struct pool_elastic *elastic = owner;
	struct pool_task *task;

	while (pool_task_queue_try_get(&elastic->workers.task_queue, &task) == POOL_QUEUE_OK)
		if (task)
			return task;
	return NULL;
}

/* There is something left only where tasks were queued in the moment in which the first worker
 * could not be started, nor any since. */
void pool_elastic_sweep_queue(struct pool_elastic *elastic)
{
	struct pool_worker_loop loop = {.next = take_left, .owner = elastic};

	if (elastic->workers.task_queue.queue)
		pool_worker_loop_run(&loop, &elastic->workers.pool);
}
