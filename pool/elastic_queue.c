/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind "elastic" with a queue that was asked for by name. */
#include "pool/elastic.h"

#include "pool/hand.h"

static enum pool_status end_of(struct elastic *elastic, enum pool_status status)
{
	if (status == POOL_OK)
		pool_queued(&elastic->workers.pool);
	else
		atomic_fetch_sub(&elastic->ledger.word, ONE_TASK);
	return status;
}

/* The ledger has the task and a new worker, which begins with the task: it need not meet it in the
 * queue. Where one that was to leave stays instead, the task goes through the queue. */
static enum pool_status start_for(struct elastic *elastic, struct pool_task *task)
{
	if (workers_add_for(&elastic->workers, &task) != 0) {
		atomic_fetch_sub(&elastic->ledger.word, ONE_TASK + ONE_WORKER);
		/* Tasks that others queued meanwhile, counting on that worker. */
		elastic_start_for_queue(elastic);
		return POOL_NO_THREAD;
	}
	if (!task)
		return POOL_OK;
	return end_of(elastic, supply_put_patiently(&elastic->workers.supply, task));
}

enum pool_status elastic_submit_to_queue(struct elastic *elastic, struct pool_task *task,
					 int64_t deadline_ns)
{
	struct pool *pool = &elastic->workers.pool;
	struct supply *supply = &elastic->workers.supply;

	switch (ledger_enter(&elastic->ledger, true)) {
	case ENTRY_TASK_AND_WORKER:
		return start_for(elastic, task);
	case ENTRY_TASK:
		/* A worker is waiting, or about to: refusing the task because it is not there yet
		 * would be for nothing. */
		return end_of(elastic, supply_put_patiently(supply, task));
	case ENTRY_QUEUED:
	case ENTRY_FULL:
		break;
	}
	return end_of(elastic, supply_put(supply, pool, task, deadline_ns));
}

int elastic_start_for_queue(struct elastic *elastic)
{
	while (ledger_add_worker(&elastic->ledger)) {
		int error = workers_add(&elastic->workers);

		if (error) {
			atomic_fetch_sub(&elastic->ledger.word, ONE_WORKER);
			return error;
		}
	}
	return 0;
}

static struct pool_task *take_left(void *owner)
{
	struct elastic *elastic = owner;
	struct pool_task *task;

	while (supply_try_get(&elastic->workers.supply, &task) == QUEUE_OK)
		if (task)
			return task;
	return NULL;
}

/* There is something left only where tasks were queued in the moment in which the first worker
 * could not be started, nor any since. */
void elastic_sweep_queue(struct elastic *elastic)
{
	struct hand hand = {.next = take_left, .owner = elastic};

	if (elastic->workers.supply.queue)
		hand_work(&hand, &elastic->workers.pool);
}
