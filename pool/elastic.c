/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind "elastic": up to `capacity` workers, made when they are needed, ended when they have
 * been idle too long. */
#include "pool/elastic.h"

#include <errno.h>

/* The first in the line, for whom there is room now. NULL: none, or no room. */
static struct waiter *next_to_serve(struct elastic *elastic, enum entry *entry)
{
	struct waiter *waiter = NULL;

	pthread_mutex_lock(&elastic->line.lock);
	if (elastic->line.first) {
		*entry = ledger_enter(&elastic->ledger, false);
		if (*entry != ENTRY_FULL)
			waiter = line_pop(&elastic->line);
	}
	pthread_mutex_unlock(&elastic->line.lock);
	return waiter;
}

/* Called by whoever has made room in the ledger, and by whoever has just joined the line, so that
 * one of them sees the other. */
static void serve_line(struct elastic *elastic)
{
	struct waiter *waiter;
	enum entry entry;

	while (line_any(&elastic->line) && (waiter = next_to_serve(elastic, &entry))) {
		if (entry == ENTRY_TASK) {
			workers_put(&elastic->workers, waiter->task);
			line_end(waiter, WAITER_SERVED);
		} else {
			line_end(waiter, WAITER_MAY_START);
		}
	}
}

/* The ledger has the task and a new worker. Where there can't be one, the next in the line tries
 * its luck: there may be no other worker that would ever serve it. */
static enum pool_status start_for(struct elastic *elastic, struct pool_task *task)
{
	if (workers_add(&elastic->workers) != 0) {
		atomic_fetch_sub(&elastic->ledger.word, ONE_TASK + ONE_WORKER);
		serve_line(elastic);
		return POOL_NO_THREAD;
	}
	workers_put(&elastic->workers, task);
	return POOL_OK;
}

static enum pool_status wait_in_line(struct elastic *elastic, struct pool_task *task,
				     int64_t deadline_ns)
{
	struct waiter waiter = {.task = task};
	enum pool_status status =
	    line_join(&elastic->line, &waiter, elastic->workers.pool.max_waiters);

	if (status != POOL_OK)
		return status;
	serve_line(elastic);
	switch (line_wait(&elastic->line, &waiter, deadline_ns)) {
	case WAITER_SERVED:
		return POOL_OK;
	case WAITER_MAY_START:
		return start_for(elastic, task);
	case WAITER_TIMED_OUT:
		return POOL_TIMEOUT;
	case WAITER_TURNED_AWAY:
		break;
	}
	return POOL_CLOSED;
}

enum pool_status elastic_submit(struct pool *pool, struct pool_task *task, int64_t deadline_ns)
{
	struct elastic *elastic = (struct elastic *)pool;

	if (workers_have_supply(&elastic->workers))
		return elastic_submit_to_queue(elastic, task, deadline_ns);
	if (line_any(&elastic->line))
		return wait_in_line(elastic, task, deadline_ns); /* no overtaking */
	switch (ledger_enter(&elastic->ledger, false)) {
	case ENTRY_TASK:
		workers_put(&elastic->workers, task);
		return POOL_OK;
	case ENTRY_TASK_AND_WORKER:
		return start_for(elastic, task);
	case ENTRY_QUEUED:
	case ENTRY_FULL:
		break;
	}
	return pool->nonblocking ? POOL_OVERLOAD : wait_in_line(elastic, task, deadline_ns);
}

/* Where tasks are queued, a worker that is too many need not be one without a task. */
static bool strike_surplus(struct elastic *elastic)
{
	return ledger_strike_surplus(&elastic->ledger, workers_have_supply(&elastic->workers));
}

static void task_finished(struct workers *workers)
{
	struct elastic *elastic = (struct elastic *)workers;
	uint64_t old = atomic_fetch_sub(&elastic->ledger.word, ONE_TASK);

	if (workers_in(old) > atomic_load(&elastic->ledger.limit) && strike_surplus(elastic))
		workers_let_next_go(workers);
	serve_line(elastic);
}

static bool one_dispensable(struct workers *workers)
{
	return ledger_strike_idle(&((struct elastic *)workers)->ledger);
}

static void set_limit(struct elastic *elastic, unsigned capacity)
{
	atomic_store(&elastic->workers.pool.capacity, capacity);
	atomic_store(&elastic->ledger.limit, capacity ? capacity : WORKERS_MAX);
	atomic_store(&elastic->workers.bound, capacity ? capacity : WORKERS_MAX);
}

static int prewarm(struct elastic *elastic)
{
	uint32_t limit = atomic_load(&elastic->ledger.limit);
	uint32_t count = elastic->prewarm < limit ? elastic->prewarm : limit;
	uint32_t added;

	atomic_store(&elastic->ledger.word, count * ONE_WORKER);
	return workers_add_many(&elastic->workers, count, &added);
}

int elastic_open(struct pool *pool, const struct pool_options *options)
{
	struct elastic *elastic = (struct elastic *)pool;
	int error;

	set_limit(elastic, options->capacity > WORKERS_MAX ? 0 : options->capacity);
	elastic->prewarm = options->prewarm;
	elastic->workers.idle_expiry_ns = options->idle_expiry_ns;
	elastic->workers.finished = task_finished;
	elastic->workers.dispensable = one_dispensable;
	line_init(&elastic->line, &pool->waiters);
	error = workers_init(&elastic->workers, options, NULL);
	return error ? error : prewarm(elastic);
}

static void elastic_turn_away(struct pool *pool)
{
	line_shut(&((struct elastic *)pool)->line);
	workers_turn_away(pool);
}

/* Who waits is let in, where there is room now; who is idle and too many goes, and who has a task
 * when it is done. */
static int elastic_tune(struct pool *pool, unsigned capacity)
{
	struct elastic *elastic = (struct elastic *)pool;

	if (capacity > WORKERS_MAX)
		return EINVAL;
	set_limit(elastic, capacity);
	while (strike_surplus(elastic))
		workers_let_go(&elastic->workers);
	serve_line(elastic);
	return workers_have_supply(&elastic->workers) ? elastic_start_for_queue(elastic) : 0;
}

static int elastic_purge(struct pool *pool)
{
	struct workers *workers = (struct workers *)pool;

	while (one_dispensable(workers))
		workers_let_go(workers);
	return 0;
}

static void elastic_sweep(struct pool *pool)
{
	elastic_sweep_queue((struct elastic *)pool);
}

int elastic_reboot(struct pool *pool)
{
	struct elastic *elastic = (struct elastic *)pool;

	int error = workers_reset(&elastic->workers);

	line_reopen(&elastic->line);
	return error ? error : prewarm(elastic);
}

void elastic_destroy(struct pool *pool)
{
	line_destroy(&((struct elastic *)pool)->line);
	workers_destroy((struct workers *)pool);
}

const struct pool_ops pool_elastic = {
    .kind = "elastic",
    .size = sizeof(struct elastic),
    .takes_queue = supply_fits,
    .open = elastic_open,
    .submit = elastic_submit,
    .turn_away = elastic_turn_away,
    .dismiss = workers_dismiss,
    .sweep = elastic_sweep,
    .reboot = elastic_reboot,
    .tune = elastic_tune,
    .purge = elastic_purge,
    .destroy = elastic_destroy,
};
