/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool/pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pool/internal.h"

/* The two lists have one order. */
static const struct pool_ops *const all_ops[] = {&pool_naive,    &pool_fixed, &pool_elastic,
						 &pool_stealing, &pool_fibre, NULL};
static const char *const all_kinds[] = {"naive", "fixed", "elastic", "stealing", "fibre", NULL};

const char *const *pool_kinds(void)
{
	return all_kinds;
}

const struct pool_ops *const *pool_all_ops(void)
{
	return all_ops;
}

const char *const *pool_waits(void)
{
	static const char *const waits[] = {"own", "spin", "spin_futex", "eventcount", NULL};

	return waits;
}

const char *pool_status_text(enum pool_status status)
{
	switch (status) {
	case POOL_OK:
		return "ok";
	case POOL_OVERLOAD:
		return "overload";
	case POOL_CLOSED:
		return "closed";
	case POOL_NO_THREAD:
		return "no thread";
	case POOL_TIMEOUT:
		return "timeout";
	case POOL_NO_MEMORY:
		return "no memory";
	}
	return "unknown status";
}

static const struct pool_ops *find_ops(const char *kind)
{
	for (size_t i = 0; all_ops[i]; i++)
		if (strcmp(kind, all_ops[i]->kind) == 0)
			return all_ops[i];
	return NULL;
}

bool pool_takes_queue(const char *kind, const char *queue)
{
	const struct pool_ops *ops = find_ops(kind);

	return ops && ops->takes_queue && ops->takes_queue(queue);
}

/* -- opening and closing ---------------------------------------------------------------------- */

static int init(struct pool *pool, const struct pool_ops *ops, const struct pool_options *options,
		crew_create_fn create)
{
	int error;

	memset(pool, 0, ops->size);
	pool->ops = ops;
	pool->failed = options->failed;
	pool->failed_arg = options->failed_arg;
	pool->nonblocking = options->nonblocking;
	pool->max_waiters = options->max_waiters;
	atomic_init(&pool->capacity, options->capacity);
	error = pool_lanes_init(&pool->lanes);
	if (error)
		return error;
	error = crew_init(&pool->crew, ops->kind, options, create);
	if (error) {
		pool_lanes_destroy(&pool->lanes);
		return error;
	}
	pthread_mutex_init(&pool->control, NULL);
	return 0;
}

/* No worker is left, nor will be. */
static void destroy(struct pool *pool)
{
	pool->ops->destroy(pool);
	pthread_mutex_destroy(&pool->control);
	crew_destroy(&pool->crew);
	pool_lanes_destroy(&pool->lanes);
	free(pool);
}

/* The gate is shut and empty, or was never open. */
static void send_home(struct pool *pool)
{
	pool->ops->dismiss(pool);
	crew_join(&pool->crew);
	if (pool->ops->sweep)
		pool->ops->sweep(pool);
}

static struct pool *open_kind(const struct pool_ops *ops, const struct pool_options *options,
			      crew_create_fn create, int *error)
{
	struct pool *pool = aligned_alloc(POOL_LINE, ops->size);

	*error = ENOMEM;
	if (!pool)
		return NULL;
	*error = init(pool, ops, options, create);
	if (*error) {
		free(pool);
		return NULL;
	}
	*error = ops->open(pool, options);
	if (*error) {
		send_home(pool);
		destroy(pool);
		return NULL;
	}
	crew_await(&pool->crew);
	return pool;
}

struct pool *pool_open_with(const char *kind, const struct pool_options *options,
			    crew_create_fn create, int *error)
{
	const struct pool_ops *ops = find_ops(kind);

	*error = EINVAL;
	if (!ops || options->idle_expiry_ns < 0 || (unsigned)options->wait > POOL_WAIT_EVENTCOUNT)
		return NULL;
	if (options->queue && !pool_takes_queue(kind, options->queue))
		return NULL;
	return open_kind(ops, options, create, error);
}

struct pool *pool_open(const char *kind, const struct pool_options *options, int *error)
{
	return pool_open_with(kind, options, pthread_create, error);
}

/* Let nobody in any more, and everybody out. */
static struct pool_closing clear(struct pool *pool, enum pool_close_mode mode)
{
	struct pool_closing before = {pool_lanes_sum(&pool->lanes, TALLY_ABANDONED),
				      pool_lanes_sum(&pool->lanes, TALLY_ABANDONED_IN_GROUPS)};

	atomic_store(&pool->abandoning, mode == POOL_ABANDON);
	pool_lanes_shut(&pool->lanes);
	if (pool->ops->turn_away)
		pool->ops->turn_away(pool);
	pool_lanes_await_empty(&pool->lanes);
	send_home(pool);
	return (struct pool_closing){
	    pool_lanes_sum(&pool->lanes, TALLY_ABANDONED) - before.abandoned,
	    pool_lanes_sum(&pool->lanes, TALLY_ABANDONED_IN_GROUPS) - before.in_groups};
}

struct pool_closing pool_close(struct pool *pool, enum pool_close_mode mode)
{
	struct pool_closing closing = {0};

	if (!pool->stopped)
		closing = clear(pool, mode);
	destroy(pool);
	return closing;
}

int pool_stop(struct pool *pool, enum pool_close_mode mode, struct pool_closing *closing)
{
	struct pool_closing none;

	if (!closing)
		closing = &none;
	*closing = (struct pool_closing){0};
	if (!pool->ops->reboot)
		return ENOTSUP;
	if (!pool->stopped)
		*closing = clear(pool, mode);
	pool->stopped = true;
	return 0;
}

int pool_reboot(struct pool *pool)
{
	int error;

	if (!pool->ops->reboot)
		return ENOTSUP;
	if (!pool->stopped)
		return EALREADY;
	error = pool->ops->reboot(pool);
	if (error) {
		send_home(pool);
		return error;
	}
	crew_await(&pool->crew);
	atomic_store(&pool->abandoning, false);
	pool->stopped = false;
	pool_lanes_reopen(&pool->lanes);
	return 0;
}

/* -- while it lives --------------------------------------------------------------------------- */

int pool_tune(struct pool *pool, unsigned capacity)
{
	struct pool_lane *lane = pool_lane_here(&pool->lanes);
	int error = ESHUTDOWN;

	if (gate_enter(&lane->gate)) {
		pthread_mutex_lock(&pool->control);
		error = pool->ops->tune ? pool->ops->tune(pool, capacity) : ENOTSUP;
		pthread_mutex_unlock(&pool->control);
	}
	gate_leave(&lane->gate);
	return error;
}

int pool_purge(struct pool *pool)
{
	struct pool_lane *lane = pool_lane_here(&pool->lanes);
	int error = ESHUTDOWN;

	if (gate_enter(&lane->gate)) {
		pthread_mutex_lock(&pool->control);
		error = pool->ops->purge ? pool->ops->purge(pool) : ENOTSUP;
		pthread_mutex_unlock(&pool->control);
	}
	gate_leave(&lane->gate);
	return error;
}

/* The task may be gone, and its group, too, as soon as it was taken. */
static enum pool_status submit(struct pool *pool, struct pool_task *task, int64_t deadline_ns)
{
	bool admitted = task->group || task->ended;
	enum pool_status status = admitted ? pool_admit(task) : POOL_OK;

	if (status != POOL_OK)
		return status;
	status = pool->ops->submit(pool, task, deadline_ns);
	if (status != POOL_OK && admitted)
		pool_admit_undo(task);
	return status;
}

enum pool_status pool_submit_until(struct pool *pool, struct pool_task *task, int64_t deadline_ns)
{
	struct pool_lane *lane;
	enum pool_status status = POOL_CLOSED;

	if (pool->ops->bare)
		return pool->ops->submit(pool, task, deadline_ns);
	lane = pool_lane_here(&pool->lanes);
	if (gate_enter(&lane->gate))
		status = submit(pool, task, deadline_ns);
	pool_count(status == POOL_OK ? &lane->submitted : &lane->rejected, 1);
	gate_leave(&lane->gate);
	return status;
}

enum pool_status pool_submit(struct pool *pool, struct pool_task *task)
{
	return pool_submit_until(pool, task, INT64_MAX);
}

static void raise_peak(struct pool *pool, int64_t queued)
{
	uint64_t peak = pool_read(&pool->queued_peak);

	while (queued > (int64_t)peak &&
	       !atomic_compare_exchange_weak_explicit(&pool->queued_peak, &peak, (uint64_t)queued,
						      memory_order_relaxed, memory_order_relaxed))
		;
}

void pool_queued(struct pool *pool)
{
	raise_peak(pool, atomic_fetch_add_explicit(&pool->queued, 1, memory_order_relaxed) + 1);
}

/* The one that was taken has not begun, but its submitter may not have counted it yet. */
void pool_sample_queued(struct pool *pool)
{
	int64_t begun = (int64_t)pool_lanes_sum(&pool->lanes, TALLY_BEGUN);
	int64_t queued = (int64_t)pool_lanes_submitted(&pool->lanes) - begun;

	raise_peak(pool, queued > 1 ? queued : 1);
}

bool pool_may_wait(struct pool *pool)
{
	uint64_t waiters = atomic_load(&pool->waiters);

	do {
		if (pool->max_waiters && waiters >= pool->max_waiters)
			return false;
	} while (!atomic_compare_exchange_weak(&pool->waiters, &waiters, waiters + 1));
	return true;
}

/* A submitter counts after its task was taken, a worker may have ended it by then: what has ended
 * was taken. So what comes later in a task's life is read first. */
void pool_stats(const struct pool *pool, struct pool_stats *out)
{
	uint64_t completed = pool_lanes_sum(&pool->lanes, TALLY_COMPLETED);
	uint64_t failed = pool_lanes_sum(&pool->lanes, TALLY_FAILED);
	uint64_t cancelled = pool_lanes_sum(&pool->lanes, TALLY_CANCELLED);
	uint64_t abandoned = pool_lanes_sum(&pool->lanes, TALLY_ABANDONED);
	uint64_t begun = pool_lanes_sum(&pool->lanes, TALLY_BEGUN);
	uint64_t submitted = pool_lanes_submitted(&pool->lanes);

	if (submitted < begun)
		submitted = begun;
	*out = (struct pool_stats){
	    .submitted = submitted,
	    .rejected = pool_lanes_rejected(&pool->lanes),
	    .completed = completed,
	    .failed = failed,
	    .cancelled = cancelled,
	    .abandoned = abandoned,
	    .workers_started = pool_read(&pool->crew.started),
	    .workers_ended = pool_read(&pool->crew.ended),
	    .workers = pool_read(&pool->crew.alive),
	    .workers_peak = pool_read(&pool->crew.peak),
	    .idle = pool_read(&pool->idle),
	    .queued = submitted - begun,
	    .queued_peak = pool_read(&pool->queued_peak),
	    .waiters = pool_read(&pool->waiters),
	    .capacity = pool_read(&pool->capacity),
	};
	if (pool->ops->stats)
		pool->ops->stats(pool, out);
}
