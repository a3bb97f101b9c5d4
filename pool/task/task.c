/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A task's life: admitted, begun, waiting, ended in one of four ways. */
#include "pool/task/task.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "pool/queue/futex.h"
#include "pool/task/group.h"

_Thread_local struct pool_context *pool_context_now;

__attribute__((noinline)) struct pool_context *pool_context(void)
{
	return pool_context_now;
}

static struct pool_context *context_of_task(void)
{
	struct pool_context *context = pool_context();

	return context && context->task ? context : NULL;
}

enum pool_status pool_admit(struct pool_task *task)
{
	if (task->group && !pool_group_enter(task->group))
		return POOL_CLOSED;
	if (task->ended)
		atomic_store_explicit(&task->state, POOL_TASK_QUEUED, memory_order_relaxed);
	return POOL_OK;
}

void pool_admit_undo(struct pool_task *task)
{
	if (task->ended)
		atomic_store_explicit(&task->state, POOL_TASK_OUTSIDE, memory_order_relaxed);
	if (task->group)
		pool_group_undo(task->group);
}

/* The end of a task. It may be gone when ended() has returned; a thread that waits for the counters
 * or for the group then knows that ended() has. */
static void settle(struct pool_context *context, struct pool_task *task, enum pool_end end,
		   int code)
{
	struct pool *pool = context->pool;
	struct pool_group *group = context->group;
	struct pool_shard *shard;

	if (context->tracked) {
		atomic_store_explicit(&task->state, POOL_TASK_ENDED, memory_order_release);
		task->ended(task, end, code);
	}
	shard = pool_shard_here(&pool->shards);
	if (end == POOL_ABANDONED && group)
		pool_shard_count(shard, POOL_TALLY_ABANDONED_IN_GROUPS, 1);
	pool_shard_count(shard, (enum pool_tally)end, 1);
	if (group)
		pool_group_leave(group, end);
}

/* Whether a task that is tracked or in a group was cancelled before it could begin; else it runs
 * from now on. */
static bool cancelled_before(const struct pool_context *context, struct pool_task *task)
{
	uint32_t state = POOL_TASK_QUEUED;

	if (context->tracked &&
	    !atomic_compare_exchange_strong(&task->state, &state, POOL_TASK_RUNNING))
		return true;
	return context->group && atomic_load(&context->group->cancelled);
}

static void give_up(struct pool_context *context, struct pool_task *task, enum pool_end end)
{
	if (task->abandoned)
		task->abandoned(task);
	settle(context, task, end, 0);
}

bool pool_begin(struct pool_context *context, struct pool_task *task)
{
	struct pool *pool = context->pool;

	pool_shard_count(pool_shard_here(&pool->shards), POOL_TALLY_BEGUN, 1);
	context->group = task->group;
	context->tracked = task->ended != NULL;
	if ((context->tracked || context->group) && cancelled_before(context, task)) {
		give_up(context, task, POOL_CANCELLED);
		return false;
	}
	if (atomic_load(&pool->abandoning)) {
		give_up(context, task, POOL_ABANDONED);
		return false;
	}
	context->task = task;
	return true;
}

void pool_finish(struct pool_context *context, enum pool_end end, int code)
{
	struct pool_task *task = context->task;
	struct pool *pool = context->pool;

	context->task = NULL;
	if (end == POOL_FAILED && pool->failed)
		pool->failed(pool->failed_arg, task, code);
	settle(context, task, end, code);
}

/* -- inside a task ---------------------------------------------------------------------------- */

static _Noreturn void unwind(struct pool_context *context, enum pool_end end, int code)
{
	context->end = end;
	context->code = code;
	context->ops->unwind(context);
	abort(); /* it does not return */
}

void pool_fail(int code)
{
	struct pool_context *context = context_of_task();

	if (!context)
		abort();
	unwind(context, POOL_FAILED, code);
}

static bool is_cancelled(const struct pool_context *context)
{
	if (context->tracked && atomic_load_explicit(&context->task->state, memory_order_acquire) ==
				    POOL_TASK_CANCELLED_RUNNING)
		return true;
	return context->group && atomic_load(&context->group->cancelled);
}

bool pool_cancelled(void)
{
	const struct pool_context *context = context_of_task();

	return context && is_cancelled(context);
}

static void end_where_cancelled(struct pool_context *context)
{
	if (is_cancelled(context))
		unwind(context, POOL_CANCELLED, 0);
}

void pool_wait_until(int64_t deadline_ns)
{
	struct pool_context *context = context_of_task();

	if (!context) {
		pool_thread_wait_until(NULL, deadline_ns);
		return;
	}
	end_where_cancelled(context);
	context->ops->wait_until(context, deadline_ns);
	end_where_cancelled(context);
}

void pool_yield(void)
{
	struct pool_context *context = context_of_task();

	if (!context) {
		sched_yield();
		return;
	}
	end_where_cancelled(context);
	context->ops->yield(context);
	end_where_cancelled(context);
}

void pool_block(void (*fn)(void *arg), void *arg)
{
	struct pool_context *context = context_of_task();

	if (!context) {
		fn(arg);
		return;
	}
	end_where_cancelled(context);
	context->ops->block(context, fn, arg);
	end_where_cancelled(context);
}

enum pool_cancel pool_cancel(struct pool_task *task)
{
	uint32_t state = POOL_TASK_QUEUED;

	if (!task->ended)
		return POOL_CANCEL_NOT_TRACKED;
	if (atomic_compare_exchange_strong(&task->state, &state, POOL_TASK_CANCELLED_QUEUED))
		return POOL_CANCEL_QUEUED;
	if (state != POOL_TASK_RUNNING ||
	    !atomic_compare_exchange_strong(&task->state, &state, POOL_TASK_CANCELLED_RUNNING))
		return POOL_CANCEL_TOO_LATE;
	pool_futex_wake(&task->state);
	return POOL_CANCEL_RUNNING;
}

/* -- threads ---------------------------------------------------------------------------------- */

/* A task that can be cancelled by itself sleeps on its state, so that pool_cancel() wakes it. */
static void sleep_on_state(struct pool_task *task, int64_t deadline_ns)
{
	while (atomic_load(&task->state) == POOL_TASK_RUNNING &&
	       pool_futex_wait_until(&task->state, POOL_TASK_RUNNING, deadline_ns))
		;
}

void pool_thread_wait_until(struct pool_context *context, int64_t deadline_ns)
{
	struct timespec at = {deadline_ns / 1000000000, deadline_ns % 1000000000};

	if (context && context->tracked) {
		sleep_on_state(context->task, deadline_ns);
		return;
	}
	if (deadline_ns < 0)
		return;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

void pool_thread_yield(struct pool_context *context)
{
	(void)context;
	sched_yield();
}

void pool_thread_block(struct pool_context *context, void (*fn)(void *arg), void *arg)
{
	(void)context;
	fn(arg);
}
